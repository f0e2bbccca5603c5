"""What is wrong with a pipeline, in causes that a person on call can act on."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from tidegate.rules.reason import Reason

__all__ = ["LEVER_KINDS", "Cause", "Diagnosis", "LeverKind"]


class LeverKind:
    """A kind of lever, by the word that pipeline files and the ledger have for it; ``resource`` is
    the word that leases have for what it is a lever of. ``is_limited_alone`` where what AWS allows
    of it depends on no other resource.

    Making one declares it: the same word is always the same kind, so that kinds compare by
    identity, and a kind of resource brings its own levers.
    """

    __slots__ = ("is_limited_alone", "resource", "value")
    declared: ClassVar[dict[str, "LeverKind"]] = {}
    SHARD_COUNT: ClassVar["LeverKind"]
    PARALLELIZATION_FACTOR: ClassVar["LeverKind"]
    BATCHING_WINDOW: ClassVar["LeverKind"]
    PARALLELISM: ClassVar["LeverKind"]
    PARALLELISM_PER_KPU: ClassVar["LeverKind"]
    WRITE_CAPACITY: ClassVar["LeverKind"]
    READ_CAPACITY: ClassVar["LeverKind"]
    RETENTION_HOURS: ClassVar["LeverKind"]
    value: str
    resource: str
    is_limited_alone: bool

    def __new__(
        cls, value: str, resource: str = "", *, is_limited_alone: bool = False
    ) -> "LeverKind":
        """The kind of that word, declared where it wasn't."""
        found = cls.declared.get(value)
        if found is None:
            found = cls.declared[value] = super().__new__(cls)
            found.value, found.resource = value, resource
            found.is_limited_alone = is_limited_alone
        return found

    def __repr__(self) -> str:
        return f"LeverKind({self.value!r})"

    def __reduce__(self) -> tuple[type["LeverKind"], tuple[str, str]]:
        return LeverKind, (self.value, self.resource)


LEVER_KINDS = LeverKind.declared
"""Every kind of lever that a kind of resource has declared, by its word."""

LeverKind.SHARD_COUNT = LeverKind("shard_count", "stream", is_limited_alone=True)
LeverKind.PARALLELIZATION_FACTOR = LeverKind("parallelization_factor", "function")
LeverKind.BATCHING_WINDOW = LeverKind("batching_window_seconds", "function")
LeverKind.PARALLELISM = LeverKind("parallelism", "application")
LeverKind.PARALLELISM_PER_KPU = LeverKind("parallelism_per_kpu", "application")
LeverKind.WRITE_CAPACITY = LeverKind("write_capacity", "table", is_limited_alone=True)
LeverKind.READ_CAPACITY = LeverKind("read_capacity", "table", is_limited_alone=True)
LeverKind.RETENTION_HOURS = LeverKind("retention_hours", "stream")


class Cause(Enum):
    """Why a pipeline is not well, in the order of cure: downstream first.

    A throttled index slows its table's writes, which slow the function, which raises the iterator
    age, which looks like too few shards: the earliest cause that holds is the one to treat first.
    """

    TABLE_UNAVAILABLE = "table-unavailable"
    REPLAY = "replay"
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
    RECORDS_DROPPED = "records-dropped"
    OUT_OF_MEMORY = "out-of-memory"
    BAD_DEPLOY = "bad-deploy"
    POISON_BATCH = "poison-batch"
    CONCURRENCY_CAP = "concurrency-cap"
    DOWNSTREAM_SATURATED = "downstream-saturated"
    TIMEOUT_NEAR = "timeout-near"
    BATCHING_WINDOW_TOO_LONG = "batching-window-too-long"
    PRODUCERS_QUIET = "producers-quiet"
    PRODUCERS_FAILING = "producers-failing"
    HOT_SHARD = "hot-shard"
    PRODUCER_THROTTLED = "producer-throttled"
    CONSUMER_TOO_SLOW = "consumer-too-slow"
    SOURCE_TOO_NARROW = "source-too-narrow"
    PARALLELISM_TOO_LOW = "parallelism-too-low"
    STREAM_TOO_NARROW = "stream-too-narrow"
    PRODUCERS_SURGING = "producers-surging"
    OTHER_READER_BEHIND = "other-reader-behind"
    UNKNOWN = "unknown"
    AWS_EVENT = "aws-event"
    OVERSIZED = "oversized"
    HEALTHY = "healthy"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One cause with where it sits and the evidence for it.

    Exactly one of the two cures is given for an incident: ``cured_by``, the levers that cure it,
    or ``advice``, what a person must do because no capacity cures it.

    ``holds_raises``: until then more capacity is pointless. ``is_odd``: one minute alone tells of
    it, so that nobody is paged before a second one does. ``is_unconfirmed``: nor does anything else
    tell of it, so that no lever is moved before that.
    """

    cause: Cause
    where: str
    evidence: tuple[Reason, ...]
    cured_by: tuple[LeverKind, ...] = ()
    advice: str | None = None
    holds_raises: bool = True
    is_odd: bool = False
    is_unconfirmed: bool = False

    @property
    def because(self) -> str:
        """The evidence as one sentence."""
        return "; ".join(map(str, self.evidence))
