"""A job's own time: how busy it is, and whether it ran long enough to be judged."""

from datetime import datetime, timedelta

from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.rates import RECENT_SECONDS, mean
from tidegate.rules.kinds.signals import Signals

__all__ = [
    "has_just_started",
    "is_at_its_end",
    "seconds_unchanged",
    "settled_at",
    "utilization",
    "was_just_changed",
]


def settled_at(application: FlinkApplication) -> datetime | None:
    """When it was last changed, or when that was over, where that is known."""
    moments = (application.updated_at, application.update_ended_at)
    return max((each for each in moments if each is not None), default=None)


def has_just_started(signals: Signals, application: FlinkApplication) -> bool:
    """Whether the job is being changed, is down, or began too recently to be judged."""
    uptime = signals.of(application).uptime_milliseconds.last(RECENT_SECONDS).latest
    young = uptime is not None and uptime < RECENT_SECONDS * 1000
    return young or was_just_changed(signals, application)


def was_just_changed(signals: Signals, application: FlinkApplication) -> bool:
    """Whether an update of it goes on, or was over too recently to show."""
    changed, judged = settled_at(application), signals.series.judged_until
    settle = timedelta(seconds=RECENT_SECONDS)
    unseen = changed is not None and judged is not None and judged - changed < settle
    return application.is_changing or unseen


def seconds_unchanged(signals: Signals, application: FlinkApplication, most: int) -> int:
    """Since the application was last updated, and the update was over; at least a minute and at
    most ``most``."""
    changed, judged = settled_at(application), signals.series.judged_until
    if changed is None or judged is None:
        return most
    return min(most, max(60, int((judged - changed).total_seconds())))


def utilization(signals: Signals, application: FlinkApplication) -> float | None:
    """How busy the job's subtasks are, 0..1: by busyTimeMsPerSecond of the busiest task, else by
    cpuUtilization, None where neither is published."""
    series = signals.of(application)
    busy = mean(series.busy)
    cpu = mean(series.cpu_percent)
    if busy is not None:
        return busy / 1000
    return None if cpu is None else cpu / 100


def is_at_its_end(signals: Signals, application: FlinkApplication) -> bool:
    """Whether the job, or one of its subtasks, is busy all the time."""
    busiest = (mean(signals.of(application).busiest) or 0.0) / 1000
    used = max(utilization(signals, application) or 0.0, busiest)
    return used >= signals.thresholds["busy"] / 1000
