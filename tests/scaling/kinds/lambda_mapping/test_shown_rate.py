"""What a consumer was seen to read in good health, its executions can read again."""

from dataclasses import replace

import pytest

from tests.builders import (
    SPEC,
    Minute,
    a_pipeline,
    newest,
    signals,
    source_series,
    the_consumer,
    with_source_series,
)
from tests.change_records import change, history
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.kinds.lambda_mapping.reader import learn_reader
from tidegate.scaling.kinds.lambda_mapping.shown_rate import shown_rate
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.recommendation import UNCHANGED

FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
PIPELINE = a_pipeline(shards=2, factor=3)
NONE = History(())


def shown(seen: Signals, known: History = NONE) -> float | None:
    return shown_rate(seen, the_consumer(seen.pipeline), known)


def test_the_busiest_minute_is_divided_by_the_executions() -> None:
    seen = signals(PIPELINE, Minute(records_per_second=240), Minute())
    assert shown(seen) == 240 / 6


@pytest.mark.parametrize("lever", [FACTOR, SHARDS])
def test_only_minutes_since_the_executions_changed_count(lever: Lever) -> None:
    seen = signals(PIPELINE, Minute(records_per_second=240), *[Minute()] * 10)
    assert shown(seen, history(change(lever, 1, 3, minutes_ago=20))) == 240 / 6
    assert shown(seen, history(change(lever, 1, 3, minutes_ago=10))) == 100 / 6
    assert shown(seen, history(change(lever, 1, 3, minutes_ago=0))) is None


@pytest.mark.parametrize(
    "ages", [[16.0, 1.0, 1.0], [1.0, 7.0, 14.0], [None] * 90], ids=["late", "grows", "unknown"]
)
def test_nothing_is_shown_by_a_consumer_that_is_late(ages: list[float | None]) -> None:
    told = [None if age is None else age * 1000 for age in ages]
    assert shown(newest(signals(PIPELINE), iterator_age_milliseconds=told)) is None


def test_nothing_is_shown_where_nothing_was_read() -> None:
    assert shown(signals(PIPELINE, *[Minute(records_per_second=0)] * 90)) is None


def test_other_readers_read_their_own() -> None:
    seen = signals(PIPELINE)
    read = source_series(seen).read_records
    twice = replace(read, samples=tuple([2 * (each or 0) for each in read.samples]))
    assert shown(with_source_series(seen, replace(source_series(seen), read_records=twice))) == (
        100 / 6
    )


# ---- what it is good for


def factor(seen: Signals, load: Load) -> int:
    reader = learn_reader(seen, the_consumer(seen.pipeline), NONE)
    demand = reader.demand(load, in_file(SPEC), 2, UNCHANGED)
    assert demand is not None
    return demand.capacity


@pytest.mark.parametrize("batch", [10.0, 90.0], ids=["small batches", "batches hardly full"])
def test_a_function_that_an_api_invokes_too_gets_no_more_for_the_load_that_it_reads(
    batch: float,
) -> None:
    """Six executions can't be busy for 60 seconds in each second."""
    busy = Minute(batch=batch, seconds_per_batch=batch * 0.6, longest_seconds=1)
    seen = signals(PIPELINE, *[busy] * 90)
    assert factor(seen, Load(100, 30_000)) == 3
    assert factor(seen, Load(190, 57_000)) == 6


def test_a_rate_that_is_sure_and_possible_is_what_it_is() -> None:
    """Batches nearly full, each of six executions busy for half of the time."""
    sure = Minute(batch=90, seconds_per_batch=2.7, longest_seconds=3)
    seen = signals(PIPELINE, *[sure] * 90)
    assert factor(seen, Load(90, 27_000)) == 3
    assert factor(seen, Load(290, 87_000)) == 9
