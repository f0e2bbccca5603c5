"""Windows as rates, means and shares of the newest minutes."""

from datetime import timedelta

import pytest

from tests.builders import NOON
from tidegate.rules.kinds.lambda_mapping.metrics import function_metric
from tidegate.rules.kinds.rates import increase, mean, rate, share
from tidegate.rules.window import Window

METRIC = function_metric("scorer", "Invocations", "Sum")


def window(*samples: float | None) -> Window:
    return Window(METRIC, NOON - timedelta(minutes=len(samples)), samples)


def test_a_rate_is_that_of_the_largest_of_the_newest_minutes() -> None:
    assert rate(window(6000, 60, 120, 60)) == 2


def test_a_mean_of_nothing_is_unknown() -> None:
    assert mean(window(None, None)) is None
    assert mean(window(100, 2, None, 4)) == 3


def test_a_rate_reaches_as_far_back_as_it_is_asked_for() -> None:
    seen = window(6000, 60, 120, None)
    assert (rate(seen, 60), rate(seen, 120), rate(seen, 240)) == (0, 2, 100)


def test_a_count_that_stays_did_not_go_up() -> None:
    assert increase(window(5, 5, None, 5), 240) == 0
    assert increase(window(9, 1, 2), 120) == 1


def test_a_count_that_falls_began_anew() -> None:
    assert increase(window(5, 7, 1), 180) == 3


@pytest.mark.parametrize(
    ("refused", "done", "expected"),
    [
        ((0, 0), (9, 9), 0.0),
        ((None, None), (9, 9), 0.0),
        ((1, 1), (3, 3), 0.25),
        ((5, 0, 0, 0), (9, 9, 9, 9), 0.0),
        ((8, 1, 0, 0), (8, 1, 1, 1), 0.25),
        ((2, 2), (None, None), 1.0),
    ],
)
def test_a_share_is_of_what_was_attempted(
    refused: tuple[float | None, ...], done: tuple[float, ...], expected: float
) -> None:
    assert share(window(*refused), window(*done)) == expected
