"""PATCH accepts or refuses a desired capacity; GET only reads."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.scaling.autoscaling_api.worlds import SHARDS, SPEC, UNITS, Place
from tidegate.scaling.autoscaling_api.contract import BadRequest, ScalingStatus
from tidegate.scaling.autoscaling_api.endpoint import describe, scale
from tidegate.scaling.config.specification import Levers, LeverSpec
from tidegate.scaling.model.change_record import DesiredCapacity, Lever
from tidegate.scaling.model.pause import Pause


@pytest.mark.parametrize(
    ("lever", "wanted", "words"),
    [
        (LeverSpec(max=16), 4, "has no owner"),
        (LeverSpec(max=16, owner="tidegate"), 4, "is owned by Tidegate"),
        (LeverSpec(max=16, owner="application-autoscaling"), 17, "17 is outside 1..16"),
        (LeverSpec(min=2, max=16, owner="application-autoscaling"), 1, "1 is outside 2..16"),
    ],
)
def test_what_the_file_does_not_allow_is_refused_and_nothing_is_kept(
    lever: LeverSpec, wanted: int, words: str
) -> None:
    place = Place()
    spec = replace(SPEC, levers=Levers(shard_count=lever))
    with pytest.raises(BadRequest, match=words):
        scale(place.asked(spec=spec), wanted)
    assert place.ledger.all_desired() == {}
    assert place.ledger.change_records_of(SHARDS, place.world.now - timedelta(days=1)) == ()


def test_nothing_is_changed_while_the_pipeline_is_paused() -> None:
    place = Place()
    place.ledger.keep_pause(Pause(place.world.now + timedelta(hours=1), "a sale", "race-day"))
    with pytest.raises(BadRequest, match=r"race-day is paused \(a sale\)"):
        scale(place.asked(), 2)
    assert place.ledger.all_desired() == {}


@pytest.mark.parametrize("lever", [SHARDS, UNITS])
def test_what_was_accepted_is_under_way_then_successful(lever: Lever) -> None:
    place = Place()
    before = describe(place.asked(lever))
    assert before.status is ScalingStatus.SUCCESSFUL
    wanted = before.actual_capacity + 1
    assert scale(place.asked(lever), wanted).status is ScalingStatus.IN_PROGRESS
    place.world.advance(5)
    during = describe(place.asked(lever))
    assert (during.desired_capacity, during.status) == (wanted, ScalingStatus.IN_PROGRESS)
    place.world.advance(180)
    after = describe(place.asked(lever))
    assert (after.actual_capacity, after.desired_capacity) == (wanted, wanted)
    assert after.status is ScalingStatus.SUCCESSFUL


def test_of_a_lever_that_is_not_theirs_any_more_the_present_capacity_is_desired() -> None:
    place = Place()
    place.ledger.keep_desired(SHARDS, DesiredCapacity(9, place.world.now))
    own = replace(SPEC, levers=Levers(shard_count=LeverSpec(max=16, owner="tidegate")))
    told = describe(place.asked(spec=own))
    assert told.actual_capacity == told.desired_capacity != 9
    assert told.status is ScalingStatus.SUCCESSFUL
