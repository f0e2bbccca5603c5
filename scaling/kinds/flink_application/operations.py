"""Flink applications in operation: how they are watched, what they cost and what they need."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tidegate.rules.graph import Pipeline
from tidegate.rules.window import Metric
from tidegate.scaling.kinds.flink_application.access import application_permissions
from tidegate.scaling.kinds.flink_application.price import application_items
from tidegate.scaling.kinds.flink_application.rows import application_rows
from tidegate.scaling.kinds.flink_application.watch import application_alarms
from tidegate.scaling.model.alarm import NamedAlarm
from tidegate.scaling.model.bill import Item, Modes, Priced
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.dashboard_row import Row
from tidegate.scaling.model.permission import Permission, PipelineNames, WriteAccess
from tidegate.scaling.model.proposal import Evidence, Lateness, Range
from tidegate.scaling.model.watched import Watched

__all__ = ["ApplicationOperations"]


@dataclass(frozen=True, slots=True)
class ApplicationOperations:
    """``tidegate.scaling.model.operations.Operations``."""

    def alarms(self, watched: Watched) -> Iterator[NamedAlarm]:
        """Of each application."""
        return application_alarms(watched)

    def rows(self, watched: Watched) -> Iterator[Row]:
        """Of each application."""
        return application_rows(watched)

    def permissions(
        self, pipelines: Sequence[PipelineNames], *, sweeps: bool
    ) -> Iterator[Permission]:
        """The applications and their metrics."""
        return application_permissions(pipelines, sweeps=sweeps)

    @property
    def write_access(self) -> WriteAccess | None:
        """Nothing writes to an application."""
        return None

    def billed_metrics(self, pipeline: Pipeline) -> Iterator[Metric]:
        """None: KPUs are billed, however busy."""
        return iter(())

    def bill(self, priced: Priced) -> Iterator[Item]:
        """Of each application."""
        return application_items(priced)

    def modes(self, priced: Priced) -> Iterator[Modes]:
        """None."""
        return iter(())

    def proposal_metrics(self, pipeline: Pipeline) -> Iterator[Metric]:
        """None: ``tidegate init`` finds no applications."""
        return iter(())

    def lateness(self, evidence: Evidence) -> Lateness:
        """None, likewise."""
        return Lateness()

    def proposed(self, evidence: Evidence) -> Iterator[Range]:
        """None, likewise."""
        return iter(())

    def shared_levers(self, pipeline: PipelineNames) -> Iterator[Lever]:
        """None."""
        return iter(())
