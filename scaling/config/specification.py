"""What the user wants of a pipeline: the pipeline file as values.

The classes are the single source of the file's grammar: they are validated against, and the JSON
Schema for editors is generated from them, docstrings and constraints included.
"""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from tidegate.scaling.config.lever_spec import Levers, LeverSpec, Owner, RetentionSpec
from tidegate.scaling.config.names import (
    ApplicationName,
    FunctionName,
    IndexName,
    KmsKeyArn,
    PipelineName,
    ResourceName,
    StreamName,
    TableName,
    TopicName,
)
from tidegate.scaling.config.operator_spec import ChangeWindow, NoticeSpec, Suppression, UserRule
from tidegate.scaling.config.thresholds import RuleThresholds
from tidegate.scaling.config.value_limits import (
    Closed,
    Whole,
    at_least,
    at_most,
    more_than,
    not_empty,
)

__all__ = [
    "ApplicationSpec",
    "ChangeWindow",
    "ConsumerSpec",
    "IndexSpec",
    "LeverSpec",
    "Levers",
    "NoticeSpec",
    "Objective",
    "Owner",
    "PipelineFile",
    "PipelineSpec",
    "ResourceSpec",
    "RetentionSpec",
    "Suppression",
    "TableSpec",
    "TargetUtilization",
    "UserRule",
]

Share = Annotated[float, more_than(0), at_most(1)]


@dataclass(frozen=True, slots=True)
class Objective(Closed):
    """What the pipeline must keep: how old a record may get, and how soon a backlog is gone."""

    iterator_age_max_seconds: Annotated[float, more_than(0)] = 60
    catch_up_seconds: Annotated[float, at_least(60)] = 300


@dataclass(frozen=True, slots=True)
class TargetUtilization(Closed):
    """How much of each layer may be used when all is well, 0..1.

    Without a value, capacity units have the headroom that the uncertainty of the load's forecast
    asks for. 0.8 of the shard limits is for keys that don't spread evenly, and for the seconds that
    a minute's mean hides. 0.5 of the concurrency leaves headroom for double the load, which is what
    one UpdateShardCount can let in, and idle concurrency costs nothing but smaller batches. The
    subtasks of Flink applications cost whether idle or not: 0.8 of their time leaves headroom for a
    minute's growth."""

    shard: Share = 0.8
    concurrency: Share = 0.5
    parallelism: Share = 0.8
    capacity: Share | None = None


@dataclass(frozen=True, slots=True)
class IndexSpec(Closed):
    """A global secondary index with levers of its own. Unnamed indexes are watched all the same."""

    name: IndexName
    levers: Levers = field(default_factory=Levers)


@dataclass(frozen=True, slots=True)
class TableSpec(Closed):
    """A DynamoDB table that a consumer writes to."""

    name: TableName
    levers: Levers = field(default_factory=Levers)
    indexes: list[IndexSpec] = field(default_factory=list)


ClosingWindows = Literal["never", "scale-out", "always"]


@dataclass(frozen=True, slots=True)
class ConsumerSpec(Closed):
    """A function that reads the stream. Its event source mapping is looked up.

    ``closing_windows`` says when the shards may be changed though that closes the function's
    tumbling windows early: to scale out only, both ways (``always``), or ``never``.
    """

    resource: ClassVar[str] = "function"
    """What a lever kind calls it that it is a lever of."""
    function: FunctionName
    tables: list[TableName | TableSpec] = field(default_factory=list)
    levers: Levers = field(default_factory=Levers)
    closing_windows: ClosingWindows = "scale-out"

    @property
    def name(self) -> str:
        """What AWS calls it."""
        return self.function

    @property
    def table_specs(self) -> tuple[TableSpec, ...]:
        """The tables, those given by name alone included."""
        return tuple(TableSpec(table) if isinstance(table, str) else table for table in self.tables)


