"""The Managed Flink application of a world: the job, the service around it, and what they tell."""

from dataclasses import dataclass, replace

from tidegate.simulator.figures import Costs
from tidegate.simulator.kinds.flink_application.job import ApplicationState
from tidegate.simulator.kinds.flink_application.metrics import ApplicationMetrics
from tidegate.simulator.kinds.flink_application.service import ApplicationService
from tidegate.simulator.scenario import Fault

__all__ = ["EmbeddedApplication"]


@dataclass(slots=True)
class EmbeddedApplication:
    """Its parts, each second and each minute."""

    state: ApplicationState
    service: ApplicationService
    metrics: ApplicationMetrics
    _seconds_down_before: int = 0

    @property
    def is_reading(self) -> bool:
        """Whether the job runs."""
        return self.state.down_since is None

    def account(self, now: int, age_seconds: float, costs: Costs) -> None:
        """A second is over."""
        self.metrics.pass_second(now, age_seconds)
        costs.kpu_seconds += self.service.billed_kpus

    def close_minute(self, minute: int) -> int:
        """A minute is over; how many seconds of it the job was down."""
        self.metrics.close_minute(minute, is_billed=self.service.billed_kpus > 0)
        self.service.note_minute(self.metrics.container_cpu_most)
        down = self.state.seconds_down - self._seconds_down_before
        self._seconds_down_before = self.state.seconds_down
        return down

    def strike(self, fault: Fault) -> bool:
        """Let a fault of the application's begin; False for one that is none of its."""
        match fault.what:
            case "application":
                self.state.data = replace(self.state.data, **fault.values)
            case "crash":
                self.state.crash()
            case "update-fails":
                self.service.failures.append(fault.values["reason"])
            case _:
                return False
        return True
