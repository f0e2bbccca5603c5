from collections.abc import Callable
from dataclasses import replace
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import OURS, SPEC, Minute, a_pipeline, signals, the_consumer
from tests.flink_builders import FLINK_SPEC, a_flink_pipeline, job_signals
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.lambda_mapping.concurrency import concurrency_cap
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.lambda_mapping import words
from tidegate.scaling.kinds.lambda_mapping.concurrency import executions_needed
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation
from tidegate.scaling.plan.joint_scale_in import with_enough_executions

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
NOT_OURS = replace(SPEC, levers=replace(OURS, parallelization_factor=None))
NEEDED = 8.0
"""Concurrent executions: of 4 that are busy, at a target utilization of a half."""


def busy(executions: float, *, reserved: int | None = None) -> Signals:
    """Eight shards with a factor of two, of whose 16 executions so many are busy."""
    minute = Minute(records_per_second=100, batch=100, seconds_per_batch=executions)
    pipeline = a_pipeline(shards=8, factor=2, reserved_concurrency=reserved)
    return signals(pipeline, *[minute] * 90)


def decision(lever: Lever, current: int, allowed: int, wanted: int | None = None) -> Decision:
    return Decision(
        lever, current, allowed if wanted is None else wanted, allowed, UNCHANGED,
        usd_per_month=float(allowed - current),
    )  # fmt: skip


def as_wanted(recommendation: Recommendation) -> Decision:
    wanted = recommendation.wanted
    return Decision(
        recommendation.lever, recommendation.current, wanted, wanted, recommendation.because
    )


def held(recommendation: Recommendation) -> Decision:
    return replace(as_wanted(recommendation), allowed=recommendation.current)


def on_fewer(shards: int, plural: str = "s") -> Reason:
    return words.EXECUTIONS_ON_FEWER_SHARDS(executions=NEEDED, shards=shards, plural=plural)


def needed(shards: int, factor: int, executions: float = NEEDED) -> Reason:
    return words.EXECUTIONS_NEEDED(
        name="scorer", executions=executions, shards=shards, factor=factor
    )


def joint(
    shards: int, factor: int = 2, *, seen: Signals | None = None, spec: PipelineSpec = SPEC,
    decide: Callable[[Recommendation], Decision] = as_wanted,
) -> dict[Lever, Decision]:  # fmt: skip
    alone = [decision(SHARDS, 8, shards), decision(FACTOR, 2, factor)]
    found = with_enough_executions(alone, seen or busy(4), in_file(spec), decide)
    return {each.lever: each for each in found}


def test_fewer_shards_that_leave_enough_executions_are_decided_alone() -> None:
    assert joint(4) == {SHARDS: decision(SHARDS, 8, 4), FACTOR: decision(FACTOR, 2, 2)}


@pytest.mark.parametrize(("shards", "factor", "plural"), [(3, 3, "s"), (2, 4, "s"), (1, 8, "")])
def test_where_fewer_shards_need_a_higher_factor_it_is_raised_in_the_same_plan(
    shards: int, factor: int, plural: str
) -> None:
    found = joint(shards)
    assert found[SHARDS] == decision(SHARDS, 8, shards)
    raised = found[FACTOR]
    assert (raised.current, raised.allowed, raised.because) == (
        2, factor, on_fewer(shards, plural)
    )  # fmt: skip


def test_where_the_factor_can_not_be_raised_the_shards_stay_and_say_why() -> None:
    assert joint(2, decide=held) == {
        SHARDS: replace(
            decision(SHARDS, 8, 8, wanted=2), held_by=(needed(2, 2),), usd_per_month=0.0
        ),
        FACTOR: decision(FACTOR, 2, 2),
    }


def test_a_factor_that_would_leave_too_few_by_itself_stays_as_well() -> None:
    assert joint(8, 1) == {SHARDS: decision(SHARDS, 8, 8), FACTOR: decision(FACTOR, 2, 1)}
    found = joint(8, 1, seen=busy(5))
    assert found[FACTOR] == replace(
        decision(FACTOR, 2, 2, wanted=1), held_by=(needed(8, 1, 10.0),), usd_per_month=0.0
    )
    assert found[SHARDS] == decision(SHARDS, 8, 8)


def test_both_stay_where_neither_leaves_enough() -> None:
    found = joint(4, 1, seen=busy(5), decide=held)
    assert [(each.allowed, len(each.held_by)) for each in found.values()] == [(8, 1), (2, 1)]


def test_no_more_executions_are_asked_for_than_the_function_may_have() -> None:
    # It needs eight and may have six at once.
    found = joint(3, seen=busy(4, reserved=6), decide=held)
    assert found[SHARDS].allowed == 3


def test_a_raise_is_never_held_by_executions() -> None:
    for shards, factor in ((8, 3), (16, 2), (16, 3)):
        found = joint(shards, factor, seen=busy(16))
        assert [each.allowed for each in found.values()] == [shards, factor]


def test_advice_on_a_factor_goes_with_the_shards_that_are_wanted_though_not_set() -> None:
    alone = [decision(SHARDS, 8, 8, wanted=2), decision(FACTOR, 2, 2)]
    for spec, wanted in ((NOT_OURS, 4), (SPEC, 2)):
        found = with_enough_executions(alone, busy(4), in_file(spec), held)
        assert [(each.wanted, each.allowed) for each in found] == [(2, 8), (wanted, 2)]


def test_without_a_decision_on_shards_the_factor_is_judged_on_those_that_there_are() -> None:
    for executions, allowed in ((4.0, 1), (5.0, 2)):
        alone = [decision(FACTOR, 2, 1)]
        (found,) = with_enough_executions(alone, busy(executions), in_file(SPEC), as_wanted)
        assert found.allowed == allowed


def test_a_pipeline_without_functions_is_left_as_it_is() -> None:
    seen = job_signals(a_flink_pipeline())
    alone = [decision(SHARDS, 8, 1)]
    assert with_enough_executions(alone, seen, in_file(FLINK_SPEC), as_wanted) == alone


@settings(max_examples=40)
@given(
    st.integers(1, 16), st.integers(1, 10), st.floats(0.1, 40), st.sampled_from([as_wanted, held]),
    st.none() | st.integers(1, 40),
)  # fmt: skip
def test_no_scale_in_leaves_fewer_executions_than_needed(
    shards: int,
    factor: int,
    executions: float,
    decide: Callable[[Recommendation], Decision],
    reserved: int | None,
) -> None:
    seen = busy(executions, reserved=reserved)
    found = joint(shards, factor, seen=seen, decide=decide)
    count, allowed = found[SHARDS].allowed, found[FACTOR].allowed
    cap = concurrency_cap(seen, the_consumer(seen.pipeline))
    least = min(cap, executions_needed(seen, the_consumer(seen.pipeline), in_file(SPEC)))
    is_scale_in = count < 8 or allowed < 2
    assert not is_scale_in or min(cap, count * allowed) >= least
    # What stays is what it was, and what is lowered was asked for.
    assert count in (shards, 8)
    assert allowed in (factor, 2, ceil(executions / 0.5 / shards), 10)
