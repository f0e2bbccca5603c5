"""A job as a graph of tasks, and how each of them spends a second.

A task is back-pressured while the task after it is slow, idle while nothing comes, and busy
otherwise: also while it waits, for I/O or for its sink ("neither idle nor back pressured", Managed
Service for Apache Flink developer guide, "Metrics and dimensions"; Flink, "Monitoring back
pressure"). Only what asks without blocking is idle while it waits, until as many requests are under
way as may be (Flink, "Asynchronous I/O for External Data Access"). A sink of its own is a task, a
chained one is part of the last task. docs/flink-fidelity.md has what a real Flink shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from tidegate.simulator.kinds.flink_application.data import ApplicationData

__all__ = ["Flow", "Load", "TaskLoad", "load_of", "operators_rate", "slowest", "task_names"]

AT_ITS_LIMIT = 0.98
"""Of a second; so much of it is a subtask at work that has records left for the next."""


@dataclass(frozen=True, slots=True)
class TaskLoad:
    """Of a task's second the shares that its subtasks were busy on average, the busiest of them,
    and held back on average."""

    busy: float = 0.0
    busiest: float = 0.0
    held_back: float = 0.0


@dataclass(frozen=True, slots=True)
class Flow:
    """What went through a job in a second: records by the subtask that read them, those that have
    nothing to read left out, what one subtask of the operators can do, and which task held the
    others up, if any did."""

    records: Sequence[int]
    rate: float
    parallelism: int
    slow: str | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """A second's work: records, how much of it the subtasks worked on average, all tasks together,
    the busiest of them, and how long the job was held up; and what its tasks show of it."""

    records: int = 0
    busy: float = 0.0
    busiest: float = 0.0
    held_back: float = 0.0
    tasks: tuple[TaskLoad, ...] = ()


def task_names(data: ApplicationData, source: str) -> tuple[str, ...]:
    """As AWS has them in the dimension Task: Flink's names, with _ for spaces."""
    first, sink = f"Source:_{source}", "Sink:_out"
    match data.tasks:
        case 1:
            return (f"{first}_->_Process_->_{sink}",)
        case 2:
            return first, f"Process_->_{sink}"
        case _:
            return first, "Process", sink


def _busiest_share(data: ApplicationData, parallelism: int) -> float:
    """The share of all records that falls on the busiest subtask of the operators. Behind a keyBy
    each has whole key groups, of which there are as many as the maximum parallelism (Flink,
    KeyGroupRangeAssignment)."""
    even = 1 / parallelism
    if not data.is_keyed:
        return even
    if data.tasks > 1:
        even = -(-data.max_parallelism // parallelism) / data.max_parallelism
    return max(data.skew, even)


def operators_rate(data: ApplicationData, rate: float, parallelism: int) -> float:
    """Records a second that all subtasks of the operators process, behind a keyBy or a
    rebalance."""
    return rate / _busiest_share(data, parallelism)


def slowest(data: ApplicationData, rate: float, parallelism: int) -> tuple[float, str]:
    """How many records a second the slowest of what all readers write to takes, and which it is."""
    bounds = [(inf, "")]
    if data.tasks > 1:
        bounds.append((operators_rate(data, rate, parallelism), "operators"))
    if data.sink_records_per_second is not None:
        bounds.append((data.sink_records_per_second, "sink"))
    return min(bounds)


def load_of(data: ApplicationData, flow: Flow) -> Load:
    """What a second came to."""
    records, most = sum(flow.records), max(flow.records, default=0)
    if data.is_keyed or data.tasks > 1:
        most_worked: float = records * _busiest_share(data, flow.parallelism)
    else:
        most_worked = most
    working = _within(TaskLoad(records / (flow.rate * flow.parallelism), most_worked / flow.rate))
    reading = _within(
        TaskLoad(working.busy * data.source_share, most / flow.rate * data.source_share)
    )
    held_up = 1 - working.busy if flow.slow is not None else 0.0
    tasks = _tasks(data, flow, reading, working)
    beside = 0.0 if data.tasks == 1 else _beside(data, working, reading)
    return Load(records, working.busy + beside, working.busiest + beside, held_up, tasks)


def _beside(data: ApplicationData, working: TaskLoad, reading: TaskLoad) -> float:
    """The work of source and sink in the operators' time, of which only a part is CPU time."""
    of_sink = working.busy * data.sink_share if data.tasks > 2 else 0.0
    return (reading.busy + of_sink) / max(1e-9, 1 - data.io_share)


def _tasks(
    data: ApplicationData, flow: Flow, reading: TaskLoad, working: TaskLoad
) -> tuple[TaskLoad, ...]:
    waits = flow.slow == "sink"
    readers = min(1.0, len(flow.records) / flow.parallelism)
    shown = _shown(data, working, flow.parallelism)
    if data.tasks == 1:
        waiting = 1.0 if data.is_keyed else readers
        return (TaskLoad(waiting, 1.0) if waits else shown,)
    source = _held_back(reading, readers if flow.slow is not None else 0.0)
    if data.tasks == 2:
        return source, TaskLoad(1.0, 1.0) if waits else shown
    sinking = working.busy * data.sink_share
    sink = TaskLoad(1.0, 1.0) if waits else TaskLoad(sinking, sinking)
    return source, _held_back(shown, 1.0 if waits else 0.0), sink


def _shown(data: ApplicationData, working: TaskLoad, parallelism: int) -> TaskLoad:
    """What an operator's subtasks are busy: those that ask without blocking for as long as they
    compute, and all the time once they have as many requests under way as they may."""
    if not data.io_is_async:
        return working

    def of(share: float) -> float:
        return share if share >= AT_ITS_LIMIT else share * (1 - data.io_share)

    others = parallelism - 1
    rest = (working.busy * parallelism - working.busiest) / others if others else 0.0
    busiest = of(working.busiest)
    return TaskLoad((busiest + others * of(rest)) / parallelism, busiest)


def _held_back(task: TaskLoad, subtasks: float) -> TaskLoad:
    """Whatever that share of the subtasks doesn't work, it is held back: those without a shard are
    idle."""
    return TaskLoad(task.busy, task.busiest, max(0.0, subtasks - task.busy))


def _within(task: TaskLoad) -> TaskLoad:
    busy = min(1.0, task.busy)
    return TaskLoad(busy, min(1.0, max(busy, task.busiest)))
