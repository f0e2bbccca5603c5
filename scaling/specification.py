"""What the user wants of a pipeline: the pipeline file as values.

The classes are the single source of the file's grammar: they are validated against, and the JSON
Schema for editors is generated from them, docstrings and constraints included.
"""

from dataclasses import dataclass, field
from datetime import time
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Le, MinLen

from rules.diagnosis import LeverKind

__all__ = [
    "ChangeWindow",
    "ConsumerSpec",
    "IndexSpec",
    "LeverSpec",
    "Levers",
    "Objective",
    "Owner",
    "PipelineFile",
    "PipelineSpec",
    "TableSpec",
    "TargetUtilization",
    "UserRule",
]

Owner = Literal["tidegate", "application-autoscaling"]
Name = Annotated[str, MinLen(1)]
Whole = Annotated[int, Ge(1)]
Share = Annotated[float, Gt(0), Le(1)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Closed:
    """A part of the file in which a key that isn't known is a mistake."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class LeverSpec(Closed):
    """How far one lever may be moved, and by whom. Without an owner Tidegate only advises."""

    max: Whole
    min: Whole = 1
    owner: Owner | None = None


@dataclass(frozen=True, slots=True)
class Levers(Closed):
    """The levers, each in its own unit; the most specific place in the file wins.

    ``shard_count`` in shards, ``parallelization_factor`` in concurrent batches per shard,
    capacities in units per second, ``retention_hours`` in hours.
    """

    shard_count: LeverSpec | None = None
    parallelization_factor: LeverSpec | None = None
    write_capacity: LeverSpec | None = None
    read_capacity: LeverSpec | None = None
    retention_hours: LeverSpec | None = None

    @property
    def owned(self) -> int:
        """How many of them are Tidegate's to move."""
        said = (self.of(kind) for kind in LeverKind)
        return sum(each is not None and each.owner == "tidegate" for each in said)

    def of(self, kind: LeverKind) -> LeverSpec | None:
        """What is said here of one lever, None where nothing is said."""
        found: LeverSpec | None = getattr(self, kind.value)
        return found


@dataclass(frozen=True, slots=True)
class Objective(Closed):
    """What the pipeline must keep: how old a record may get, and how soon a backlog is gone."""

    iterator_age_max_seconds: Annotated[float, Gt(0)] = 60
    catch_up_seconds: Annotated[float, Ge(60)] = 300


@dataclass(frozen=True, slots=True)
class TargetUtilization(Closed):
    """How much of each layer may be used when all is well, 0..1.

    0.7 for capacity units is the default of DynamoDB's own auto scaling; 0.8 of the shard
    limits and of the concurrency leaves room for one minute of growth before the next sweep.
    """

    shard: Share = 0.8
    concurrency: Share = 0.8
    capacity: Share = 0.7


@dataclass(frozen=True, slots=True)
class IndexSpec(Closed):
    """A global secondary index with levers of its own. Unnamed indexes are watched all the same."""

    name: Name
    levers: Levers = Levers()


@dataclass(frozen=True, slots=True)
class TableSpec(Closed):
    """A DynamoDB table that a consumer writes to."""

    name: Name
    levers: Levers = Levers()
    indexes: Annotated[list[IndexSpec], MinLen(0)] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ConsumerSpec(Closed):
    """A function that reads the stream. Its event source mapping is looked up."""

    function: Name
    tables: list[Name | TableSpec] = field(default_factory=list)
    levers: Levers = Levers()

    @property
    def table_specs(self) -> tuple[TableSpec, ...]:
        """The tables, those given by name alone included."""
        return tuple(TableSpec(table) if isinstance(table, str) else table for table in self.tables)


@dataclass(frozen=True, slots=True)
class ChangeWindow(Closed):
    """A weekly time in which nothing is changed (``none``), or capacity only goes up (``up``).

    ``start`` and ``end`` are times of day in ``time_zone``; an end before the start is the next
    day. Without days it is every day, and the days are those on which it starts.
    """

    start: time
    end: time
    allow: Literal["none", "up"] = "none"
    days: list[Weekday] = field(default_factory=list)
    time_zone: Name = "UTC"


@dataclass(frozen=True, slots=True)
class UserRule(Closed):
    """A rule on any CloudWatch metric, for instance memory from the CloudWatch agent."""

    name: Name
    namespace: Name
    metric: Name
    threshold: float
    dimensions: dict[str, str] = field(default_factory=dict)
    statistic: Name = "Average"
    period_seconds: Annotated[int, Ge(60)] = 60
    comparison: Literal[">", ">=", "<", "<="] = ">"
    hold_seconds: Annotated[int, Ge(0)] = 300
    severity: Literal["info", "warning", "critical"] = "warning"
    missing_data: Literal["unknown", "ok", "firing"] = "unknown"
    unit: str = ""
    source: str = "pipeline file"


@dataclass(frozen=True, slots=True)
class PipelineSpec(Closed):
    """A pipeline: a stream, the functions that read it and the tables they write to."""

    name: Name
    stream: Name
    consumers: Annotated[list[ConsumerSpec], MinLen(1)]
    objective: Objective = Objective()
    target_utilization: TargetUtilization = TargetUtilization()
    levers: Levers = Levers()
    change_windows: list[ChangeWindow] = field(default_factory=list)
    rules: list[UserRule] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PipelineFile(Closed):
    """The whole file."""

    pipelines: Annotated[list[PipelineSpec], MinLen(1)]
