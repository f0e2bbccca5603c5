"""Which task of a Flink job holds the others up, and whether it works or waits.

A task is back-pressured only by those after it, and busy whenever it is neither that nor idle: also
while it waits inside of its own sink. So the first task that is busy and not back-pressured is the
slow one, whatever it does with its time.
"""

import re
from dataclasses import dataclass

from tidegate.rules.kinds.flink_application.series import ApplicationSeries, TaskSeries
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.signals import Signals, mean

__all__ = ["Bottleneck", "bottleneck"]

_SOURCE = re.compile(r"source\b|source[:_]", re.IGNORECASE)
_SINK = re.compile(r"sink|writer|committer", re.IGNORECASE)
"""How Flink names the tasks of its sources and sinks (DataStream.addSink, SinkTransformation)."""


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """A task that holds its job up. ``busy`` is the share of the time that its subtasks are busy on
    average, ``busiest`` that of the busiest, both 0..1; it ``waits`` where it uses little CPU
    meanwhile, for sure where it ``needs_no_cpu``. ``task`` is "" where the job tells of no task by
    itself: then it may be any. ``is_alone`` where it is all of the job that is told."""

    task: str
    busy: float
    busiest: float
    waits: bool
    needs_no_cpu: bool = True
    is_alone: bool = True

    @property
    def may_read(self) -> bool:
        """Whether it may be the one that reads the source."""
        return not self.task or _SOURCE.match(self.task) is not None

    def named(self, application: FlinkApplication) -> str:
        """The task of that application, or the application where no task is told."""
        return f"task {self.task} of {application.name}" if self.task else application.name

    @property
    def only_reads(self) -> bool:
        """Whether no keyBy comes before it: the source of a job that has other tasks."""
        return bool(self.task) and self.may_read and not self.is_alone

    @property
    def may_write(self) -> bool:
        """Whether it may be one that writes to a sink."""
        return not self.task or _SINK.search(self.task) is not None


def bottleneck(signals: Signals, application: FlinkApplication) -> Bottleneck | None:
    """The first task that is busy and not back-pressured; by CPU where busy time isn't published.
    None where no task is busy."""
    series = signals.of(application)
    whole = TaskSeries("", series.busy, series.busiest, series.back_pressured)
    slow = [each for each in series.tasks or (whole,) if _is_slow(signals, each)]
    if slow:
        return _found(signals, application, min(slow, key=_place))
    held_back = (mean(series.back_pressured) or 0.0) >= signals.thresholds["held-back"]
    return None if held_back or mean(series.busy) is not None else _by_cpu(signals, series)


def _is_slow(signals: Signals, task: TaskSeries) -> bool:
    limits = signals.thresholds
    busy, busiest = mean(task.busy) or 0.0, mean(task.busiest) or 0.0
    is_busy = busy >= limits["busy"]
    held_back = (mean(task.back_pressured) or 0.0) >= limits["held-back"]
    return is_busy or (busiest / 1000 >= limits["subtask-busy"] and not held_back)


def _place(task: TaskSeries) -> tuple[bool, bool, float]:
    """Sources before what they feed, sinks last; the order of the others isn't published."""
    is_fed = _SOURCE.match(task.name) is None
    is_last = is_fed and _SINK.search(task.name) is not None
    return is_fed, is_last, -(mean(task.busiest) or 0.0)


def _found(signals: Signals, application: FlinkApplication, task: TaskSeries) -> Bottleneck:
    series = signals.of(application)
    busy = (mean(task.busy) or 0.0) / 1000
    busiest = max(busy, (mean(task.busiest) or 0.0) / 1000)
    others = sum((mean(each.busy) or 0.0) / 1000 for each in series.tasks if each != task)
    own, limits = _own_cpu(signals, application, others), signals.thresholds
    waits = own is not None and own < limits["works-while-busy"] * busy
    needs_none = own is not None and own < limits["computes-while-busy"] * busy
    return Bottleneck(task.name, busy, busiest, waits, needs_none, len(series.tasks) <= 1)


def _own_cpu(signals: Signals, application: FlinkApplication, others: float) -> float | None:
    """The share of a CPU that is left to a task, all that the other tasks are busy taken for CPU
    time; None where CPU is full, or not known. A KPU has one for all the subtasks that it runs."""
    cpu = mean(signals.of(application).cpu_percent)
    if cpu is None or cpu / 100 >= signals.thresholds["busy"] / 1000:
        return None
    return cpu / 100 / application.parallelism_per_kpu - others


def _by_cpu(signals: Signals, series: ApplicationSeries) -> Bottleneck | None:
    """All tasks together; what waits does not show."""
    cpu, hottest = (
        (mean(each) or 0.0) / 100 for each in (series.cpu_percent, series.hottest_cpu_percent)
    )
    limits = signals.thresholds
    if cpu < limits["busy"] / 1000 and hottest < limits["subtask-busy"]:
        return None
    return Bottleneck("", cpu, max(cpu, hottest), waits=False)
