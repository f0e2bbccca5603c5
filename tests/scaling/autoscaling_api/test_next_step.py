"""Steps towards a desired capacity, and how far it is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.change_records import change
from tests.scaling.autoscaling_api.worlds import SHARDS, SPEC, Place
from tidegate.rules.reason import Reason
from tidegate.scaling.autoscaling_api.contract import ScalingStatus, look_at
from tidegate.scaling.autoscaling_api.next_step import (
    after,
    marked,
    next_step,
    plan_towards,
    progress_towards,
    take,
)
from tidegate.scaling.autoscaling_api.progress import Progress, look_of
from tidegate.scaling.execute.observe import observe_for
from tidegate.scaling.kinds.kinesis_stream.actions import UPDATE_SHARD_COUNT
from tidegate.scaling.ledger.recall import remembered
from tidegate.scaling.model.change_record import (
    ChangeRecord,
    DesiredCapacity,
    Outcome,
    refused_by_rate,
)
from tidegate.scaling.model.plan import Plan
from tidegate.scaling.model.recommendation import Recommendation


def plan_for(place: Place, wanted: int) -> Plan:
    asked = place.asked()
    pipeline = look_at(asked)
    history = remembered(pipeline, place.ledger, asked.now)
    return next_step(asked, pipeline, DesiredCapacity(wanted, asked.now), history)


def progress(place: Place, wanted: int, *records: ChangeRecord) -> Progress:
    """Of what was asked for an hour ago, after these steps."""
    asked = place.asked()
    desired = DesiredCapacity(wanted, asked.now - timedelta(hours=1))
    look = look_of(asked, look_at(asked), desired.at)
    return progress_towards(desired, replace(look, change_records=records), plan_for(place, wanted))


def step(place: Place, outcome: Outcome, detail: str | None = None) -> ChangeRecord:
    return change(
        SHARDS, 1, 2, outcome=outcome, detail=detail, now=place.world.now, pipeline="race-day",
        operation=UPDATE_SHARD_COUNT,
    )  # fmt: skip


def test_one_step_goes_as_far_as_one_call_may() -> None:
    place = Place()
    for wanted, allowed in ((2, 2), (3, 2), (16, 2)):
        (decision,) = plan_for(place, wanted).decisions
        assert (decision.current, decision.wanted, decision.allowed) == (1, wanted, allowed)


def test_a_person_may_move_a_lever_that_application_auto_scaling_owns_and_a_sweep_may_not() -> None:
    place = Place()
    asked = place.asked()
    seen = observe_for(SHARDS, SPEC, place.edges, asked.now)
    recommendation = Recommendation(SHARDS, 1, 2, Reason.told("revert", "as it was"))
    for caller, moves in (
        ("operator", True),
        ("application-autoscaling", True),
        ("tidegate", False),
    ):
        plan = plan_towards(recommendation, seen, place.edges, asked.now, caller)  # type: ignore[arg-type]
        assert bool(plan.actions) is moves


@pytest.mark.parametrize(
    ("outcome", "detail", "status"),
    [
        (None, None, ScalingStatus.PENDING),
        (Outcome.DONE, None, ScalingStatus.IN_PROGRESS),
        (Outcome.UNKNOWN, None, ScalingStatus.IN_PROGRESS),
        (Outcome.FAILED, refused_by_rate("Rate exceeded"), ScalingStatus.IN_PROGRESS),
        (Outcome.FAILED, "AWS said no", ScalingStatus.FAILED),
    ],
)
def test_how_far_it_is_follows_from_its_last_step(
    outcome: Outcome | None, detail: str | None, status: ScalingStatus
) -> None:
    place = Place()
    records = () if outcome is None else (step(place, outcome, detail),)
    told = progress(place, 4, *records)
    assert told.status is status
    assert told.failure == (detail if status is ScalingStatus.FAILED else None)


def test_what_only_a_person_can_change_has_failed() -> None:
    place = Place()
    asked = place.asked(spec=replace(SPEC, max_usd_a_day=0.01))
    pipeline = look_at(asked)
    history = remembered(pipeline, place.ledger, asked.now)
    plan = next_step(asked, pipeline, DesiredCapacity(4, asked.now), history)
    look = look_of(asked, pipeline, asked.now)
    told = progress_towards(DesiredCapacity(4, asked.now), look, plan)
    assert told.status is ScalingStatus.FAILED
    assert told.failure == str(plan.decisions[0].held_by[-1])
    assert "max_usd_a_day" in told.failure


def test_a_step_is_one_call_with_its_change_record() -> None:
    place = Place()
    asked = place.asked()
    seen = observe_for(SHARDS, SPEC, place.edges, asked.now)
    plan = next_step(asked, seen.pipeline, DesiredCapacity(4, asked.now), seen.history)
    desired = marked(DesiredCapacity(4, asked.now), plan, seen.pipeline, SHARDS)
    assert desired.marks != ()
    told, is_overtaken = take(plan, desired, asked, seen)
    assert (told.status, told.settles_at, is_overtaken) == (ScalingStatus.IN_PROGRESS, 2, False)
    (record,) = place.ledger.change_records_of(SHARDS, asked.now - timedelta(days=1))
    assert (record.to_capacity, record.outcome) == (2, Outcome.DONE)


def test_who_comes_second_is_overtaken() -> None:
    place = Place()
    asked = place.asked()
    seen = observe_for(SHARDS, SPEC, place.edges, asked.now)
    plan = next_step(asked, seen.pipeline, DesiredCapacity(4, asked.now), seen.history)
    desired = DesiredCapacity(4, asked.now)
    take(plan, desired, asked, seen)
    assert take(plan, desired, replace(asked, holder="another"), seen)[1]
    assert len(place.ledger.change_records_of(SHARDS, asked.now - timedelta(days=1))) == 1


def test_only_a_failure_is_kept_with_the_capacity_that_was_left() -> None:
    desired = DesiredCapacity(4, Place().world.now)
    assert after(desired, Progress(4, ScalingStatus.IN_PROGRESS, settles_at=2)) == desired
    failed = after(desired, Progress(4, ScalingStatus.FAILED, "no", settles_at=2))
    assert (failed.failure, failed.start) == ("no", 2)
