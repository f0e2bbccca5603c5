"""The pipeline as it is configured now: a stream, its consumers and what they write to."""

from dataclasses import dataclass, field
from datetime import datetime

from tidegate.rules.key_sample import KeySample
from tidegate.rules.reading import Reading
from tidegate.rules.scalable_targets import ScalableTarget, ScalableTargets

__all__ = [
    "CHANGING",
    "Capacity",
    "Consumer",
    "EventSourceMapping",
    "FlinkApplication",
    "Function",
    "KeySample",
    "Pipeline",
    "Reading",
    "ScalableTarget",
    "ScalableTargets",
    "Shard",
    "Stream",
    "Table",
]

HASH_KEYS, TOPIC_MODE = 2**128, "KAFKA"
"""The size of Kinesis' hash key space (SplitShard, API reference), and the mode of a topic."""


@dataclass(frozen=True, slots=True)
class Shard:
    """An open or closed shard and its hash key range, both ends included."""

    shard_id: str
    starting_hash_key: int
    ending_hash_key: int
    parent_ids: tuple[str, ...] = ()
    is_open: bool = True

    @property
    def key_share(self) -> float:
        """The part of the whole hash key space that this shard carries, 0..1."""
        return (self.ending_hash_key - self.starting_hash_key + 1) / HASH_KEYS


@dataclass(frozen=True, slots=True)
class Stream:
    """A Kinesis data stream. ``status`` and ``mode`` are AWS's own words, ``created`` is when."""

    name: str
    arn: str
    status: str
    mode: str
    open_shards: tuple[Shard, ...]
    retention_hours: int
    shard_metrics_enabled: bool = False
    created: str = ""

    @property
    def shard_count(self) -> int:
        """The number of open shards."""
        return len(self.open_shards)

    @property
    def is_provisioned(self) -> bool:
        """Whether shard count is ours to set: not so for on-demand streams and for topics."""
        return self.mode == "PROVISIONED"

    @classmethod
    def of_topic(cls, name: str, arn: str) -> "Stream":
        """A Kafka topic: no shards, nothing of it ours. ``arn`` is that of an application."""
        return cls(name, arn, "ACTIVE", TOPIC_MODE, (), 0)

    @property
    def is_topic(self) -> bool:
        """Whether it is a Kafka topic and no Kinesis stream."""
        return self.mode == TOPIC_MODE


@dataclass(frozen=True, slots=True)
class EventSourceMapping:
    """How Lambda reads the stream for one function. -1 means without limit, as in the API."""

    uuid: str
    function_name: str
    stream_arn: str
    state: str
    parallelization_factor: int = 1
    batch_size: int = 100
    batching_window_seconds: int = 0
    bisect_batch_on_function_error: bool = False
    maximum_retry_attempts: int = -1
    maximum_record_age_seconds: int = -1
    on_failure_destination: str | None = None
    report_batch_item_failures: bool = False
    modified: str = ""  # when it was last changed
    reading: Reading = field(default_factory=Reading)

    @property
    def batches_per_shard(self) -> int:
        """How many are processed at once."""
        return 1 if self.reading.tumbling_window_seconds else self.parallelization_factor


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function's own limits; ``reserved_concurrency`` is None where none is set."""

    name: str
    timeout_seconds: int
    memory_megabytes: int
    reserved_concurrency: int | None = None


@dataclass(frozen=True, slots=True)
class Capacity:
    """Throughput of a table (``index`` None) or of one global secondary index, units per second."""

    table: str
    index: str | None
    status: str
    write_units: int
    read_units: int
    decreases_today: int = 0
    last_decrease_at: datetime | None = None
    last_increase_at: datetime | None = None

    @property
    def where(self) -> str:
        """The name an operator knows it by: the table, or table/index."""
        return self.table if self.index is None else f"{self.table}/{self.index}"


