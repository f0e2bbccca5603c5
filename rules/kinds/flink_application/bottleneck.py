"""Which task of a Flink job holds the others up, and whether it works or waits.

A task is back-pressured only by those after it, and busy whenever it is neither that nor idle: also
while it waits inside of its own sink. So the first task that is busy and not back-pressured is the
slow one, whatever it does with its time.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import median

from tidegate.rules.kinds.flink_application.job import seconds_unchanged
from tidegate.rules.kinds.flink_application.series import ApplicationSeries, TaskSeries
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals, mean
from tidegate.rules.window import LOOK_BACK, Window

__all__ = ["Bottleneck", "bottleneck"]

NEWEST_SECONDS = 120
"""Two minutes, so that an odd one is told from a step: after that a mean of more holds minutes from
before it, while the job is late already."""

LONG_SECONDS = LOOK_BACK.total_seconds() / 2
"""A job that has been late for so long was told why as it began, by what the windows showed of the
time before, and was not raised."""

_SOURCE = re.compile(r"source\b|source[:_]", re.IGNORECASE)
_SINK = re.compile(r"sink|writer|committer", re.IGNORECASE)
"""How Flink names the tasks of its sources and sinks (DataStream.addSink, SinkTransformation)."""


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """A task that holds its job up. ``busy`` is the share of the time that its subtasks are busy on
    average, ``busiest`` that of the busiest, both 0..1; it ``waits`` where it uses little CPU
    meanwhile, for sure where it ``needs_no_cpu``. ``task`` is "" where the job tells of no task by
    itself: then it may be any. ``is_alone`` where it is all of the job that is told. A sink that
    waits beside a full CPU is so many times ``slower`` with a record than it was before; where the
    job has been late for too long to tell, it is taken to wait and that is not ``is_known``."""

    task: str
    busy: float
    busiest: float
    waits: bool
    needs_no_cpu: bool = True
    is_alone: bool = True
    slower: float | None = None
    is_known: bool = True

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


def _only_writes(task: str) -> bool:
    """Whether a task is a sink, with no operator chained to it."""
    return all(_SINK.search(each) for each in task.split("->"))


def bottleneck(signals: Signals, application: FlinkApplication) -> Bottleneck | None:
    """The first task that is busy and not back-pressured, over the newest minutes or the newest two
    of them; by CPU where busy time isn't published. None where no task is busy."""
    for seconds in (RECENT_SECONDS, NEWEST_SECONDS):
        found = _Minutes(signals, application, seconds).slowest()
        if found is not None:
            return found
    series = signals.of(application)
    held_back = (mean(series.back_pressured) or 0.0) >= signals.thresholds["held-back"]
    return None if held_back or mean(series.busy) is not None else _by_cpu(signals, series)


