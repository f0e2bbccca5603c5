"""An estimate of a month: what was measured, and the words for it."""

import pytest

from tests.builders import NOON
from tidegate.rules.window import Metric, Window
from tidegate.scaling.model.monthly_price import Price, a_month, about, read_monthly_usd

MONTH = 730 * 60
BYTES = Metric("AWS/Kinesis", "IncomingBytes", (("StreamName", "racers"),), "Sum")


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ([9] * 30 + [2] * 60, 2 * MONTH),
        ([None] * 50 + [2] * 10, 2 * MONTH),
        ([2] * 30 + [None] * 30, MONTH),
        ([2] * 5, 2 * MONTH),
        ([None] * 60, 0),
        ([], 0),
    ],
    ids=["the last hour", "begun since", "silent since", "five minutes", "silent", "no window"],
)
def test_a_month_is_like_the_last_hour_or_what_there_is_of_it(
    samples: list[float | None], expected: float
) -> None:
    assert a_month(Window(BYTES, NOON, tuple(samples))) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("usd", "words"),
    [
        (1234.5, "about $1,234 a month"),
        (10, "about $10 a month"),
        (9.994, "about $9.99 a month"),
        (0.01, "about $0.01 a month"),
        (0.0099, "less than a cent a month"),
    ],
)
def test_an_estimate_has_no_more_digits_than_it_is_good_for(usd: float, words: str) -> None:
    assert about(usd) == words


def test_a_price_is_paid_or_saved_and_may_be_a_bound() -> None:
    assert str(Price("more memory", 12.0)) == "more memory costs about $12 a month"
    assert str(Price("fewer", -12.0)) == "fewer saves about $12 a month"
    assert str(Price("more", 12.0, at_most=True)) == "more costs about $12 a month at most"


def test_a_metric_more_is_read_each_minute() -> None:
    assert read_monthly_usd(2) == pytest.approx(2 * MONTH * 0.00001)
