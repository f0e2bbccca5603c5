"""What a record costs the sinks of an application: its own levers are sized alone."""

from dataclasses import dataclass
from math import inf

from tidegate.rules.graph import Resource
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.kinds.flink_application.sizing import units_per_job_record
from tidegate.scaling.load.base_load import RecordCost, Used
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

    @property
    def keeps_up(self) -> bool:
        """Not known: what waits for it is what waits."""
        return False

    def cost(self, used: Used) -> RecordCost | None:
        """The median minute."""
        units = units_per_job_record(self.signals, self.application, used.consumed)
        return None if units is None else RecordCost(0.0, units)

    def records_per_second_at_most(self, said: InFile, units: int) -> float:
        """Not known: its parallelism may go up meanwhile."""
        return inf

    def demand(self, load: Load, said: InFile, units: int, drain: Reason) -> None:
        """None: its parallelism is sized alone."""
        return

    def source_demand(self, load: Load, said: InFile) -> None:
        """None: what its subtasks read is asked for where they lack it."""
        return