@dataclass(frozen=True, slots=True)
class ApplicationSpec(Closed):
    """An application of Managed Service for Apache Flink that reads the stream or topic.

    ``kpu_quota`` is the account's quota of KPUs per application, 64 unless raised;
    ``partitions`` those of its Kafka topic. ``service_autoscaling`` says whether the service's
    own CPU autoscaling stays as it is found, or is switched off with Tidegate's first change:
    the parallelism has one owner. ``max_parallelism`` is the job's own, where it sets one.
    ``allow_without_rollback`` allows changes though an update that fails then stops the job,
    ``allow_without_snapshots`` though each update then loses the job's state.
    ``start_again_after_failed_update`` allows a start, once, of a job that such an update by
    Tidegate has stopped.
    """

    resource: ClassVar[str] = "application"
    """What a lever kind calls it that it is a lever of."""
    application: ApplicationName
    tables: list[TableName | TableSpec] = field(default_factory=list)
    levers: Levers = field(default_factory=Levers)
    kpu_quota: Whole = 64
    partitions: Whole | None = None
    service_autoscaling: Literal["keep", "off"] = "keep"
    max_parallelism: Whole | None = None
    allow_without_rollback: bool = False
    allow_without_snapshots: bool = False
    start_again_after_failed_update: bool = False

    @property
    def name(self) -> str:
        """What AWS calls it."""
        return self.application

    @property
    def table_specs(self) -> tuple[TableSpec, ...]:
        """The tables, those given by name alone included."""
        return tuple(TableSpec(table) if isinstance(table, str) else table for table in self.tables)


@dataclass(frozen=True, slots=True)
class ResourceSpec(Closed):
    """A resource of a kind that has no key of its own in the file; ``levers`` are those of the
    kind."""

    kind: ResourceName
    name: ResourceName
    levers: dict[str, LeverSpec] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PipelineSpec(Closed):
    """A pipeline: a stream, or with applications alone a Kafka topic; the functions and Flink
    applications that read it, and the tables they write to. ``resources`` are of other kinds, the
    source first.

    With ``update_dashboard`` a sweep that changes a lever puts the CloudWatch dashboard anew, so
    that the limits drawn in it stay true. ``thresholds`` replace those of built-in rules, by the
    names that ``tidegate rules`` shows. ``max_usd_a_day`` bounds what its capacity may cost at list
    prices: nothing is raised beyond it. ``kms_key_arns`` are keys of the user's own that its stream
    or its notices' topic is encrypted with.
    """

    name: PipelineName
    stream: StreamName = ""
    consumers: list[ConsumerSpec] = field(default_factory=list)
    objective: Objective = Objective()
    target_utilization: TargetUtilization = TargetUtilization()
    levers: Levers = field(default_factory=Levers)
    change_windows: list[ChangeWindow] = field(default_factory=list)
    rules: list[UserRule] = field(default_factory=list)
    notices: NoticeSpec = field(default_factory=NoticeSpec)
    suppressions: list[Suppression] = field(default_factory=list)
    update_dashboard: bool = False
    topic: TopicName | None = None
    applications: list[ApplicationSpec] = field(default_factory=list)
    thresholds: Annotated[dict[str, float], RuleThresholds()] = field(default_factory=dict)
    resources: list[ResourceSpec] = field(default_factory=list)
    max_usd_a_day: Annotated[float, more_than(0)] | None = None
    kms_key_arns: list[KmsKeyArn] = field(default_factory=list)

    @property
    def source(self) -> str:
        """The name of what is read."""
        return self.topic or self.stream or next((each.name for each in self.resources), "")

    @property
    def readers(self) -> "tuple[ConsumerSpec | ApplicationSpec, ...]":
        """The functions and applications that read it."""
        return (*self.consumers, *self.applications)


@dataclass(frozen=True, slots=True)
class PipelineFile(Closed):
    """The whole file."""

    pipelines: Annotated[list[PipelineSpec], not_empty()]