@dataclass(frozen=True, slots=True)
class _Minutes:
    """An application's tasks by the means of the newest ``seconds``."""

    signals: Signals
    application: FlinkApplication
    seconds: int

    def slowest(self) -> Bottleneck | None:
        """The first task that is slow, None where none is. One that is back-pressured, if only now
        and then, is held up by another that is slow and isn't: a sink that takes nine tenths of
        what the operators can do leaves them as busy."""
        series = self._series
        whole = TaskSeries("", series.busy, series.busiest, series.back_pressured)
        slow = [each for each in series.tasks or (whole,) if self._is_slow(each)]
        least = self.signals.thresholds["held-up"]
        free = [each for each in slow if self._mean(each.back_pressured) < least]
        found = min(free or slow, key=self._place, default=None)
        return None if found is None else self._found(found, len(free) in (0, len(slow)))

    @property
    def _series(self) -> ApplicationSeries:
        return self.signals.of(self.application)

    def _mean(self, window: Window) -> float:
        return mean(window, self.seconds) or 0.0

    def _is_slow(self, task: TaskSeries) -> bool:
        limits = self.signals.thresholds
        is_busy = self._mean(task.busy) >= limits["busy"]
        held_back = self._mean(task.back_pressured) >= limits["held-back"]
        is_full = self._mean(task.busiest) / 1000 >= limits["subtask-busy"]
        return is_busy or (is_full and not held_back)

    def _place(self, task: TaskSeries) -> tuple[bool, bool, float]:
        """Sources before what they feed, sinks last; the order of the others isn't published."""
        is_fed = _SOURCE.match(task.name) is None
        is_last = is_fed and _SINK.search(task.name) is not None
        return is_fed, is_last, -self._mean(task.busiest)

    def _found(self, task: TaskSeries, is_alone_busy: bool) -> Bottleneck:
        busy = self._mean(task.busy) / 1000
        busiest = max(busy, self._mean(task.busiest) / 1000)
        tasks = self._series.tasks
        others = sum(self._mean(each.busy) / 1000 for each in tasks if each != task)
        limits = self.signals.thresholds
        full = limits["busy"] / 1000 * 100 if is_alone_busy else limits["cpu-full"]
        own = self._own_cpu(others, full)
        found = Bottleneck(task.name, busy, busiest, False, False, len(tasks) <= 1)
        if own is None:
            return self._by_its_past(task, found) if _only_writes(task.name) else found
        return _told(found, own, limits)

    def _own_cpu(self, others: float, full_percent: float) -> float | None:
        """The share of a CPU that is left to a task, all that the other tasks are busy taken for
        CPU time; None where CPU is full, or not known. A KPU has one for all the subtasks that it
        runs, which are fewer than it has room for where the job has no more."""
        cpu = mean(self._series.cpu_percent, self.seconds)
        if cpu is None or cpu >= full_percent:
            return None
        subtasks_of_each = self.application.parallelism / self.application.kpus
        return cpu / 100 / subtasks_of_each - others

    def _by_its_past(self, task: TaskSeries, found: Bottleneck) -> Bottleneck:
        """A sink beside a full CPU, or one that isn't known: it needs as much CPU for a record as
        it was busy with one before it was slow, at most. It may lack that unless it is less
        than each thread is given of a full CPU, an even share."""
        before = self._before(task)
        if len(before) * task.busy.metric.period_seconds < RECENT_SECONDS:
            is_long = self._late_seconds >= LONG_SECONDS
            return replace(found, waits=is_long, is_known=not is_long)
        needed = median(before) * self._mean(self._series.records_per_second)
        threads = len(self._series.tasks) * self.application.parallelism / self.application.kpus
        if not 0 < needed * threads < 1:
            return found
        return replace(_told(found, needed, self.signals.thresholds), slower=found.busy / needed)

    def _before(self, task: TaskSeries) -> list[float]:
        """How many seconds its subtasks were each busy with a record, in minutes since the job was
        last changed in which they were not slow."""
        minutes = zip(
            task.busy.last(self._unchanged).samples,
            self._series.records_per_second.last(self._unchanged).samples,
            strict=False,
        )
        limit = self.signals.thresholds["busy"]
        return [
            busy / 1000 / records for busy, records in minutes if busy and records and busy < limit
        ]

    @property
    def _unchanged(self) -> int:
        return seconds_unchanged(self.signals, self.application, int(LOOK_BACK.total_seconds()))

    @property
    def _late_seconds(self) -> int:
        """Of the minutes since the job was last changed, those out of the objective."""
        ages = self.signals.series.source.iterator_age_milliseconds
        most = self.signals.iterator_age_max_seconds * 1000
        late = [age for age in ages.last(self._unchanged).present if age > most]
        return len(late) * ages.metric.period_seconds


def _told(found: Bottleneck, own: float, limits: Mapping[str, float]) -> Bottleneck:
    """Whether it waits, by the share of a CPU that is its own."""
    waits = own < limits["works-while-busy"] * found.busy
    needs_none = own < limits["computes-while-busy"] * found.busy
    return replace(found, waits=waits, needs_no_cpu=needs_none)


def _by_cpu(signals: Signals, series: ApplicationSeries) -> Bottleneck | None:
    """All tasks together; what waits does not show."""
    cpu, hottest = (
        (mean(each) or 0.0) / 100 for each in (series.cpu_percent, series.hottest_cpu_percent)
    )
    limits = signals.thresholds
    if cpu < limits["busy"] / 1000 and hottest < limits["subtask-busy"]:
        return None
    return Bottleneck("", cpu, max(cpu, hottest), waits=False)
