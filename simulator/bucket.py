"""A budget that fills up each second."""

from dataclasses import dataclass

__all__ = ["Bucket"]


@dataclass(slots=True)
class Bucket:
    """Units to spend. Below zero, spenders wait until it has filled up again."""

    units_per_second: float
    burst_seconds: float
    level: float = 0.0

    def fill(self) -> None:
        """One second passes."""
        most = self.units_per_second * self.burst_seconds
        level = self.level + self.units_per_second
        self.level = level if level < most else most

    def spend(self, units: float) -> float:
        """Take units; the seconds that a writer waits, retrying, until they are all there."""
        self.level -= units
        return 0.0 if self.level >= 0 else -self.level / self.units_per_second

    def give_back(self, units: float) -> None:
        """What was not written after all."""
        self.level += units
