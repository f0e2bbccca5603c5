"""DynamoDB tables in operation: how they are watched, what they cost and what they need."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tidegate.rules.graph import Pipeline
from tidegate.rules.window import Metric
from tidegate.scaling.kinds.dynamodb_table.access import WRITE_ACCESS, table_permissions
from tidegate.scaling.kinds.dynamodb_table.price import table_items, table_modes
from tidegate.scaling.kinds.dynamodb_table.proposal import seen_metrics, table_ranges
from tidegate.scaling.kinds.dynamodb_table.watch import table_alarms, table_rows
from tidegate.scaling.model.alarm import NamedAlarm
from tidegate.scaling.model.bill import Item, Modes, Priced
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.dashboard_row import Row
from tidegate.scaling.model.permission import Permission, PipelineNames, WriteAccess
from tidegate.scaling.model.proposal import Evidence, Lateness, Range
from tidegate.scaling.model.watched import Watched

__all__ = ["TableOperations"]


@dataclass(frozen=True, slots=True)
class TableOperations:
    """``tidegate.scaling.model.operations.Operations``."""

    def alarms(self, watched: Watched) -> Iterator[NamedAlarm]:
        """Of each table with its indexes."""
        return table_alarms(watched)

    def rows(self, watched: Watched) -> Iterator[Row]:
        """Of each table with its indexes."""
        return table_rows(watched)

    def permissions(
        self, pipelines: Sequence[PipelineNames], *, sweeps: bool
    ) -> Iterator[Permission]:
        """The tables, and who else scales them."""
        return table_permissions(pipelines)

    @property
    def write_access(self) -> WriteAccess | None:
        """By name, or by any pattern that covers it."""
        return WRITE_ACCESS

    def billed_metrics(self, pipeline: Pipeline) -> Iterator[Metric]:
        """None: consumed units are judged too."""
        return iter(())

    def bill(self, priced: Priced) -> Iterator[Item]:
        """Of each table with its indexes."""
        return table_items(priced)

    def modes(self, priced: Priced) -> Iterator[Modes]:
        """Of each table together with its indexes."""
        return table_modes(priced)

    def proposal_metrics(self, pipeline: Pipeline) -> Iterator[Metric]:
        """Units consumed, and what was throttled."""
        return seen_metrics(pipeline)

    def lateness(self, evidence: Evidence) -> Lateness:
        """Nothing waits in a table."""
        return Lateness()

    def proposed(self, evidence: Evidence) -> Iterator[Range]:
        """Of write and read units."""
        return table_ranges(evidence)

    def shared_levers(self, pipeline: PipelineNames) -> Iterator[Lever]:
        """None."""
        return iter(())
