"""A rule held against a window: the verdict with its reason."""

from datetime import datetime, timedelta
from itertools import dropwhile
from math import ceil

from rules.rule import Comparison, Finding, MissingData, Rule, Verdict
from rules.window import Window

__all__ = ["evaluate"]

LATE_PERIODS = 3
"""Points arrive one to three minutes late (CloudWatch guide): this many missing at the end are
on their way, not missing."""


def evaluate(rule: Rule, window: Window, now: datetime) -> Finding:
    """What the rule says at ``now``.

    The hold time is read from the window itself, so nothing needs to be remembered between
    sweeps. A gap neither ends a breach nor counts towards its hold time.
    """
    judged = _without_late_gaps(_up_to(window, now))
    newest = _newest_age_periods(judged)
    if newest is None or newest > max(LATE_PERIODS, _periods(rule, judged)):
        return _on_silence(rule, judged)
    return _on_trend(rule, judged) if rule.trend else _on_samples(rule, judged)


def _up_to(window: Window, now: datetime) -> Window:
    whole = int((now - window.start).total_seconds()) // window.metric.period_seconds
    return Window(window.metric, window.start, window.samples[: max(0, whole)])


def _without_late_gaps(window: Window) -> Window:
    samples = list(window.samples)
    for _ in range(LATE_PERIODS):
        if samples and samples[-1] is None:
            samples.pop()
    return Window(window.metric, window.start, tuple(samples))


def _periods(rule: Rule, window: Window) -> int:
    return max(1, ceil(rule.hold_seconds / window.metric.period_seconds))


def _newest_age_periods(window: Window) -> int | None:
    for age, sample in enumerate(reversed(window.samples)):
        if sample is not None:
            return age
    return None


def _breaches(rule: Rule, value: float) -> bool:
    match rule.comparison:
        case Comparison.ABOVE:
            return value > rule.threshold
        case Comparison.AT_LEAST:
            return value >= rule.threshold
        case Comparison.BELOW:
            return value < rule.threshold
        case Comparison.AT_MOST:
            return value <= rule.threshold


def _on_silence(rule: Rule, window: Window) -> Finding:
    verdict = {
        MissingData.UNKNOWN: Verdict.UNKNOWN,
        MissingData.OK: Verdict.OK,
        MissingData.FIRING: Verdict.FIRING,
    }[rule.missing_data]
    last = max((at for at, _ in window.points()), default=None)
    seen = "never seen in this window" if last is None else f"last seen at {last:%H:%M}"
    because = f"{rule.metric.name} of {rule.where} is silent, {seen}"
    return Finding(rule, verdict, None, None, because)


def _on_samples(rule: Rule, window: Window) -> Finding:
    points = [(at, sample / rule.divisor) for at, sample in window.points()]
    newest_first = list(reversed(points))
    ended = list(dropwhile(lambda point: _breaches(rule, point[1]), newest_first))
    run = newest_first[: len(newest_first) - len(ended)]
    value = newest_first[0][1]
    words = f"{rule.metric.name} of {rule.where} is {_shown(value, rule.unit)}"
    if not run:
        because = f"{words}, not {rule.comparison.value} {rule.threshold_because}"
        return Finding(rule, Verdict.OK, None, value, because)
    since = run[-1][0]
    held = len(run) >= _periods(rule, window)
    verdict = Verdict.FIRING if held else Verdict.PENDING
    because = f"{words}, {rule.comparison.value} {rule.threshold_because}, since {since:%H:%M}"
    return Finding(rule, verdict, since, value, because)


def _on_trend(rule: Rule, window: Window) -> Finding:
    newest = window.last(max(rule.hold_seconds, 3 * window.metric.period_seconds))
    points = [(at, sample / rule.divisor) for at, sample in newest.points()]
    if len(points) < 3:
        return _on_silence(rule, window)
    slope = _slope([(at - points[0][0], value) for at, value in points])
    words = f"{rule.metric.name} of {rule.where} grows by {_shown(slope, rule.unit)}"
    if not _breaches(rule, slope):
        because = f"{words}, not {rule.comparison.value} {rule.threshold_because}"
        return Finding(rule, Verdict.OK, None, slope, because)
    since = points[0][0]
    because = f"{words}, {rule.comparison.value} {rule.threshold_because}, since {since:%H:%M}"
    return Finding(rule, Verdict.FIRING, since, slope, because)


def _slope(points: list[tuple[timedelta, float]]) -> float:
    """Least squares, per second."""
    times = [at.total_seconds() for at, _ in points]
    mean_time = sum(times) / len(points)
    mean_value = sum(value for _, value in points) / len(points)
    spread = sum((time - mean_time) ** 2 for time in times)
    return (
        sum(
            (time - mean_time) * (value - mean_value)
            for time, (_, value) in zip(times, points, strict=True)
        )
        / spread
    )


def _shown(value: float, unit: str) -> str:
    number = f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{number} {unit}".rstrip()
