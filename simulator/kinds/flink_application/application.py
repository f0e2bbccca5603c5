"""The Managed Flink applications of a world: the job, the service around it, and what they tell."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tidegate.simulator.figures import prices
from tidegate.simulator.kinds.flink_application.job import ApplicationState
from tidegate.simulator.kinds.flink_application.metrics import ApplicationMetrics
from tidegate.simulator.kinds.flink_application.service import ApplicationService
from tidegate.simulator.participant import Facts, Participant, Phase, Step, Tally
from tidegate.simulator.scenario import Fault

__all__ = ["EmbeddedApplication"]


@dataclass(slots=True, eq=False)
class EmbeddedApplication(Participant):
    """Its parts, each second and each minute."""

    state: ApplicationState
    service: ApplicationService
    metrics: ApplicationMetrics
    kpu_seconds: int = 0
    _seconds_down: tuple[int, int] = (0, 0)

    @property
    def name(self) -> str:
        """ApplicationName."""
        return self.state.data.name

    def steps(self) -> Mapping[Phase, Step]:
        """The job reads and writes; then the service counts and tells."""
        return {Phase.WORK: self._work, Phase.SETTLE: self._settle}

    def _work(self, now: float) -> None:
        self.state.work(now)
        self.state.subscription.is_reading = self.state.down_since is None

    def _settle(self, now: float) -> None:
        self.metrics.pass_second(int(now), self.state.subscription.age_seconds)
        self.kpu_seconds += self.service.billed_kpus

    def close_minute(self, minute: int) -> None:
        """What is told once a minute, and how long the job was down."""
        self.metrics.close_minute(minute, is_billed=self.service.billed_kpus > 0)
        self.service.note_minute(self.metrics.container_cpu_most)
        down = self.state.seconds_down
        self._seconds_down = (down, down - self._seconds_down[0])

    def facts(self) -> Facts:
        """The truth about the minute that is over; KPUs with the one for orchestration."""
        found = {
            "parallelism": self.state.parallelism,
            "kpus": self.service.billed_kpus,
            "seconds_down": self._seconds_down[1],
        }
        return {fact: {self.name: value} for fact, value in found.items()}

    def strike(self, fault: Fault) -> bool:
        """``application`` changes fields of it; ``crash`` fails its job once; ``update-fails``
        lets its next update fail for a ``reason``."""
        if not fault.concerns(self.name):
            return False
        match fault.what:
            case "application":
                self.state.data = replace(self.state.data, **fault.fields)
            case "crash":
                self.state.crash()
            case "update-fails":
                self.service.failures.append(fault.values["reason"])
            case _:
                return False
        return True

    def tally(self) -> Tally:
        """What it has come to so far."""
        return Tally(
            records_read=self.state.records_read,
            seconds_down=self.state.seconds_down,
            records_read_again=self.state.records_read_again,
            usd=self.kpu_seconds * prices()["kpu_hour_usd"] / 3600,
        )
