"""What people ask of a kind of resource in operation: alarms, graphs, permissions, costs, drafts.

Apart from ``ResourceType``, since no plan asks for it: a cold start is shorter without.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from tidegate.rules.graph import Pipeline
from tidegate.rules.window import Metric
from tidegate.scaling.model.alarm import NamedAlarm
from tidegate.scaling.model.bill import Item, Modes, Priced
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.dashboard_row import Row
from tidegate.scaling.model.permission import Permission, PipelineNames, WriteAccess
from tidegate.scaling.model.proposal import Evidence, Lateness, Range
from tidegate.scaling.model.watched import Watched

__all__ = ["Operations"]


class Operations(Protocol):
    """One kind of resource in operation."""

    def alarms(self, watched: Watched) -> Iterator[NamedAlarm]:
        """The alarms that its resources should have, as they are set now."""
        ...

    def rows(self, watched: Watched) -> Iterator[Row]:
        """Its layers of the dashboard."""
        ...

    def permissions(
        self, pipelines: Sequence[PipelineNames], *, sweeps: bool
    ) -> Iterator[Permission]:
        """What the role of a sweep needs, or that of the endpoint, to read and to change its
        resources in the pipelines of a file."""
        ...

    @property
    def write_access(self) -> WriteAccess | None:
        """How a reader is allowed to write to it, None for what no reader writes to."""
        ...

    def billed_metrics(self, pipeline: Pipeline) -> Iterator[Metric]:
        """The metrics that its bill needs and no diagnosis does, sums over a minute."""
        ...

    def bill(self, priced: Priced) -> Iterator[Item]:
        """Its lines of the bill."""
        ...

    def modes(self, priced: Priced) -> Iterator[Modes]:
        """Provisioned against on-demand, where it has both modes."""
        ...

    def proposal_metrics(self, pipeline: Pipeline) -> Iterator[Metric]:
        """The metrics that ``lateness`` and ``proposed`` read, five minutes a point."""
        ...

    def lateness(self, evidence: Evidence) -> Lateness:
        """How late records were, and how long its settings let them wait."""
        ...

    def proposed(self, evidence: Evidence) -> Iterator[Range]:
        """Bounds of its levers for a first pipeline file."""
        ...

    def shared_levers(self, pipeline: PipelineNames) -> Iterator[Lever]:
        """Those that are changed under other names than the pipeline's too, such as by a command:
        what was done to them is told with the pipeline's history."""
        ...
