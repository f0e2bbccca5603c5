from datetime import timedelta

import pytest

from tests.builders import NOON, Minute, a_pipeline, signals
from tidegate.scaling.load.offered_load import (
    CameMost,
    SourceChange,
    offered_at_most,
    offered_behind,
)


def refused(records_per_second: float, refused_per_second: float = 5000) -> Minute:
    return Minute(records_per_second=records_per_second, refused_per_second=refused_per_second)


def at_most(
    *minutes: Minute,
    highest: float = 0,
    is_full: bool = True,
    changed_seconds_ago: int | None = None,
) -> float:
    """What may be offered for each record taken."""
    ago = changed_seconds_ago
    change = None if ago is None else SourceChange(NOON - timedelta(seconds=ago), 30)
    return offered_at_most(signals(a_pipeline(), *minutes), change, CameMost(highest, is_full))


def behind(*minutes: Minute, changed_seconds_ago: int | None = None) -> float:
    """What consumers and tables may get of it within four minutes."""
    ago = changed_seconds_ago
    change = None if ago is None else SourceChange(NOON - timedelta(seconds=ago), 30)
    return offered_behind(signals(a_pipeline(), *minutes), change, CameMost(0, is_full=False), 240)


FULL = [refused(1000)] * 5


def test_no_more_is_thought_of_than_one_reshard_can_add() -> None:
    assert at_most(*FULL) == behind(*FULL) == 2
    assert at_most(refused(1000, 250)) == pytest.approx(1.25)
    assert at_most(refused(1000, 0)) == 1


def test_refusals_before_the_last_reshard_say_nothing_of_the_new_shards() -> None:
    assert at_most(*FULL, changed_seconds_ago=90) == 2
    assert at_most(*FULL, changed_seconds_ago=89) == 1


def test_no_more_is_offered_than_ever_came_while_less_is_taken() -> None:
    assert at_most(*FULL, highest=1140) == pytest.approx(1.2)
    assert at_most(*FULL, highest=900) == 2


@pytest.mark.parametrize("highest", [960, 1000, 1050])
def test_what_full_shards_took_before_is_no_bound_of_what_is_offered(highest: float) -> None:
    assert at_most(*FULL, highest=highest) == 2
    assert at_most(*[refused(1000, 250)] * 5, highest=highest) == pytest.approx(1.25)
    assert at_most(*FULL, highest=1060) == pytest.approx(1060 / 950)


@pytest.mark.parametrize("highest", [960, 1000, 1050])
def test_what_single_shards_refuse_is_bounded_by_what_ever_came(highest: float) -> None:
    assert at_most(*FULL, highest=highest, is_full=False) == pytest.approx(highest / 950)
    assert at_most(*FULL, highest=0, is_full=False) == 2  # Nothing is known of what ever came.


def test_what_gets_behind_the_stream_rises_no_faster_than_it_was_seen_to() -> None:
    rising = [refused(rate, 0) for rate in (800, 850, 950)]
    assert behind(*rising, *FULL[:2]) == pytest.approx(1.4)


def test_what_was_refused_before_a_reshard_is_to_come_until_a_minute_tells_of_it() -> None:
    assert behind(*FULL, changed_seconds_ago=30) == 2
    assert behind(*FULL, changed_seconds_ago=60) == 1
    assert behind(*FULL, changed_seconds_ago=90) == 2
