"""An objective and bounds from two weeks of metrics."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.builders import a_pipeline, a_stream, a_table, of_types, with_consumers, with_stream
from tests.scaling.kinds.toy import CONSUMERS, TAKEN, TOY
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.rules.window import Metric, Window
from tidegate.scaling.kinds.kinesis_stream.limits import SHARDS_MAX
from tidegate.scaling.kinds.registry import TYPES
from tidegate.scaling.model.proposal import Proposed, coarse
from tidegate.scaling.onboarding.proposal import proposal_metrics, propose

START = datetime(2026, 1, 5, tzinfo=UTC)
Samples = tuple[float | None, ...]
ONE_SHARD = a_stream().open_shards
SHARDS, FACTOR = LeverKind.SHARD_COUNT, LeverKind.PARALLELIZATION_FACTOR
WRITES, READS = LeverKind.WRITE_CAPACITY, LeverKind.READ_CAPACITY


def windows(pipeline: Pipeline, **samples: Samples) -> dict[Metric, Window]:
    """Five minutes a sample; what is not named has no data."""
    return {
        metric: Window(metric, START, samples.get(metric.name.rpartition(".")[2], ()))
        for metric in proposal_metrics(pipeline)
    }


def bounds(pipeline: Pipeline, kind: LeverKind, where: str, **samples: Samples) -> Any:
    found = propose(pipeline, windows(pipeline, **samples)).of(kind, where)
    return None if found is None else (found.min.value, found.max.value)


def per_second(*rates: float | None) -> Samples:
    return tuple(None if each is None else each * 300 for each in rates)


@pytest.mark.parametrize(
    ("pipeline", "kind", "where", "samples", "expected"),
    [
        pytest.param(
            a_pipeline(shards=4), SHARDS, "racers",
            {"IncomingRecords": per_second(900, 900, 5000), "IncomingBytes": per_second(1, 1, 1)},
            (2, 14), id="shards by records: the usual need, twice that of the peak",
        ),
        pytest.param(
            a_pipeline(shards=1), SHARDS, "racers",
            {"IncomingRecords": per_second(1), "IncomingBytes": per_second(2**22)},
            (1, 10), id="shards by bytes; the least is never above what there is",
        ),
        pytest.param(
            a_pipeline(shards=64), SHARDS, "racers",
            {"IncomingRecords": per_second(10), "IncomingBytes": per_second(10)},
            (1, 64), id="what there is now is within the bounds",
        ),
        pytest.param(a_pipeline(shards=3), SHARDS, "racers", {}, (3, 6), id="no data: no less than now"),
        pytest.param(a_pipeline(), FACTOR, "scorer", {}, (1, 10), id="the factor as AWS has it"),
        pytest.param(
            a_pipeline(table=a_table(1000)), WRITES, "scores",
            {"ConsumedWriteCapacityUnits": per_second(42, 42, 420)},
            (60, 1200), id="units at 70% use",
        ),
        pytest.param(
            a_pipeline(table=a_table(20)), WRITES, "scores",
            {
                "ConsumedWriteCapacityUnits": per_second(20, 20), "WriteThrottleEvents": (5.0, 5.0),
                "Records": per_second(10, 10), "IncomingRecords": per_second(10, 420),
            },
            (20, 2400), id="a throttled table: as many units a record at the stream's peak",
        ),
        pytest.param(
            a_pipeline(table=a_table(20, index_units=30)), WRITES, "scores/by-race",
            {"ConsumedWriteCapacityUnits": per_second(7)}, (10, 30), id="an index by itself",
        ),
        pytest.param(
            a_pipeline(table=a_table(1)), READS, "scores", {}, (10, 20), id="reads never seen",
        ),
        pytest.param(
            a_pipeline(table=replace(a_table(), mode="PAY_PER_REQUEST")), WRITES, "scores", {}, None,
            id="an on-demand table has no lever",
        ),
        pytest.param(
            with_stream(a_pipeline(), a_stream(mode="ON_DEMAND")), SHARDS, "racers", {}, None,
            id="an on-demand stream has no shards to set",
        ),
    ],
)  # fmt: skip
def test_bounds(
    pipeline: Pipeline, kind: LeverKind, where: str, samples: dict[str, Samples], expected: Any
) -> None:
    assert bounds(pipeline, kind, where, **samples) == expected


def objective(pipeline: Pipeline, *ages_seconds: float, times: int = 20) -> Proposed:
    ages = tuple(age * 1000 for age in ages_seconds) * times
    return propose(pipeline, windows(pipeline, IteratorAgeMilliseconds=ages)).objective


def test_the_objective_is_the_least_that_was_kept_nearly_always() -> None:
    assert objective(a_pipeline(), *[10] * 19, 4000) == Proposed(
        60, "kept in 95% of 400 periods of 5 minutes; the highest age was 4,000 s"
    )
    assert objective(a_pipeline(), *[100] * 20).value == 120


def test_a_pipeline_that_keeps_none_gets_the_strictest_and_the_doubt_is_told() -> None:
    assert objective(a_pipeline(), 10, 5000) == Proposed(
        60,
        "kept in 50% of 40 periods of 5 minutes; the highest age was 5,000 s; the pipeline is "
        "sick or may be slow",
    )


def test_what_was_seen_for_less_than_a_day_is_not_relied_on() -> None:
    assert objective(a_pipeline(), 100, times=287) == Proposed(
        60,
        "kept in 0% of 287 periods of 5 minutes; the highest age was 100 s; too few to tell",
    )
    assert objective(a_pipeline(), 100, times=288).value == 120


def test_a_batching_window_is_no_lateness() -> None:
    pipeline = a_pipeline()
    (consumer,) = consumers_of(pipeline)
    mapping = replace(consumer.mapping, batching_window_seconds=300)
    waiting = with_consumers(pipeline, replace(consumer, mapping=mapping))
    assert objective(waiting, 310, times=300).value == 600
    assert objective(waiting).value == 600


def the_window(current: int) -> Any:
    pipeline = a_pipeline()
    (consumer,) = consumers_of(pipeline)
    mapping = replace(consumer.mapping, batching_window_seconds=current)
    waiting = with_consumers(pipeline, replace(consumer, mapping=mapping))
    return bounds(waiting, LeverKind.BATCHING_WINDOW, "scorer")


def test_a_batching_window_may_take_a_tenth_of_the_objective_or_what_it_has() -> None:
    assert the_window(0) == (0, 6)
    assert the_window(60) == (0, 60)


@settings(deadline=None)
@example(shards=1, records=[2e-309], units=[1.0], throttled=[1.0], write_units=1)
@given(
    shards=st.integers(1, SHARDS_MAX),
    records=st.lists(st.none() | st.floats(0, 1e9), max_size=20),
    units=st.lists(st.none() | st.floats(0, 1e9), max_size=20),
    throttled=st.lists(st.none() | st.floats(0, 1e6), max_size=20),
    write_units=st.integers(1, 40_000),
)
def test_what_is_set_now_lies_within_the_bounds_whatever_was_seen(
    shards: int,
    records: list[float | None],
    units: list[float | None],
    throttled: list[float | None],
    write_units: int,
) -> None:
    pipeline = a_pipeline(table=a_table(write_units))
    wide = replace(stream_of(pipeline), open_shards=ONE_SHARD * shards)
    pipeline = with_stream(pipeline, wide)
    seen = windows(
        pipeline,
        IncomingRecords=tuple(records),
        IncomingBytes=tuple(records),
        Records=tuple(records),
        ConsumedWriteCapacityUnits=tuple(units),
        WriteThrottleEvents=tuple(throttled),
    )
    proposal = propose(pipeline, seen)
    for each in proposal.ranges:
        least = 0 if each.lever.kind is LeverKind.BATCHING_WINDOW else 1
        assert least <= each.min.value <= each.current <= each.max.value, each
    count = proposal.of(SHARDS, "racers")
    assert count is not None
    assert count.max.value <= SHARDS_MAX


def test_a_kind_that_is_passed_in_proposes_the_bounds_of_its_lever() -> None:
    pipeline = a_pipeline()
    with_toy = of_types(pipeline, TOY, *TYPES)
    taken = coarse(TAKEN)
    assert taken in proposal_metrics(with_toy)
    seen = {taken: Window(taken, START, per_second(120, 260))}
    found = propose(with_toy, seen)
    own = found.of(CONSUMERS.kind, CONSUMERS.where)
    assert own is not None
    assert (own.min.value, own.max) == (1, Proposed(6, "260 records/s were taken"))
    # It lets records wait for 70 s, which is no lateness.
    assert found.objective.value == 300
    without = propose(pipeline, seen)
    assert set(without.ranges) == set(propose(pipeline, {}).ranges)
    assert without.objective.value == 60
