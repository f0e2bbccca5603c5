from dataclasses import replace
from datetime import timedelta
from math import inf
from typing import Any

import pytest

from tests.builders import (
    NOON,
    OURS,
    SPEC,
    Minute,
    Reading,
    a_pipeline,
    a_table,
    signals,
    the_consumer,
    with_mapping,
)
from tests.change_records import change, history
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.setting_steps import SettingStep
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import LeverSpec, PipelineSpec
from tidegate.scaling.kinds.lambda_mapping.drain_rate import Feeding, feeding
from tidegate.scaling.kinds.lambda_mapping.sizing import RateModel
from tidegate.scaling.model.change_record import ChangeRecord, Lever

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
RATE = RateModel(0.1, 0.004, is_sure=True)
"""Of which one execution does 200 records/s in batches of 100."""


def allowed(max: int, **said: Any) -> PipelineSpec:
    factor = LeverSpec(max=max, **said)
    return replace(SPEC, levers=replace(OURS, parallelization_factor=factor))


def at_most(
    spec: PipelineSpec, *, learnt: RateModel | None = RATE, share: float = 1.0,
    executions_max: int = 1_000, **mapping: Any,
) -> float:  # fmt: skip
    consumer = the_consumer(with_mapping(a_pipeline(factor=3), **mapping))
    seen = Feeding(consumer, learnt, share, executions_max)
    return seen.records_per_second_at_most(in_file(spec), shards=4)


@pytest.mark.parametrize(
    ("spec", "executions"),
    [
        (allowed(6, owner="tidegate"), 4 * 6),
        (allowed(6, owner="application-autoscaling"), 4 * 6),
        (allowed(50, owner="tidegate"), 4 * 10),
        (allowed(2, owner="tidegate"), 4 * 3),
        (allowed(6), 4 * 3),
        (replace(SPEC, levers=replace(OURS, parallelization_factor=None)), 4 * 3),
    ],
    ids=["ours", "theirs", "aws", "below-now", "nobodys", "not-said"],
)
def test_the_factor_counts_as_high_as_an_owner_may_set_it(
    spec: PipelineSpec, executions: int
) -> None:
    assert at_most(spec) == executions * 200


def test_no_more_executions_count_than_the_part_and_the_function_have() -> None:
    assert at_most(allowed(6, owner="tidegate"), share=0.25) == 6 * 200
    assert at_most(allowed(6, owner="tidegate"), executions_max=5) == 5 * 200
    window = Reading(tumbling_window_seconds=30)
    assert at_most(allowed(6, owner="tidegate"), reading=window) == 4 * 200


@pytest.mark.parametrize("learnt", [None, replace(RATE, is_sure=False)], ids=["none", "unsure"])
def test_a_rate_that_is_not_known_for_sure_bounds_nothing(learnt: RateModel | None) -> None:
    assert at_most(SPEC, learnt=learnt) == inf


def late(executions: float, **others: float) -> Minute:
    told = {"age_seconds": 600.0, **others}
    return Minute(records_per_second=100, batch=100, seconds_per_batch=executions, **told)


def share(
    *minutes: Minute | None,
    records: tuple[ChangeRecord, ...] = (),
    pipeline: Pipeline | None = None,
) -> float:
    seen = signals(pipeline or a_pipeline(shards=4, factor=2), *minutes)
    found = feeding(seen, the_consumer(seen.pipeline), RATE, history(*records))
    assert (found.consumer, found.learnt) == (the_consumer(seen.pipeline), RATE)
    return found.lanes_share


@pytest.mark.parametrize(
    ("minute", "part"),
    [
        (late(2), 0.25),
        (late(8), 1.0),
        (late(20), 1.0),
        (late(2, age_seconds=59), 1.0),
        (late(2, age_seconds=60), 0.25),
        (late(2, table_throttles=1), 1.0),
        (late(2, index_throttles=1), 1.0),
        (late(0), 1.0),
    ],
    ids=["idle", "busy", "more-than-all", "young", "backlog", "throttled", "index", "untold"],
)
def test_a_backlog_waits_in_the_executions_that_are_busy(minute: Minute, part: float) -> None:
    pipeline = a_pipeline(shards=4, factor=2, table=a_table(5000, index_units=5000))
    assert share(*[minute] * 90, pipeline=pipeline) == pytest.approx(part)


def test_a_batch_that_is_waited_for_is_no_backlog() -> None:
    waiting = with_mapping(a_pipeline(shards=4, factor=2), batching_window_seconds=300)
    assert share(*[late(2, age_seconds=300)] * 90, pipeline=waiting) == 1.0
    assert share(*[late(2, age_seconds=360)] * 90, pipeline=waiting) == pytest.approx(0.25)


@pytest.mark.parametrize("lever", [SHARDS, FACTOR], ids=str)
def test_what_is_busy_is_set_against_the_executions_that_there_were_then(lever: Lever) -> None:
    raised = change(lever, 1, {SHARDS: 4, FACTOR: 2}[lever], minutes_ago=-0.5)
    then = {SHARDS: 1 * 2, FACTOR: 4 * 1}[lever]
    assert share(*[late(1)] * 90, records=(raised,)) == pytest.approx(1 / then)
    before = replace(raised, begun_at=NOON.replace(hour=11))
    assert share(*[late(1)] * 90, records=(before,)) == pytest.approx(1 / 8)


@pytest.mark.parametrize(("before", "part"), [(1, 1.0), (2, 0.5), (3, 1 / 3), (8, 0.25)])
def test_while_shards_from_before_a_reshard_are_read_it_waits_in_their_executions_alone(
    before: int, part: float
) -> None:
    seen = signals(a_pipeline(shards=4, factor=2), *[late(2, age_seconds=900)] * 90)
    at = NOON - timedelta(minutes=12)
    seen = replace(seen, steps=(SettingStep(LeverKind.SHARD_COUNT, "racers", at, before),))
    found = feeding(seen, the_consumer(seen.pipeline), RATE, history())
    assert found.lanes_share == pytest.approx(part)


def test_a_consumer_has_the_concurrency_of_its_function() -> None:
    seen = signals(a_pipeline(reserved_concurrency=7))
    assert feeding(seen, the_consumer(seen.pipeline), None, history()).executions_max == 7
