"""One odd minute neither begins nor resolves an incident, whatever its age is."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from tidegate.rules.confirmed import Age, Ages, Limits, confirmed

LIMITS = Limits(well_seconds=15, sick_seconds=60, period_seconds=60)
"""Up to 15 s an age is well, above 60 s it is sick; a standing reader falls 120 s behind at most
from one sample to the next."""


def ages(*seconds: float | None) -> list[Age]:
    """One a minute; none for None."""
    return [
        Age(NOON + timedelta(minutes=at), each)
        for at, each in enumerate(seconds)
        if each is not None
    ]


def told(*seconds: float | None) -> tuple[list[float], float | None]:
    """The ages that hold, and the rise that may."""
    found = confirmed(ages(*seconds), LIMITS)
    return [each.seconds for each in found.held], None if found.rise is None else found.rise.seconds


@pytest.mark.parametrize(
    ("seconds", "held", "rise"),
    [
        ((), [], None),
        ((0, 15, 1), [0, 15, 1], None),
        ((1, 100, 1), [1, 1], None),
        ((1, 100, 110), [1, 100, 110], None),
        ((1, 100, 1, 110, 120), [1, 100, 110, 120], None),
        ((1, 100, 1, 1, 110, 1, 1), [1, 1, 1, 1, 1], None),
        ((100, 160), [100, 160], None),
        ((16, 40), [16, 40], None),
        ((1, 16), [1], 16),
        ((15, 16), [15], 16),
        ((1, 15), [1, 15], None),
        ((100,), [], None),
        ((1, 121), [1], 121),
        ((1, 122), [1], None),
        ((1, 20, 140), [1, 20, 140], None),
        ((1, 20, 30, 150), [1, 20, 30, 150], None),
        ((1, 20, 30, 151), [1, 20, 30], None),
        ((1, 20, 30, 400, 410), [1, 20, 30, 400, 410], None),
        ((1, 20, 30, 151, 160), [1, 20, 30, 160], None),
        ((1, None, 181), [1], 181),
        ((1, None, 182), [1], None),
        ((1, 86_400, 86_460), [1, 86_400, 86_460], None),
        ((1, 100, 86_400), [1, 100], None),
        ((1, 20, 500, 61), [1, 20, 61], None),
    ],
    ids=[
        "nothing", "well", "one odd minute", "a second confirms", "every other minute is high",
        "two odd minutes far apart", "first samples confirm each other", "both above well",
        "a rise may hold", "from the end of well", "well is no rise", "a rise without a before", "as far as a reader falls",
        "further than a reader falls", "a second rise confirms", "grows as a standing reader",
        "jumps further", "a jump that is confirmed", "an age that needs no jump",
        "a gap gives time", "a gap is not more time",
        "the retention, twice", "an odd one after a rise", "back among the sick",
    ],
)  # fmt: skip
def test_a_rise_holds_when_another_sample_confirms_it(
    seconds: tuple[float | None, ...], held: list[float], rise: float | None
) -> None:
    assert told(*seconds) == (held, rise)


@pytest.mark.parametrize(
    ("seconds", "held"),
    [
        ((100, 110, 1), [100, 110]),
        ((100, 110, 1, 2), [100, 110, 1, 2]),
        ((100, 110, 60, 61), [100, 110, 61]),
        ((100, 110, 60, 60), [100, 110, 60, 60]),
        ((100, 110, 61, 60), [100, 110, 61]),
        ((100, 110, 1, 120, 1), [100, 110, 120]),
        ((100, 110, 1, 120, 130), [100, 110, 120, 130]),
        ((100, 110, 0, 119, 1, 2), [100, 110, 119, 1, 2]),
        ((100, 110, 1, 59), [100, 110, 1, 59]),
        ((100, 250, 1, 122), [100, 122]),
    ],
    ids=[
        "one minute ends nothing", "two minutes do", "sick again", "at the limit is not sick",
        "the first that is not sick", "every other minute is low", "one odd low minute",
        "an odd low minute, then two", "back to well, then up", "a jump, then one low minute",
    ],
)  # fmt: skip
def test_an_incident_ends_with_two_samples_in_a_row(
    seconds: tuple[float, ...], held: list[float]
) -> None:
    assert told(*seconds)[0] == held


def test_the_ages_that_hold_keep_their_moments() -> None:
    first, odd, *others = ages(1, 5000, 2, 3)
    assert confirmed([first, odd, *others], LIMITS) == Ages((first, *others), None)


SECONDS = st.lists(st.floats(0, 90_000) | st.sampled_from([0, 15, 16, 60, 61, 120, 86_400]))


@given(SECONDS)
def test_what_holds_was_published_and_keeps_its_order(seconds: list[float]) -> None:
    samples = ages(*seconds)
    found = confirmed(samples, LIMITS)
    rest = iter(samples)
    assert all(each in rest for each in found.held)
    assert found.rise is None or found.rise == samples[-1] not in found.held


@given(SECONDS)
def test_well_samples_hold_each_and_one_odd_minute_among_them_never_does(
    seconds: list[float],
) -> None:
    well = [min(each, 15) for each in seconds]
    assert told(*well, 1, 50_000, 1) == ([*well, 1, 1], None)


@given(st.lists(st.floats(0, 60), min_size=1))
def test_a_reader_that_stands_still_holds_from_its_second_sick_minute_on(
    seconds: list[float],
) -> None:
    """Its age grows by a minute each minute."""
    standing = [100.0 + 60 * at for at in range(len(seconds) + 1)]
    assert told(1, *standing) == ([1, *standing], None)
