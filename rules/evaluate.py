"""A rule held against a window: the verdict with its reason."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil

from tidegate.rules.rule import Comparison, Finding, MissingData, Rule, Verdict
from tidegate.rules.window import Metric, Window

__all__ = ["evaluate", "judged"]

LATE_PERIODS = 3
"""Points arrive one to three minutes late (CloudWatch guide): this many missing at the end are
on their way, not missing."""

ENDS_AFTER = 2
"""Samples without a breach: a single one confirms nothing."""

_Point = tuple[datetime, float]


def judged(rule: Rule, windows: Mapping[Metric, Window]) -> Window:
    """What a rule is held against: its metric, or the metric's share of others."""
    window = windows[rule.metric]
    if not rule.among:
        return window
    unread = (windows[each].unread for each in (rule.metric, *rule.among))
    rows = zip(*(windows[each].samples for each in rule.among), strict=True)
    shares = (
        None if sample is None else _share(sample, sum(each or 0.0 for each in row))
        for sample, row in zip(window.samples, rows, strict=True)
    )
    why = next((each for each in unread if each is not None), None)
    return Window(rule.metric, window.start, tuple(shares), unread=why)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def evaluate(rule: Rule, window: Window, now: datetime) -> Finding:
    """What the rule says at ``now``.

    The hold time is read from the window itself, so nothing needs to be remembered between
    sweeps. A gap neither ends a breach nor counts towards its hold time.
    """
    if window.unread is not None:
        because = f"{rule.metric.name} of {rule.where} could not be read: {window.unread}"
        return Finding(rule, Verdict.UNKNOWN, None, None, because)
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


def _breaches(rule: Rule, value: float, at: datetime | None = None) -> bool:
    """Whether a value breaches the threshold, or that of its minute."""
    threshold = rule.threshold_at(at) if at is not None and rule.earlier else rule.threshold
    match rule.comparison:
        case Comparison.ABOVE:
            return value > threshold
        case Comparison.AT_LEAST:
            return value >= threshold
        case Comparison.BELOW:
            return value < threshold
        case Comparison.AT_MOST:
            return value <= threshold


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
    run, held = _run(rule, points, _periods(rule, window))
    newest, value = points[-1]
    rule = rule.at(newest)
    words = f"{rule.metric.name} of {rule.where} is {_shown(value, rule.unit)}"
    if not run:
        because = f"{words}, not {rule.comparison.value} {rule.threshold_because}"
        return Finding(rule, Verdict.OK, None, value, because)
    since = run[0][0]
    verdict = Verdict.FIRING if held else Verdict.PENDING
    if _breaches(rule, value):
        because = f"{words}, {rule.comparison.value} {rule.threshold_because}, since {since:%H:%M}"
    else:
        limit = f"{rule.comparison.value} {rule.threshold_because}"
        because = f"{words} in the newest sample alone, and was {limit} since {since:%H:%M}"
    return Finding(rule, verdict, since, value, because)


def _run(rule: Rule, points: list[_Point], periods: int) -> tuple[list[_Point], bool]:
    """The samples of the breach that is on, and whether it has lasted for the hold time.

    One that has ends with as many samples that don't breach, but no more than two: what takes more
    than one minute to begin isn't ended by one odd minute.
    """
    run: list[_Point] = []
    held, well = False, 0
    for at, value in points:
        if _breaches(rule, value, at):
            run.append((at, value))
            held, well = held or len(run) >= periods, 0
            continue
        well += 1
        if not held or well >= min(ENDS_AFTER, periods):
            run, held = [], False
    return run, held


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
