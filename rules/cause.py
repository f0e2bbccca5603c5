"""What is wrong with a pipeline, in causes that a person on call can act on."""

from dataclasses import dataclass
from enum import Enum

from tidegate.rules.reason import Reason

__all__ = ["Cause", "Diagnosis", "LeverKind"]


class LeverKind(Enum):
    """The levers that Tidegate knows. The values are the words used in configuration files."""

    SHARD_COUNT = "shard_count"
    PARALLELIZATION_FACTOR = "parallelization_factor"
    BATCHING_WINDOW = "batching_window_seconds"
    PARALLELISM = "parallelism"
    PARALLELISM_PER_KPU = "parallelism_per_kpu"
    WRITE_CAPACITY = "write_capacity"
    READ_CAPACITY = "read_capacity"
    RETENTION_HOURS = "retention_hours"


class Cause(Enum):
    """Why a pipeline is not well, in the order of cure: downstream first.

    A throttled index slows its table's writes, which slow the function, which raises the iterator
    age, which looks like too few shards: the earliest cause that holds is the one to treat first.
    """

    TABLE_UNAVAILABLE = "table-unavailable"
    INDEX_THROTTLED = "index-throttled"
    TABLE_THROTTLED = "table-throttled"
    HOT_KEY = "hot-key"
    APPLICATION_STOPPED = "application-stopped"
    CRASH_LOOP = "crash-loop"
    SINK_BACK_PRESSURE = "sink-back-pressure"
    HEAP_PRESSURE = "heap-pressure"
    CHECKPOINT_TROUBLE = "checkpoint-trouble"
    SKEWED_KEY = "skewed-key"
    NOT_READING = "not-reading"
    POISON_BATCH = "poison-batch"
    CONCURRENCY_CAP = "concurrency-cap"
    TIMEOUT_NEAR = "timeout-near"
    BATCHING_WINDOW_TOO_LONG = "batching-window-too-long"
    HOT_SHARD = "hot-shard"
    PRODUCER_THROTTLED = "producer-throttled"
    CONSUMER_TOO_SLOW = "consumer-too-slow"
    SOURCE_TOO_NARROW = "source-too-narrow"
    PARALLELISM_TOO_LOW = "parallelism-too-low"
    STREAM_TOO_NARROW = "stream-too-narrow"
    UNKNOWN = "unknown"
    OVERSIZED = "oversized"
    HEALTHY = "healthy"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One cause with where it sits and the evidence for it.

    Exactly one of the two cures is given for an incident: ``cured_by``, the levers that cure it,
    or ``advice``, what a person must do because no capacity cures it.
    """

    cause: Cause
    where: str
    evidence: tuple[Reason, ...]
    cured_by: tuple[LeverKind, ...] = ()
    advice: str | None = None

    @property
    def because(self) -> str:
        """The evidence as one sentence."""
        return "; ".join(map(str, self.evidence))
