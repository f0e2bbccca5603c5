"""A case: one load with one fault and one seed, as a scenario of the world."""

from dataclasses import dataclass

from tidegate.bench.faults import HEALTHY, faults_of
from tidegate.bench.loads import Load
from tidegate.bench.open_account import OPEN, others
from tidegate.bench.plant import AGE_MAX_SECONDS, FUNCTION, RECORD_BYTES, Setting
from tidegate.simulator.scenario import Scenario
from tidegate.simulator.traffic import Traffic

__all__ = ["Case"]

KEYS = 10_000
"""Enough partition keys that shards of equal width carry nearly equal loads."""


@dataclass(frozen=True, slots=True)
class Case:
    """What every controller is put through alike."""

    load: Load
    fault: str = HEALTHY
    seed: int = 1

    @property
    def name(self) -> str:
        """The load, and the fault where there is one."""
        return self.load.name if self.fault == HEALTHY else f"{self.load.name}+{self.fault}"

    def scenario(self, setting: Setting) -> Scenario:
        """The world to be, beginning with a controller's own setting."""
        return Scenario(
            name=self.name,
            summary=self.name,
            planted_cause=self.fault,
            duration_seconds=self.load.duration_seconds,
            iterator_age_max_seconds=AGE_MAX_SECONDS,
            faults=faults_of(self.fault, self.load),
            pipeline_file={},
            resources=(
                setting.stream,
                Traffic(self.load.points, RECORD_BYTES, KEYS),
                setting.table,
                FUNCTION,
                setting.mapping,
                *(others(self.load) if self.fault == OPEN else ()),
            ),
        )
