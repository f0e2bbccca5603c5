"""A rule against a window, up to the edges of time, threshold and data."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from tidegate.rules.evaluate import evaluate, judged
from tidegate.rules.rule import Comparison, Finding, MissingData, Rule, Severity, Verdict
from tidegate.rules.window import Metric, Window

METRIC = Metric("CWAgent", "mem_used_percent", (), "Maximum")
OTHER = replace(METRIC, name="mem_free_percent")


def a_rule(hold_seconds: int = 180, **changes: Any) -> Rule:
    rule = Rule(
        "memory", "producers", METRIC, Comparison.ABOVE, 90, hold_seconds, Severity.CRITICAL,
        MissingData.UNKNOWN, "%", "runbook", "90 %",
    )  # fmt: skip
    return replace(rule, **changes)


def window(*samples: float | None, metric: Metric = METRIC) -> Window:
    """Up to noon."""
    start = NOON - timedelta(seconds=metric.period_seconds * len(samples))
    return Window(metric, start, samples)


def found(rule: Rule, *samples: float | None, now: datetime = NOON) -> Finding:
    return evaluate(rule, window(*samples), now)


@pytest.mark.parametrize(
    ("comparison", "below", "at", "above"),
    [
        (Comparison.ABOVE, False, False, True),
        (Comparison.AT_LEAST, False, True, True),
        (Comparison.BELOW, True, False, False),
        (Comparison.AT_MOST, True, True, False),
    ],
)
def test_a_sample_is_held_against_the_threshold(
    comparison: Comparison, below: bool, at: bool, above: bool
) -> None:
    rule = a_rule(60, comparison=comparison)
    verdicts = [found(rule, sample).verdict is Verdict.FIRING for sample in (89.9, 90, 90.1)]
    assert verdicts == [below, at, above]


def test_a_divisor_makes_a_rate_of_a_sum() -> None:
    told = found(a_rule(60, divisor=60, unit="a second"), 5460)
    assert (told.verdict, told.value) == (Verdict.FIRING, 91)
    assert found(a_rule(60, divisor=60), 5400).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("hold_seconds", "periods"), [(0, 1), (60, 1), (61, 2), (120, 2), (180, 3)]
)
def test_a_breach_fires_after_as_many_periods_as_its_hold_time_begins(
    hold_seconds: int, periods: int
) -> None:
    rule = a_rule(hold_seconds)
    assert found(rule, 50, *[95] * periods).verdict is Verdict.FIRING
    if periods > 1:
        assert found(rule, 50, *[95] * (periods - 1)).verdict is Verdict.PENDING


@pytest.mark.parametrize(
    ("hold_seconds", "well", "verdict"),
    [
        (60, 1, Verdict.OK),
        (120, 1, Verdict.FIRING),
        (120, 2, Verdict.OK),
        (600, 1, Verdict.FIRING),
        (600, 2, Verdict.OK),
    ],
)
def test_a_breach_ends_with_as_many_samples_as_began_it_but_no_more_than_two(
    hold_seconds: int, well: int, verdict: Verdict
) -> None:
    assert found(a_rule(hold_seconds), *[95] * 10, *[50] * well).verdict is verdict


def test_a_breach_that_has_ended_begins_anew() -> None:
    told = found(a_rule(), *[95] * 5, 50, 50, 95)
    assert (told.verdict, told.since) == (Verdict.PENDING, NOON - timedelta(minutes=1))
    held = found(a_rule(), *[95] * 5, 50, 95, 50, 95)
    assert (held.verdict, held.since) == (Verdict.FIRING, NOON - timedelta(minutes=9))
    pending = found(a_rule(), 95, 95, 50, 95, 95)
    assert pending.verdict is Verdict.PENDING


@pytest.mark.parametrize(
    ("late", "verdict"), [(0, Verdict.FIRING), (3, Verdict.FIRING), (6, Verdict.FIRING),
                          (7, Verdict.UNKNOWN)],
)  # fmt: skip
def test_points_may_be_late_and_a_breach_lasts_as_long_as_it_takes_to_hold(
    late: int, verdict: Verdict
) -> None:
    """Three periods that are on their way, and three more of silence."""
    assert found(a_rule(180), *[95] * 5, *[None] * late).verdict is verdict


@pytest.mark.parametrize(("gap", "verdict"), [(8, Verdict.FIRING), (9, Verdict.UNKNOWN)])
def test_a_rule_that_holds_for_longer_bears_a_longer_silence(gap: int, verdict: Verdict) -> None:
    assert found(a_rule(300), *[95] * 5, *[None] * gap).verdict is verdict


def test_only_periods_that_are_over_are_judged() -> None:
    rule = a_rule(60)
    start = NOON - timedelta(minutes=2)
    seen = Window(METRIC, start, (50, 95))
    assert evaluate(rule, seen, NOON).verdict is Verdict.FIRING
    assert evaluate(rule, seen, NOON - timedelta(seconds=1)).verdict is Verdict.OK
    assert evaluate(rule, seen, start).verdict is Verdict.UNKNOWN
    assert evaluate(rule, seen, start - timedelta(hours=1)).verdict is Verdict.UNKNOWN


def test_what_could_not_be_read_is_unknown_whatever_is_there() -> None:
    seen = replace(window(95, 95, 95), unread="throttled")
    assert evaluate(a_rule(missing_data=MissingData.OK), seen, NOON) == Finding(
        a_rule(missing_data=MissingData.OK), Verdict.UNKNOWN, None, None,
        "mem_used_percent of producers could not be read: throttled",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        ((None,) * 9, "mem_used_percent of producers is silent, never seen in this window"),
        ((95, 96, *[None] * 9), "mem_used_percent of producers is silent, last seen at 11:50"),
        ((50, 50), "mem_used_percent of producers is 50 %, not > 90 %"),
        ((95, 99.126), "mem_used_percent of producers is 99.13 %, > 90 %, since 11:58"),
        ((95, 123.6), "mem_used_percent of producers is 124 %, > 90 %, since 11:58"),
        ((95, 1234.5), "mem_used_percent of producers is 1,234 %, > 90 %, since 11:58"),
        ((95, 91.0), "mem_used_percent of producers is 91 %, > 90 %, since 11:58"),
        ((95, 95, 95, 50), "mem_used_percent of producers is 50 % in the newest sample alone, and "
         "was > 90 % since 11:56"),
    ],
    ids=["never seen", "silent", "well", "two digits", "a hundred", "thousands", "no digits",
         "one odd minute"],
)  # fmt: skip
def test_a_finding_is_one_sentence(samples: tuple[float | None, ...], words: str) -> None:
    assert found(a_rule(), *samples).because == words


# ---- trends


TREND = a_rule(300, trend=True, threshold=0.5, unit="% a second", threshold_because="0.5")


@pytest.mark.parametrize(
    ("samples", "slope", "verdict"),
    [
        ((0, 60, 120, 180, 240), 1.0, Verdict.FIRING),
        ((0, 30, 60, 90, 120), 0.5, Verdict.OK),
        ((240, 180, 120, 60, 0), -1.0, Verdict.OK),
        ((0, None, 120, None, 240), 1.0, Verdict.FIRING),
        ((9000, 0, 60, 120, 180, 240), 1.0, Verdict.FIRING),
        ((0, 60, 180, None, None), 1.5, Verdict.FIRING),
        ((0, 120, 60), 0.5, Verdict.OK),
    ],
    ids=["grows", "at the threshold", "falls", "with gaps", "by its hold time", "late",
         "by least squares"],
)  # fmt: skip
def test_a_trend_is_the_growth_a_second_over_the_hold_time(
    samples: tuple[float | None, ...], slope: float, verdict: Verdict
) -> None:
    told = found(TREND, *samples)
    assert (told.value, told.verdict) == (pytest.approx(slope), verdict)


def test_a_trend_needs_three_samples_however_short_its_hold_time() -> None:
    assert found(TREND, 0, 60).verdict is Verdict.UNKNOWN
    brief = replace(TREND, hold_seconds=60)
    assert found(brief, 900, 0, 60, 120).value == pytest.approx(1)
    assert found(brief, 0, None, 60, 120, None).verdict is Verdict.UNKNOWN


def test_a_trend_says_since_when_it_grows() -> None:
    told = found(TREND, 7, 0, 60, 120, 180, 240)
    assert told.since == NOON - timedelta(minutes=5)
    assert told.because == (
        "mem_used_percent of producers grows by 1 % a second, > 0.5, since 11:55"
    )
    assert found(TREND, 0, 0, 0, 0, 0).because == (
        "mem_used_percent of producers grows by 0 % a second, not > 0.5"
    )
    assert found(replace(TREND, divisor=60), 0, 60, 120).value == pytest.approx(1 / 60)


# ---- shares


@pytest.mark.parametrize(
    ("unread", "why"), [((None, None), None), (("a", "b"), "a"), ((None, "b"), "b")]
)
def test_a_share_of_what_could_not_be_read_is_unread(
    unread: tuple[str | None, str | None], why: str | None
) -> None:
    windows = {
        METRIC: replace(window(1, 2), unread=unread[0]),
        OTHER: replace(window(3, 4, metric=OTHER), unread=unread[1]),
    }
    rule = a_rule(among=(METRIC, OTHER))
    told = judged(rule, windows)
    assert told.unread == why
    assert told.samples == (0.25, pytest.approx(1 / 3))


def test_a_share_is_known_where_the_part_is_and_none_of_nothing() -> None:
    windows = {METRIC: window(0, None, 1, 3), OTHER: window(0, 5, None, 1, metric=OTHER)}
    told = judged(a_rule(among=(METRIC, OTHER)), windows)
    assert told.samples == (0.0, None, 1.0, 0.75)


@given(st.lists(st.floats(0, 1e9), max_size=8), st.floats(1, 1e6))
def test_a_rule_that_fires_at_a_threshold_fires_at_every_lower_one(
    samples: list[float], lower_by: float
) -> None:
    rule = a_rule(threshold=100)
    lower = replace(rule, threshold=100 - lower_by)
    if found(rule, *samples).verdict is Verdict.FIRING:
        assert found(lower, *samples).verdict is Verdict.FIRING


@pytest.mark.parametrize(
    ("value", "shown"), [(99.994, "99.99"), (99.9, "99.9"), (100.5, "100"), (1234.5, "1,234")]
)
def test_a_value_below_a_hundred_is_shown_with_two_decimals(value: float, shown: str) -> None:
    told = found(a_rule(threshold=1), value, value).because
    assert f"{shown} " in f"{told} "
    assert f"{shown}." not in told
