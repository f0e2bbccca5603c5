"""GET tells how far a desired capacity is, and takes no step."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.change_records import change
from tests.scaling.autoscaling_api.worlds import SHARDS, Place
from tidegate.scaling.autoscaling_api.contract import ScalingStatus, look_at
from tidegate.scaling.autoscaling_api.progress import has_begun, is_refused, look_of, progress_of
from tidegate.scaling.autoscaling_api.requests import accept
from tidegate.scaling.execute.observe import observe_for
from tidegate.scaling.model.change_record import (
    DesiredCapacity,
    Outcome,
    refused_by_rate,
)


def asked_for(place: Place, wanted: int) -> DesiredCapacity:
    asked = place.asked()
    accept(asked, observe_for(SHARDS, asked.dimension.spec, asked.edges, asked.now), wanted)
    kept = place.ledger.desired(SHARDS)
    assert kept is not None
    return kept


def test_to_read_the_progress_takes_no_step() -> None:
    place = Place()
    kept = asked_for(place, 8)
    place.world.advance(180)
    asked = place.asked()
    told = progress_of(kept, asked, look_at(asked))
    assert told is not None
    assert told.status is ScalingStatus.IN_PROGRESS
    steps = place.ledger.change_records_of(SHARDS, place.world.now - timedelta(days=1))
    assert [(each.from_capacity, each.to_capacity) for each in steps] == [(1, 2)]


def test_what_was_reached_has_no_progress() -> None:
    place = Place()
    kept = asked_for(place, 2)
    place.world.advance(180)
    asked = place.asked()
    assert progress_of(kept, asked, look_at(asked)) is None


def test_what_a_sweep_found_to_have_failed_is_told_with_its_reason() -> None:
    place = Place()
    asked = place.asked()
    kept = DesiredCapacity(4, asked.now, asked_for(place, 2).resource, 1, failure="no room")
    told = progress_of(kept, asked, look_at(asked))
    assert told is not None
    assert (told.status, told.failure) == (ScalingStatus.FAILED, "no room")


@pytest.mark.parametrize(
    ("outcome", "detail", "begun"),
    [
        (None, None, False),
        (Outcome.BEGUN, None, True),
        (Outcome.DONE, None, True),
        (Outcome.UNKNOWN, None, True),
        (Outcome.FAILED, refused_by_rate("Rate exceeded"), True),
        (Outcome.FAILED, "AWS said no", False),
    ],
)
def test_it_has_begun_with_a_step_that_aws_did_not_refuse_for_good(
    outcome: Outcome | None, detail: str | None, begun: bool
) -> None:
    place = Place()
    asked = place.asked()
    desired = DesiredCapacity(4, asked.now - timedelta(hours=1))
    look = look_of(asked, look_at(asked), desired.at)
    if outcome is not None:
        record = change(SHARDS, 1, 2, outcome=outcome, detail=detail, now=place.world.now)
        look = replace(look, change_records=(record,))
        assert is_refused(record) is (detail == "AWS said no")
    assert has_begun(desired, look) is begun


@pytest.mark.parametrize(
    ("before", "after", "begun"), [(1, 2, True), (6, 5, True), (3, 1, False), (6, 8, False)]
)
def test_a_step_away_from_it_is_no_beginning(before: int, after: int, begun: bool) -> None:
    """As one towards another capacity, by a caller whose clock is ahead."""
    place = Place()
    asked = place.asked()
    desired = DesiredCapacity(4, asked.now - timedelta(hours=1))
    look = look_of(asked, look_at(asked), desired.at)
    record = change(SHARDS, before, after, outcome=Outcome.DONE, now=place.world.now)
    assert has_begun(desired, replace(look, change_records=(record,))) is begun
