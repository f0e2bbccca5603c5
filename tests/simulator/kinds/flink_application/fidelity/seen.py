"""What a job shows of itself, and how far apart two of them are."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

__all__ = [
    "MEASURED", "POINTS_MOST", "Measured", "Seen", "TaskSeen", "measured", "points_apart", "slow_task",
]  # fmt: skip

MEASURED = Path(__file__).with_name("measured.json")

POINTS_MOST = 15
"""How far apart a share of the time may be, in percent points."""

BUSY_MILLISECONDS, HIGH_MILLISECONDS = 800, 500
"""Flink's autoscaler takes a task for busy from 80 % on; its web interface calls back-pressure high
above half of the time ("Monitoring back pressure")."""


@dataclass(frozen=True, slots=True)
class TaskSeen:
    """Milliseconds of a second: the mean that its subtasks are busy, the busiest of them, the means
    that they are back-pressured and idle."""

    name: str
    busy: float
    busiest: float
    held_back: float
    idle: float


@dataclass(frozen=True, slots=True)
class Seen:
    """Tasks in the order of the job, records that it reads a second, percent of its KPUs' CPU, and
    how far it is behind."""

    tasks: tuple[TaskSeen, ...]
    records_per_second: float
    cpu_percent: float
    behind_seconds: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What was seen of real jobs by name of the case, with which Flink, when and at which commit."""

    flink: str
    java: str
    date: str
    commit: str
    cases: dict[str, Seen]

    def write(self) -> None:
        """Leave it for the tests."""
        MEASURED.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def measured() -> Measured:
    """What the last ``make flink-fidelity`` left."""
    told = json.loads(MEASURED.read_text(encoding="utf-8"))
    return Measured(
        **{**told, "cases": {name: _seen(each) for name, each in told["cases"].items()}}
    )


def _seen(told: dict[str, Any]) -> Seen:
    return Seen(**{**told, "tasks": tuple(TaskSeen(**each) for each in told["tasks"])})


def slow_task(seen: Seen) -> int | None:
    """The place of the first task that is busy and not back-pressured, None where none is."""
    for at, task in enumerate(seen.tasks):
        if task.busiest >= BUSY_MILLISECONDS and task.held_back <= HIGH_MILLISECONDS:
            return at
    return None


def points_apart(real: Seen, world: Seen) -> float:
    """The largest difference in busy and back-pressured time of any task, in percent points; of its
    busiest subtask where that is near its end, since no cause depends on it before."""
    pairs = list(zip(real.tasks, world.tasks, strict=True))
    return max(abs(ours - theirs) / 10 for pair in pairs for ours, theirs in _compared(*pair))


def _compared(real: TaskSeen, world: TaskSeen) -> Iterator[tuple[float, float]]:
    yield real.busy, world.busy
    yield real.held_back, world.held_back
    if max(real.busiest, world.busiest) >= BUSY_MILLISECONDS:
        yield real.busiest, world.busiest
