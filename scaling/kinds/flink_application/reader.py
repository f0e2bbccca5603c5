"""What a record costs the sinks of an application: its own levers are sized alone."""

from dataclasses import dataclass
from math import inf

from tidegate.rules.graph import Resource
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import Window
from tidegate.scaling.kinds.flink_application.sizing import units_per_job_record
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.model.in_file import InFile

__all__ = ["ApplicationReader"]


@dataclass(frozen=True, slots=True)
class ApplicationReader:
    """``tidegate.scaling.model.sized.Reader``: of an application that reads the source."""

    signals: Signals
    application: FlinkApplication

    @property
    def writes(self) -> tuple[Resource, ...]:
        """What the job writes to."""
        return self.application.writes

    def units_per_record(self, consumed: Window) -> float | None:
        """The median minute."""
        return units_per_job_record(self.signals, self.application, consumed)

    def records_per_second_at_most(self, said: InFile, units: int) -> float:
        """Not known: its parallelism may go up meanwhile."""
        return inf

    def demand(self, load: Load, said: InFile, units: int, drain: Reason) -> None:
        """None: its parallelism is sized alone."""
        return

    def source_demand(self, load: Load, said: InFile) -> None:
        """None: what its subtasks read is asked for where they lack it."""
        return
