"""One plan carried out, without a sweep around it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.scaling.autoscaling_api.worlds import SHARDS, SPEC, Place
from tests.scaling.execute.test_executor import FaultyCloud
from tidegate.rules.reason import Reason
from tidegate.scaling.autoscaling_api.next_step import plan_towards
from tidegate.scaling.execute.before_call import CALL_WITHIN, FRESH
from tidegate.scaling.execute.executor import Executor, shown
from tidegate.scaling.execute.observe import observe
from tidegate.scaling.model.change_record import Outcome
from tidegate.scaling.model.errors import CloudError, Denied, Throttled, Unreachable
from tidegate.scaling.model.plan import Plan
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.sweep_report import Change


class Clock:
    """A clock that a test moves on."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def plan_of(place: Place, wanted: int = 2) -> tuple[Plan, Executor, Clock]:
    clock = Clock(place.world.now)
    edges = replace(place.edges, clock=clock)
    seen = observe(SPEC, edges, clock.now)
    recommendation = Recommendation(SHARDS, 1, wanted, Reason.told("asked", "as asked"))
    plan = plan_towards(recommendation, seen, edges, clock.now, "application-autoscaling")
    return plan, Executor(edges, "me", clock.now, seen), clock


def acted(place: Place, edges: Callable[[Edges], Edges] = lambda each: each) -> Change:
    plan, executor, _ = plan_of(place)
    (change,) = replace(executor, edges=edges(executor.edges)).act(plan)
    return change


def outcomes(place: Place) -> list[Outcome]:
    found = place.ledger.change_records_of(SHARDS, place.world.now - timedelta(days=1))
    return [each.outcome for each in found]


def test_the_intention_the_call_and_the_outcome_are_one_change() -> None:
    place = Place()
    change = acted(place)
    assert (change.outcome, change.detail, change.error) == (Outcome.DONE, None, None)
    assert outcomes(place) == [Outcome.DONE]
    assert place.ledger.leases() == ()


def test_a_dry_run_has_no_outcome() -> None:
    place = Place()
    plan, _, _ = plan_of(place)
    assert [(each.action, each.outcome) for each in shown(plan)] == [(plan.actions[0], None)]
    assert outcomes(place) == []


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Denied("kinesis:UpdateShardCount", "racers", "no"), Outcome.FAILED),
        (Throttled("kinesis:UpdateShardCount", "racers", "Rate exceeded"), Outcome.FAILED),
        (Unreachable("kinesis:UpdateShardCount", "racers", "timed out"), Outcome.UNKNOWN),
    ],
)
def test_a_refusal_is_closed_and_a_lost_answer_stays_open(
    error: CloudError, outcome: Outcome
) -> None:
    place = Place()
    change = acted(place, lambda edges: replace(edges, cloud=FaultyCloud(edges.cloud, error)))
    assert change.outcome is outcome
    kept = outcomes(place)
    assert kept == [Outcome.BEGUN if outcome is Outcome.UNKNOWN else outcome]
    assert place.ledger.leases() == ()


def test_the_same_plan_is_not_carried_out_twice() -> None:
    place = Place()
    plan, executor, _ = plan_of(place)
    other = replace(executor, holder="another")
    assert executor.act(plan)[0].outcome is Outcome.DONE
    assert other.act(plan)[0].refusal == "changed-since"
    assert outcomes(place) == [Outcome.DONE]


def test_what_another_run_has_locked_is_left_to_it() -> None:
    place = Place()
    plan, executor, clock = plan_of(place)
    place.ledger.acquire(plan.actions[0].lease, "another", clock.now, 60)
    assert executor.act(plan)[0].refusal == "locked"
    assert outcomes(place) == []


def test_a_look_that_is_no_longer_fresh_is_taken_again() -> None:
    place = Place()
    plan, executor, clock = plan_of(place)
    place.edges.cloud.apply(plan.actions[0])
    clock.now += FRESH
    unseen = executor.act(plan)[0]
    assert unseen.outcome is not Outcome.SUPERSEDED
    place = Place()
    plan, executor, clock = plan_of(place)
    place.edges.cloud.apply(plan.actions[0])
    clock.now += FRESH + timedelta(milliseconds=1)
    assert executor.act(plan)[0].refusal in ("changed-since", "resource-busy")
    assert outcomes(place) == []


def test_a_process_that_was_suspended_after_its_intention_makes_no_call() -> None:
    place = Place()
    plan, executor, clock = plan_of(place)
    begin = place.ledger.begin

    def slow(*records: object, **named: Any) -> bool:
        done = begin(*records, **named)  # type: ignore[arg-type]
        clock.now += CALL_WITHIN + timedelta(seconds=1)
        return done

    place.ledger.begin = slow
    change = executor.act(plan)[0]
    assert (change.outcome, change.refusal) == (Outcome.SUPERSEDED, "suspended")
    assert outcomes(place) == [Outcome.SUPERSEDED]
