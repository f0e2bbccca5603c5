"""What confirms one minute of refusals that no second minute tells of."""

import pytest

from tests.builders import Samples, a_pipeline, newest, signals
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.odd_minute import judged_by_minutes
from tidegate.rules.kinds.signals import Signals

FOUND = Diagnosis(Cause.TABLE_THROTTLED, "scores", (), cured_by=(LeverKind.WRITE_CAPACITY,))
CALM = signals(a_pipeline())
LATE = [1000 * 40.0 * at for at in range(90)]


def judged(of: Signals, refused: Samples, *, is_full: bool = False) -> tuple[bool, bool]:
    """Whether one minute alone tells, and whether nothing confirms it."""
    of = newest(of, write_throttles=refused)
    window = of.series.source.write_throttles
    found = judged_by_minutes(FOUND, window, of, is_full=is_full)
    return found.is_odd, found.is_unconfirmed


@pytest.mark.parametrize(
    ("refused", "is_odd"),
    [([0, 0, 9], True), ([9, 0, 0], True), ([9, 0, 9], False), ([9, 9, 9], False),
     ([9, 9, 0, 0], True), ([None, None, 9], True)],
)  # fmt: skip
def test_two_of_the_newest_three_minutes_are_no_odd_one(refused: Samples, is_odd: bool) -> None:
    assert judged(CALM, [0, 0, 0, *refused]) == (is_odd, is_odd)


def test_a_full_minute_needs_no_second_one() -> None:
    assert judged(CALM, [0, 0, 9], is_full=True) == (True, False)


def test_neither_does_one_in_which_records_wait() -> None:
    assert judged(newest(CALM, iterator_age_milliseconds=LATE), [0, 0, 9]) == (True, False)


@pytest.mark.parametrize(
    ("came", "is_unconfirmed"),
    [([100.0] * 14 + [101], False), ([100.0] * 14 + [100], True), ([102] + [100.0] * 13 + [101], True),
     ([102] + [100.0] * 14 + [101], False), ([100.0] * 14 + [None], False),
     ([None] * 89 + [100], False)],
    ids=["more", "as many", "as many as lately", "more than lately", "unknown", "it begins"],
)  # fmt: skip
def test_neither_does_one_of_the_highest_load_of_a_quarter_of_an_hour(
    came: Samples, is_unconfirmed: bool
) -> None:
    assert judged(newest(CALM, incoming_records=came), [0, 0, 9]) == (True, is_unconfirmed)


def test_what_no_lever_cures_waits_for_nothing() -> None:
    of = newest(CALM, write_throttles=[0, 0, 9])
    advised = Diagnosis(Cause.TABLE_THROTTLED, "scores", (), advice="ask for a higher quota")
    found = judged_by_minutes(advised, of.series.source.write_throttles, of, is_full=False)
    assert (found.is_odd, found.is_unconfirmed) == (True, False)