@dataclass(frozen=True, slots=True)
class Table:
    """A DynamoDB table, PROVISIONED or PAY_PER_REQUEST; ``replicas`` are its other regions."""

    name: str
    status: str
    mode: str
    capacity: Capacity
    indexes: tuple[Capacity, ...] = ()
    replicas: tuple[str, ...] = ()
    created: str = ""

    @property
    def capacities(self) -> tuple[Capacity, ...]:
        """The table's own capacity, then that of each index."""
        return (self.capacity, *self.indexes)

    @property
    def is_provisioned(self) -> bool:
        """Whether capacity is ours to set: not so for on-demand tables."""
        return self.mode == "PROVISIONED"


@dataclass(frozen=True, slots=True)
class Consumer:
    """A function fed by the stream, with the tables it writes to."""

    function: Function
    mapping: EventSourceMapping
    tables: tuple[Table, ...] = ()


CHANGING = (
    "STARTING", "STOPPING", "FORCE_STOPPING", "UPDATING", "AUTOSCALING", "ROLLING_BACK",
    "MAINTENANCE",
)  # fmt: skip
"""What an application's status is while something is under way (ApplicationDetail, API reference);
of the others only RUNNING runs: READY is stopped, DELETING ends, ROLLED_BACK waits for a person."""


@dataclass(frozen=True, slots=True)
class FlinkApplication:
    """An application of Managed Service for Apache Flink, with the tables it writes to.

    ``parallelism`` is what it runs with now, ``configured_parallelism`` what it was given: with
    ``autoscaling_enabled`` the service moves the first above the second. ``tasks`` publish metrics
    of their own. ``updated_at`` is when it was last changed, ``failure`` why its last update
    failed. Without ``rollback_enabled`` an update that fails stops the job, without
    ``snapshots_enabled`` it loses its state. ``max_parallelism`` is known from a failed update.
    """

    name: str
    arn: str
    status: str
    conditional_token: str
    parallelism: int
    configured_parallelism: int
    parallelism_per_kpu: int = 1
    autoscaling_enabled: bool = False
    runtime: str = "FLINK-1_20"
    checkpoint_interval_milliseconds: int = 60_000
    kpus_max: int = 64
    partitions: int | None = None
    tasks: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    updated_at: datetime | None = None
    failure: str | None = None
    rollback_enabled: bool = False
    snapshots_enabled: bool = True
    max_parallelism: int | None = None
    created: str = ""

    @property
    def kpus(self) -> int:
        """Kinesis Processing Units in use, without the one for orchestration (how-scaling)."""
        return -(-self.parallelism // self.parallelism_per_kpu)

    @property
    def is_flink_2(self) -> bool:
        """Whether uptime, downtime and restarts have their new names (metrics-dimensions)."""
        return self.runtime.startswith("FLINK-2")

    @property
    def is_changing(self) -> bool:
        """Whether something is under way that a change has to wait for."""
        return self.status in CHANGING

    @property
    def is_running(self) -> bool:
        """Whether the job runs, and may be changed."""
        return self.status == "RUNNING"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What one sweep sees of a pipeline's configuration. ``account_concurrency`` is the account's
    limit in the region, ``account_reserved_concurrency`` what of it is reserved for functions.
    ``key_samples`` and ``scalable_targets`` are of what was looked into (see ``Cloud``)."""

    name: str
    stream: Stream
    consumers: tuple[Consumer, ...]
    account_concurrency: int
    key_samples: tuple[KeySample, ...] = ()
    applications: tuple[FlinkApplication, ...] = ()
    account_reserved_concurrency: int = 0
    scalable_targets: ScalableTargets = field(default_factory=ScalableTargets)

    @property
    def unreserved_concurrency(self) -> int:
        """What functions without a reservation share."""
        return self.account_concurrency - self.account_reserved_concurrency

    @property
    def reader_count(self) -> int:
        """How many read the stream, each of its records once."""
        return len(self.consumers) + len(self.applications)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table that is written to, each once."""
        found = [table for each in self.consumers for table in each.tables]
        found += [table for each in self.applications for table in each.tables]
        return tuple({table.name: table for table in found}.values())
