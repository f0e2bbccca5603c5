"""A rule as its pack writes it: what its threshold may be."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.rules.pack_rule import SignalRule, signal_rule

ORDERS = (">", ">=", "<", "<=")


def a_rule(comparison: str = ">=", most: float = 1.0, **changes: object) -> SignalRule:
    data = {
        "name": "full", "signal": "how full it is", "comparison": comparison, "threshold": 0.5,
        "most": most, "unit": "of 1", "source": "runbook",
    }  # fmt: skip
    return signal_rule("kinesis", {**data, **changes})


@pytest.mark.parametrize(
    ("comparison", "least", "most"),
    [
        (">", None, "which could never fire"),
        (">=", "which would always fire", None),
        ("<", "which could never fire", None),
        ("<=", None, "which would always fire"),
    ],
)
def test_the_ends_of_what_is_measured_are_thresholds_only_where_both_sides_are_left(
    comparison: str, least: str | None, most: str | None
) -> None:
    rule = a_rule(comparison)
    for share, words in ((0.0, least), (1.0, most)):
        found = rule.mistake(share)
        assert (found is None) is (words is None)
        assert words is None or words in str(found)


@given(st.sampled_from(ORDERS), st.floats(0.01, 1000), st.floats(-1000, 2000))
def test_a_threshold_is_refused_if_and_only_if_nothing_or_everything_passes_it(
    comparison: str, most: float, share: float
) -> None:
    fires = {
        ">": lambda value: value > share, ">=": lambda value: value >= share,
        "<": lambda value: value < share, "<=": lambda value: value <= share,
    }[comparison]  # fmt: skip
    can_differ = fires(0.0) is not fires(most)
    assert (a_rule(comparison, most).mistake(share) is None) is can_differ


@given(st.floats(0.001, 1e12))
def test_where_there_is_no_most_any_threshold_above_nothing_can_be_reached(share: float) -> None:
    assert a_rule(most=inf).mistake(share) is None


def test_what_is_allowed_has_its_ends_and_its_unit() -> None:
    assert a_rule().allowed == "more than 0 and at most 1 of 1 is allowed"
    assert a_rule(">", inf).allowed == "at least 0 of 1 is allowed"
    relative = a_rule(threshold={"share": 0.5, "of": "timeout_milliseconds"})
    assert relative.allowed == "more than 0 and at most 1 (a share of the timeout) is allowed"
    assert relative.words(0.29) == "29% of the timeout"


def test_a_share_given_for_a_percentage_is_asked_about() -> None:
    rule = a_rule(most=100, unit="%", threshold=85)
    assert rule.mistake(0.9) == "is 0.9 %; for 90 % write 90"
    assert rule.mistake(90) is None
