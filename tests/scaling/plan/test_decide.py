from dataclasses import replace
from typing import Any

import pytest

from tests.builders import (
    NOON,
    OURS,
    SPEC,
    Minute,
    a_pipeline,
    a_stream,
    a_table,
    signals,
    with_stream,
)
from tests.change_records import change, history
from tests.flink_builders import FLINK_SPEC, a_flink_pipeline, an_application, job_signals
from tests.looks import a_look
from tidegate.rules.cause import LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.graph import Pipeline
from tidegate.scaling.config.lever_spec import Caller
from tidegate.scaling.config.specification import LeverSpec, PipelineSpec
from tidegate.scaling.kinds.flink_application.actions import UpdateApplication
from tidegate.scaling.kinds.kinesis_stream.actions import (
    UPDATE_SHARD_COUNT,
    SplitShard,
    UpdateShardCount,
)
from tidegate.scaling.model.change_record import Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Decision, Plan
from tidegate.scaling.model.reason import ReasonKind
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation
from tidegate.scaling.plan.decide import Decider, decide

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
WRITE = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
PARALLELISM = Lever.of(LeverKind.PARALLELISM, "counter")
REFUSED = Minute(records_per_second=1_000, refused_per_second=500, age_seconds=1)
"""A stream of one shard at its limit, with half as much again refused."""


def plan_of(
    pipeline: Pipeline,
    *minutes: Minute | None,
    spec: PipelineSpec = SPEC,
    past: History | None = None,
) -> Plan:
    seen = signals(pipeline, *minutes)
    return decide(a_look(seen, diagnose(seen), spec, past or history(), NOON))


def decision_on(plan: Plan, lever: Lever) -> Decision:
    (decision,) = (each for each in plan.decisions if each.lever == lever)
    return decision


def test_without_fresh_data_nothing_is_decided() -> None:
    assert plan_of(a_pipeline(), *[None] * 90) == Plan((), ())


def test_every_lever_is_looked_at_and_what_is_as_wide_as_its_load_stays() -> None:
    busy = [Minute(records_per_second=700, batch=100, seconds_per_batch=0.05)] * 90
    plan = plan_of(a_pipeline(table=a_table(1_000)), *busy)
    assert {SHARDS, FACTOR, WRITE} <= {each.lever for each in plan.decisions}
    assert [decision_on(plan, lever).changes for lever in (SHARDS, FACTOR)] == [False] * 2


def test_a_stream_that_refuses_records_is_widened_by_one_call_with_its_price() -> None:
    plan = plan_of(a_pipeline(), *[REFUSED] * 5)
    decision = decision_on(plan, SHARDS)
    assert (decision.current, decision.wanted, decision.allowed) == (1, 2, 2)
    assert UpdateShardCount("racers", 1, 2) in plan.actions
    assert decision.usd_per_month == pytest.approx(0.015 * 730)


@pytest.mark.parametrize(
    ("spec", "allowed", "kinds"),
    [
        (SPEC, 2, []),
        (replace(SPEC, levers=replace(OURS, shard_count=None)), 1, [ReasonKind.NO_OWNER]),
        (
            replace(SPEC, levers=replace(OURS, shard_count=LeverSpec(max=1, owner="tidegate"))),
            1,
            [ReasonKind.FILE_RANGE],
        ),
        (replace(SPEC, max_usd_a_day=0.01), 1, [ReasonKind.MAX_USD_A_DAY]),
    ],
    ids=["ours", "nobodys", "at-its-most", "money"],
)
def test_what_constrains_a_lever_is_named_and_leaves_no_call(
    spec: PipelineSpec, allowed: int, kinds: list[ReasonKind]
) -> None:
    plan = plan_of(a_pipeline(), *[REFUSED] * 5, spec=spec)
    decision = decision_on(plan, SHARDS)
    assert (decision.wanted, decision.allowed) == (2, allowed)
    assert [each.kind for each in decision.held_by] == kinds
    calls = [each for each in plan.actions if SHARDS in each.levers()]
    assert len(calls) == (allowed > 1)


