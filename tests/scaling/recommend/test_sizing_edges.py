"""Why each layer is as large as it is, to the edges."""

from dataclasses import replace

import pytest

from tests.builders import SPEC, Minute, a_pipeline, a_table, newest, signals
from tidegate.rules.cause import LeverKind
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.kinds.lambda_mapping.reader import FunctionReader
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.recommend.learned import Model, learn
from tidegate.scaling.recommend.sizing import size

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
TABLE = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
MIB = 1024 * 1024


def model(readers: int = 1, minute: Minute = Minute()) -> Model:  # noqa: B008
    learnt = learn(signals(a_pipeline(factor=2, table=a_table(1000)), *[minute] * 60))
    return replace(learnt, reader_count=readers)


def demand(of: Model, load: Load, lever: Lever, spread: int = 1) -> Demand:
    (found,) = (each for each in size(of, load, in_file(SPEC), spread) if each.lever == lever)
    return found


@pytest.mark.parametrize(
    ("load", "readers", "shards", "kind"),
    [
        (Load(2000, 1000), 1, 3, "shards-by-records"),
        (Load(10, 2 * MIB), 1, 3, "shards-by-bytes"),
        (Load(10, 2 * MIB), 2, 3, "shards-by-bytes"),
        (Load(10, MIB), 4, 3, "shards-by-reads"),
        (Load(300, 0.2 * MIB), 5, 1, "shards-by-reads"),
    ],
    ids=["records", "bytes", "read as fast as written", "many readers", "in between"],
)
def test_shards_are_for_records_for_bytes_or_for_all_who_read(
    load: Load, readers: int, shards: int, kind: str
) -> None:
    """1,000 records/s and 1 MiB/s in, 2 MiB/s out of each, at a use of 0.8."""
    of = model(readers).of_arrivals()
    found = demand(of, load, SHARDS)
    assert (found.capacity, found.because.kind) == (shards, kind)


def test_a_small_load_needs_a_factor_of_one_and_one_shard_for_its_records() -> None:
    found = demand(model(), Load(100, 30_000), SHARDS)
    assert (found.capacity, found.because.kind) == (1, "shards-by-records")
    assert demand(model(), Load(1, 300), FACTOR).capacity == 1


def test_shards_for_executions_leave_less_headroom_than_the_factor() -> None:
    """0.8 of the executions may be used before shards are added, where the file leaves half."""
    slow = model(minute=Minute(batch=50, seconds_per_batch=1.0, longest_seconds=1.2))
    (reader,) = slow.readers
    assert isinstance(reader, FunctionReader)
    rate = reader.learnt
    assert rate is not None
    of_one = rate.records_per_busy_second(100)
    load = Load(of_one * 0.8 * 10 * 1.5, 300)
    assert demand(slow, load, SHARDS).capacity == 2


def test_without_a_backlog_nothing_is_said_of_draining() -> None:
    """Though its consumers bring the table less than comes in."""
    because = demand(model(), Load(5000, 1000), TABLE).because
    assert "drained" not in str(because)
    late = demand(model(), Load(5000, 1000, backlog_records=1e6), TABLE).because
    assert "drained" in str(late)


@pytest.mark.parametrize("fastest_first", [True, False])
def test_a_table_takes_what_the_fastest_of_its_processors_brings(fastest_first: bool) -> None:
    of = model()
    (reader,) = of.readers
    assert isinstance(reader, FunctionReader)
    slow, fast = (
        replace(reader, feeding=replace(reader.feeding, executions_max=most)) for most in (3, 6)
    )
    load = Load(100, 30_000, backlog_records=1e6)
    both = replace(of, readers=(fast, slow) if fastest_first else (slow, fast))
    units = [demand(replace(of, readers=(each,)), load, TABLE).capacity for each in (slow, fast)]
    assert units[0] < units[1]
    assert demand(both, load, TABLE).capacity == units[1]


@pytest.mark.parametrize(
    ("shards", "size", "needed", "raised_to"), [(1, 4, 5, 2), (2, 8, 10, 4), (2, 2, 3, 3)]
)
def test_a_table_takes_what_executions_of_the_shards_bring_that_the_source_is_raised_to(
    shards: int, size: float, needed: int, raised_to: int
) -> None:
    """As many as are needed, and twice as many at most in one step."""
    of, load = model(), Load(100, size * MIB, backlog_records=1e7)
    (reader,) = of.readers
    brought = reader.records_per_second_at_most(in_file(SPEC), raised_to)
    assert demand(of, load, SHARDS, shards).capacity == needed
    assert demand(of, load, TABLE, shards).capacity == pytest.approx(brought, abs=1)


def test_what_is_forecast_has_its_headroom_already() -> None:
    now = Load(1000, 300_000)
    assert demand(model(), now, TABLE).capacity == 1429
    assert demand(model(), replace(now, has_headroom=True), TABLE).capacity == 1000


@pytest.mark.parametrize("own_age_seconds", [1, 600])
def test_a_backlog_that_waits_for_another_reader_asks_nothing_of_this_one(
    own_age_seconds: float,
) -> None:
    late = signals(a_pipeline(factor=2), *[Minute()] * 60, *[Minute(age_seconds=600)] * 3)
    late = newest(late, "scorer", iterator_age_milliseconds=[own_age_seconds * 1000] * 3)
    of, load = learn(late), Load(100, 30_000)
    waiting = replace(load, backlog_records=1e5)
    for lever in (TABLE, FACTOR):
        is_more = demand(of, waiting, lever).capacity > demand(of, load, lever).capacity
        assert is_more is (own_age_seconds == 600)
