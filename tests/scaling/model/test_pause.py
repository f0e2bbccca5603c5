"""Whom a pause holds, and until when."""

from datetime import timedelta

import pytest

from tests.builders import NOON
from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.pause import Pause, pausing

HOUR = timedelta(hours=1)
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
RETENTION = Lever.of(LeverKind.RETENTION_HOURS, "racers")
ALL = Pause(NOON + HOUR, "incident 7")
RACE = Pause(NOON + HOUR, "incident 7", "race", resources=("stream/racers",))
RACE_SHARDS = Pause(NOON + HOUR, "incident 7", "race", "shard_count", ("stream/racers",))


@pytest.mark.parametrize(
    ("pause", "lever", "pipeline", "held"),
    [
        (ALL, SHARDS, "race", True),
        (ALL, SHARDS, None, True),
        (RACE, RETENTION, "race", True),
        (RACE, SHARDS, "other", True),
        (RACE, SHARDS, None, True),
        (RACE_SHARDS, SHARDS, "race", True),
        (RACE_SHARDS, SHARDS, None, True),
        (RACE_SHARDS, RETENTION, "race", False),
    ],
)
def test_a_pause_holds_what_it_names_whoever_asks(
    pause: Pause, lever: Lever, pipeline: str | None, held: bool
) -> None:
    assert pause.holds(lever, "stream/racers", pipeline, NOON) is held


def test_a_pause_of_a_pipeline_leaves_what_others_have_alone() -> None:
    assert not RACE.holds(SHARDS, "stream/elsewhere", "other", NOON)


def test_a_pause_holds_until_its_end_and_no_longer() -> None:
    assert RACE.holds(SHARDS, "stream/racers", "race", NOON + HOUR - timedelta(seconds=1))
    assert not RACE.holds(SHARDS, "stream/racers", "race", NOON + HOUR)


def test_of_two_pauses_the_one_that_ends_last_is_told() -> None:
    longer = Pause(NOON + 2 * HOUR, "holidays")
    assert pausing([RACE, longer], SHARDS, "stream/racers", "race", NOON) == longer
    assert pausing([], SHARDS, "stream/racers", "race", NOON) is None


def test_a_pause_is_read_as_it_was_written_also_by_an_earlier_version() -> None:
    assert Pause.from_text(RACE_SHARDS.to_text()) == RACE_SHARDS
    newer = RACE.to_text().replace('"reason"', '"by": "somebody", "reason"')
    assert Pause.from_text(newer) == RACE