CALLS = history(
    *(change(SHARDS, 4, 4, minutes_ago=60 + at, operation=UPDATE_SHARD_COUNT) for at in range(10))
)


def towards(
    wanted: int, *, past: History | None = None, spec: PipelineSpec = SPEC, **stream: Any
) -> Plan:
    pipeline = with_stream(a_pipeline(), a_stream(4, **stream))
    decider = Decider(a_look(signals(pipeline), (), spec, past or history(), NOON), "operator")
    return decider.plan_for(Recommendation(SHARDS, 4, wanted, UNCHANGED))


@pytest.mark.parametrize(("wanted", "allowed"), [(7, 7), (9, 8), (3, 3), (1, 2)])
def test_a_desired_capacity_is_approached_by_one_call_as_far_as_it_goes(
    wanted: int, allowed: int
) -> None:
    plan = towards(wanted)
    assert plan.actions == (UpdateShardCount("racers", 4, allowed),)
    assert [each.allowed for each in plan.decisions] == [allowed]


@pytest.mark.parametrize(("caller", "allowed"), [("operator", 9), ("tidegate", 10)])
def test_a_sweep_rounds_a_count_to_a_quarter_and_keeps_a_desired_capacity(
    caller: Caller, allowed: int
) -> None:
    decider = Decider(a_look(signals(a_pipeline(shards=8)), (), SPEC, history(), NOON), caller)
    plan = decider.plan_for(Recommendation(SHARDS, 8, 9, UNCHANGED))
    assert plan.actions == (UpdateShardCount("racers", 8, allowed),)


def test_when_the_days_calls_are_spent_shards_are_split_and_merged_one_by_one() -> None:
    (split,), (raised,) = towards(8, past=CALLS).actions, towards(8, past=CALLS).decisions
    assert isinstance(split, SplitShard)
    assert (raised.allowed, raised.usd_per_month) == (5, pytest.approx(0.015 * 730))
    (lowered,) = towards(2, past=CALLS).decisions
    assert (lowered.allowed, lowered.usd_per_month) == (3, pytest.approx(-0.015 * 730))


def test_no_shard_is_split_where_more_than_the_days_calls_holds_the_stream() -> None:
    busy = towards(8, past=CALLS, status="UPDATING")
    (decision,) = busy.decisions
    assert (busy.actions, decision.allowed) == ((), 4)
    assert ReasonKind.RESOURCE_BUSY in {each.kind for each in decision.held_by}


def test_a_split_costs_money_as_any_raise_does() -> None:
    plan = towards(8, past=CALLS, spec=replace(SPEC, max_usd_a_day=0.01))
    assert (plan.actions, plan.decisions[0].allowed) == ((), 4)
    assert [each.kind for each in plan.decisions[0].held_by] == [ReasonKind.MAX_USD_A_DAY]


def test_the_services_own_autoscaling_ends_in_the_restart_that_the_file_asks_it_for() -> None:
    pipeline = a_flink_pipeline(an_application(2, autoscaling_enabled=True))
    off = [replace(FLINK_SPEC.applications[0], service_autoscaling="off")]
    for spec, ends in ((FLINK_SPEC, False), (replace(FLINK_SPEC, applications=off), True)):
        decider = Decider(a_look(job_signals(pipeline), (), spec, history(), NOON), "operator")
        plan = decider.plan_for(Recommendation(PARALLELISM, 2, 4, UNCHANGED))
        call = UpdateApplication("counter", "token-1", 2, 1, 4, 1, ends_autoscaling=True)
        assert plan.actions == ((call,) if ends else ())


def test_a_change_of_unknown_end_holds_its_lever_alone() -> None:
    begun = change(SHARDS, 1, 2, minutes_ago=1, outcome=Outcome.BEGUN)
    plan = plan_of(a_pipeline(), *[REFUSED] * 5, past=history(begun))
    shards, factor = (decision_on(plan, lever) for lever in (SHARDS, FACTOR))
    assert (shards.allowed, [each.kind for each in shards.held_by]) == (
        1, [ReasonKind.CHANGE_PENDING]
    )  # fmt: skip
    assert ReasonKind.CHANGE_PENDING not in {each.kind for each in factor.held_by}
