"""The Horizontal Pod Autoscaler's algorithm, fed by KEDA's CloudWatch scaler, on each resource.

From the Kubernetes documentation, "Horizontal Pod Autoscaling", algorithm details: desired =
ceil(current x metric / target), nothing while the ratio is within 0.1 of 1, and the highest
recommendation of the last 300 s when going down (the default of scaleDown's
stabilizationWindowSeconds; up there is none). KEDA's aws-cloudwatch scaler asks for the mean of
300 s (metricStatPeriod's default); a missing metric scales nothing. KEDA's own aws-kinesis-stream
scaler only follows the number of shards, so it moves nothing here by itself.
"""

from collections import deque
from dataclasses import dataclass, field
from math import ceil

from tidegate.bench.account import Account
from tidegate.bench.controllers.base import RESOURCES, Resource, Samples, at_start
from tidegate.bench.loads import Load
from tidegate.bench.plant import Setting

__all__ = ["Keda", "Scaler", "desired"]

TARGET = 0.7
TOLERANCE = 0.1
DOWN_SECONDS = 300
PERIOD_MINUTES = 5


def desired(current: int, metric: float, target: float) -> int:
    """The algorithm's formula with its tolerance."""
    ratio = metric / target
    if abs(ratio - 1) <= TOLERANCE:
        return current
    return max(1, ceil(current * ratio))


@dataclass(slots=True)
class Scaler:
    """One resource with the recommendations of the last minutes."""

    resource: Resource
    _recommended: deque[tuple[float, int]] = field(default_factory=deque)

    def wanted(self, current: int, use: Samples, second: float) -> int:
        """The capacity after the stabilisation window."""
        present = [each for each in use if each is not None]
        if not present:
            return current
        now = desired(current, sum(present) / len(present), TARGET)
        self._recommended.append((second, now))
        while self._recommended[0][0] < second - DOWN_SECONDS:
            self._recommended.popleft()
        if now >= current:
            return now
        return min(current, max(each for _, each in self._recommended))

    def act(self, account: Account) -> None:
        """Look once."""
        current = self.resource.capacity(account)
        use = self.resource.use(account, PERIOD_MINUTES)
        wanted = self.wanted(current, use, account.world.second)
        if wanted != current:
            self.resource.set(account, wanted)


@dataclass(slots=True)
class Keda:
    """A scaler on each resource, which know nothing of each other."""

    scalers: tuple[Scaler, ...] = field(
        default_factory=lambda: tuple(Scaler(resource) for resource in RESOURCES)
    )

    def setting(self, load: Load) -> Setting:
        """Sized for the start."""
        return at_start(load)

    def act(self, account: Account) -> None:
        """Each scaler for itself."""
        for scaler in self.scalers:
            scaler.act(account)
