"""The Flink jobs that the policies are compared on, each drawn by a seed within bounds."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tidegate.bench.shapes import DAY, HOUR, Points, days, ramp, step
from tidegate.simulator.kinds.flink_application.data import ApplicationData
from tidegate.simulator.kinds.kinesis_stream.data import StreamData
from tidegate.simulator.scenario import Fault, Scenario
from tidegate.simulator.traffic import Traffic

__all__ = [
    "AGE_MAX_SECONDS",
    "APPLICATION",
    "CHANGE_AT",
    "STREAM",
    "SUBTASK_RECORDS_PER_SECOND",
    "WORLDS",
    "FlinkWorld",
]

STREAM, APPLICATION = "clicks", "click-counter"
"""As in examples/flink.yaml."""

AGE_MAX_SECONDS = 60.0
SUBTASK_RECORDS_PER_SECOND = 500.0
"""As examples/flink.yaml says of its application."""

SHARDS = 8
CHANGE_AT = HOUR
"""When the load or the job changes; a job is well until then."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a seed draws: how large the load is, how long a spike lasts, and how long an update
    takes beside snapshot and state."""

    size: float
    spike_seconds: int
    restart_seconds: float

    @classmethod
    def by(cls, name: str, seed: int) -> "Drawn":
        """The seed's draw in a world."""
        random = Random(f"{name}/{seed}")
        return cls(random.uniform(0.85, 1.15), random.randint(240, 480), random.uniform(30, 90))


@dataclass(frozen=True, slots=True)
class FlinkWorld:
    """A job and its load: ``points`` by what a seed draws, as in ``Traffic``."""

    name: str
    words: str
    seconds: int
    points: Callable[[Drawn], Points]
    subtasks: int = 4
    state_megabytes: float = 2000.0
    fault: Callable[[Drawn], Fault] | None = None

    def scenario(self, seed: int) -> Scenario:
        """The world to be."""
        drawn = Drawn.by(self.name, seed)
        application = ApplicationData(
            APPLICATION,
            parallelism=self.subtasks,
            tasks=3,
            records_per_second_per_subtask=SUBTASK_RECORDS_PER_SECOND,
            state_megabytes=self.state_megabytes,
            restart_seconds=drawn.restart_seconds,
            metrics_level="TASK",
            rollback_enabled=True,
        )
        faults = () if self.fault is None else (self.fault(drawn),)
        resources = (StreamData(STREAM, SHARDS), Traffic(self.points(drawn), keys=10_000))
        return Scenario(
            self.name, self.words, "", self.seconds, AGE_MAX_SECONDS,
            (*resources, application), faults, {},
        )  # fmt: skip


def _spike(drawn: Drawn) -> Points:
    low, high = 1400 * drawn.size, 3500 * drawn.size
    end = CHANGE_AT + drawn.spike_seconds
    return ((-DAY, low), (CHANGE_AT, low), (CHANGE_AT + 0.5, high), (end, high), (end + 0.5, low))


def _steady(drawn: Drawn) -> Points:
    return ((-DAY, 1400 * drawn.size),)


def _sink(drawn: Drawn) -> Fault:
    takes = {"sink_records_per_second": 1100 * drawn.size}
    return Fault(CHANGE_AT, "application", takes)


WORLDS = (
    FlinkWorld(
        "step", "the load doubles at once, beyond what the job can do", 4 * HOUR,
        lambda drawn: step(1400 * drawn.size, 2800 * drawn.size, 4 * HOUR),
    ),
    FlinkWorld(
        "ramp", "the load rises to four times in three hours, and stays", 5 * HOUR,
        lambda drawn: ramp(1200 * drawn.size, 4800 * drawn.size, 3 * HOUR),
    ),
    FlinkWorld(
        "day", "a day between 400 and 3,600 records/s, after a week of such days; the job was made "
        "for the most", DAY,
        lambda drawn: days(400 * drawn.size, 3600 * drawn.size, DAY), subtasks=10,
    ),
    FlinkWorld(
        "spike, 60 GB", "two and a half times the load for 4 to 8 minutes; the state is 60 GB",
        3 * HOUR, _spike, state_megabytes=60_000.0,
    ),
    FlinkWorld(
        "sink-limited", "what the job writes to takes four fifths of the load from then on",
        4 * HOUR, _steady, fault=_sink,
    ),
    FlinkWorld(
        "skewed", "half of the records have one key from then on", 4 * HOUR, _steady,
        fault=lambda _: Fault(CHANGE_AT, "application", {"skew": 0.5}),
    ),
)  # fmt: skip
"""A job of four subtasks does 2,000 records a second."""
