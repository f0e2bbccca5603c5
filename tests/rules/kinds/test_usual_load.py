"""What is usual at this time is between what other days had around it."""

from datetime import timedelta

import pytest

from tests.builders import NOON, stream_metric
from tidegate.rules.kinds.usual_load import UsualLoad, usual_load
from tidegate.rules.window import Metric, Window

FIVE = stream_metric("racers", "IncomingRecords", "Sum")
FIVE = Metric(FIVE.namespace, FIVE.name, FIVE.dimensions, FIVE.statistic, 300)
DAY, HOUR = 288, 12


def history(*days: float | None, **at: float | None) -> Window:
    """Each of the days before this one with its own rate, the oldest first, up to noon; ``h1`` and
    so on set the five minutes so many periods from noon of the newest of them."""
    samples = [None if rate is None else rate * 300 for rate in days for _ in range(DAY)]
    samples += [0.0] * (HOUR + DAY // 2)
    for name, rate in at.items():
        samples[-HOUR - DAY + int(name[1:])] = None if rate is None else rate * 300
    start = NOON - timedelta(minutes=5 * (len(samples)))
    return Window(FIVE, start, tuple(samples))


def usual(window: Window) -> UsualLoad | None:
    """An hour before noon, in the middle of each of the days."""
    return usual_load(window, NOON - timedelta(hours=1))


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((), None),
        ((10.0,), None),
        ((10.0, 20.0), UsualLoad(10, 20, 2)),
        ((None, 20.0), None),
        ((0.0, 20.0), UsualLoad(0, 20, 2)),
        ((1.0, *[20.0] * 5), UsualLoad(1, 20, 6)),
        ((1.0, *[20.0] * 6), UsualLoad(20, 20, 7)),
        ((90.0, *[20.0] * 6), UsualLoad(20, 20, 7)),
        ((1.0, 2.0, 3.0, *[20.0] * 11), UsualLoad(3, 20, 14)),
    ],
    ids=["no day", "one day", "two", "began yesterday", "nothing came in", "one odd day of six",
         "one of seven is left out", "one with a spike as well", "two of fourteen"],
)  # fmt: skip
def test_the_usual_is_what_other_days_had_but_for_one_odd_day_a_week(
    days: tuple[float | None, ...], expected: UsualLoad | None
) -> None:
    assert usual(history(*days)) == expected


@pytest.mark.parametrize(
    ("near", "expected"),
    [
        ({"h0": 5.0}, UsualLoad(5, 20, 2)),
        ({"h12": 5.0}, UsualLoad(5, 20, 2)),
        ({"h13": 5.0}, UsualLoad(20, 20, 2)),
        ({"h0": None}, UsualLoad(0, 20, 2)),
        ({"h3": 50.0}, UsualLoad(20, 50, 2)),
    ],
    ids=["then", "an hour later", "more than an hour later", "silent", "a burst"],
)
def test_a_day_is_an_hour_early_or_late(near: dict[str, float | None], expected: UsualLoad) -> None:
    found = usual(history(20.0, 20.0, **near))
    assert found is not None
    assert (found.least, found.most, found.days) == (expected.least, expected.most, 2)
