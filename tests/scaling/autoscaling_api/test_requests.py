"""PATCH takes the first step and keeps what was asked."""

from datetime import timedelta

import pytest

from tests.scaling.autoscaling_api.worlds import SHARDS, Place
from tidegate.scaling.autoscaling_api.contract import ScalingStatus
from tidegate.scaling.autoscaling_api.requests import accept
from tidegate.scaling.execute.observe import observe_for
from tidegate.scaling.model.change_record import DesiredCapacity


def accepted(place: Place, wanted: int) -> tuple[ScalingStatus, str | None]:
    asked = place.asked()
    seen = observe_for(SHARDS, asked.dimension.spec, asked.edges, asked.now)
    told = accept(asked, seen, wanted)
    return told.status, told.failure


def calls(place: Place) -> list[tuple[int, int]]:
    found = place.ledger.change_records_of(SHARDS, place.world.now - timedelta(days=1))
    return [(each.from_capacity, each.to_capacity) for each in found]


def test_the_same_capacity_asked_for_again_is_the_earlier_request() -> None:
    place = Place()
    assert accepted(place, 2) == (ScalingStatus.IN_PROGRESS, None)
    first = place.ledger.desired(SHARDS)
    place.world.advance(5)
    assert accepted(place, 2) == (ScalingStatus.IN_PROGRESS, None)
    assert place.ledger.desired(SHARDS) == first
    assert calls(place) == [(1, 2)]


def test_beyond_one_call_the_first_step_is_taken_and_the_whole_is_kept() -> None:
    place = Place()
    assert accepted(place, 8) == (ScalingStatus.IN_PROGRESS, None)
    assert calls(place) == [(1, 2)]
    kept = place.ledger.desired(SHARDS)
    assert kept is not None
    assert kept.capacity == 8


def test_what_is_there_already_is_successful_and_forgets_an_earlier_request() -> None:
    place = Place()
    place.ledger.keep_desired(SHARDS, DesiredCapacity(7, place.world.now))
    assert accepted(place, 1) == (ScalingStatus.SUCCESSFUL, None)
    assert (place.ledger.desired(SHARDS), calls(place)) == (None, [])


@pytest.mark.parametrize("wanted", [2, 8], ids=["one call", "beyond one call"])
def test_the_log_names_what_kept_the_step_from_being_taken(wanted: int) -> None:
    """Not the range of a call, which is there as well and would have let it begin."""
    place = Place()
    place.ledger.acquire("stream/racers", "a request that ran out of time", place.world.now, 60)
    asked = place.asked()
    told = accept(asked, observe_for(SHARDS, asked.dimension.spec, asked.edges, asked.now), wanted)
    assert (told.status, calls(place)) == (ScalingStatus.PENDING, [])
    assert told.waits_for is not None
    assert told.waits_for.kind == "locked"
    assert str(told.waits_for) == "stream/racers is locked by another run"
