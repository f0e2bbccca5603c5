"""A rule as its pack writes it: what its threshold may be."""

from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.rules.pack_rule import PackRule, SignalRule, pack_rule, signal_rule
from tidegate.rules.rule import Comparison, MissingData, Severity

ORDERS = (">", ">=", "<", "<=")


def a_rule(comparison: str = ">=", most: float = 1.0, **changes: Any) -> SignalRule:
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
    assert rule.mistake(1) == "is 1 %; for 100 % write 100"
    assert rule.mistake(1.1) is None
    assert a_rule(most=100, threshold=85).mistake(0.9) is None


def test_a_threshold_that_has_another_home_is_not_set_here() -> None:
    assert a_rule(set_by="objective").mistake(0.5) == "is set by objective"
    another = a_rule(threshold={"rule": "nearly-full"})
    assert another.mistake(0.5) == "is that of nearly-full; set it there"
    assert (another.share, another.of, another.same_as) == (0.0, None, "nearly-full")


@pytest.mark.parametrize(
    ("comparison", "ends"),
    [
        (">", "at least 0 and less than 1 of 1 is allowed"),
        (">=", "more than 0 and at most 1 of 1 is allowed"),
        ("<", "more than 0 and at most 1 of 1 is allowed"),
        ("<=", "at least 0 and less than 1 of 1 is allowed"),
    ],
)
def test_the_ends_that_are_allowed_follow_from_the_comparison(comparison: str, ends: str) -> None:
    rule = a_rule(comparison)
    assert rule.allowed == ends
    refused = {rule.mistake(share) for share in (0.0, 1.0)}
    assert None in refused
    assert any(words is not None and words.endswith(ends) for words in refused)


@pytest.mark.parametrize(
    ("share", "unit", "words"),
    [(0.5, "of 1", "0.5 of 1"), (600_000, "ms", "600000 ms"), (3, "", "3"), (1e-3, "s", "0.001 s")],
)
def test_a_threshold_in_words_has_its_unit(share: float, unit: str, words: str) -> None:
    assert a_rule(unit=unit).words(share) == words


def test_a_rule_on_a_metric_is_read_as_its_pack_writes_it() -> None:
    data = {
        "name": "late", "scope": "stream", "metric": "Age", "statistic": "Maximum",
        "comparison": ">", "threshold": {"share": 1, "of": "objective_milliseconds"},
        "hold_seconds": 120, "severity": "critical", "missing_data": "ok", "unit": "ms",
        "source": "runbook", "among": ["Age", "Other"], "causes": ["unknown"],
    }  # fmt: skip
    assert pack_rule("kinesis", data) == PackRule(
        name="late", pack="kinesis", comparison=Comparison.ABOVE, share=1.0,
        of="objective_milliseconds", unit="ms", source="runbook", causes=("unknown",),
        scope="stream", metric="Age", statistic="Maximum", hold_seconds=120,
        severity=Severity.CRITICAL, missing_data=MissingData.OK, divisor=1.0, trend=False,
        among=("Age", "Other"),
    )  # fmt: skip
    assert pack_rule("kinesis", data).judged == "Maximum Age"
    assert a_rule().judged == "how full it is"
    # What was read stays as it was.
    assert data["threshold"] == {"share": 1, "of": "objective_milliseconds"}
