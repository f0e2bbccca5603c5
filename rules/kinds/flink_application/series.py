"""What is measured of an application."""

from dataclasses import dataclass

from tidegate.rules.window import Window

__all__ = ["ApplicationSeries", "TaskSeries"]


@dataclass(frozen=True, slots=True)
class TaskSeries:
    """One task's times, per minute, in milliseconds of a second: the mean that its subtasks are
    busy, its busiest subtask, and the mean that they are held back by the tasks after it."""

    name: str
    busy: Window
    busiest: Window
    back_pressured: Window


@dataclass(frozen=True, slots=True)
class ApplicationSeries:
    """One application's metrics, per minute.

    ``busy``, ``busiest`` and ``back_pressured`` are milliseconds of a second: of the busiest task
    the mean over its subtasks, its busiest subtask, and the mean that a task is held back by those
    after it. They are empty where the metrics level doesn't publish them. Restarts, failed
    checkpoints and the time that went into collecting the old generation are counted since the job
    was submitted. ``behind_milliseconds`` is the age of what is read: published by Kinesis,
    reckoned from ``lag_records`` for Kafka, which alone has those. ``tasks`` are those that publish
    times of their own."""

    behind_milliseconds: Window
    lag_records: Window
    records_per_second: Window
    cpu_percent: Window
    hottest_cpu_percent: Window
    heap_percent: Window
    busy: Window
    busiest: Window
    back_pressured: Window
    uptime_milliseconds: Window
    downtime_milliseconds: Window
    restarts: Window
    failed_checkpoints: Window
    checkpoint_milliseconds: Window
    checkpoint_bytes: Window
    collected_milliseconds: Window
    tasks: tuple[TaskSeries, ...] = ()
