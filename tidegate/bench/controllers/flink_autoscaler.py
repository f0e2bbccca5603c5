"""Apache Flink's autoscaler (Kubernetes operator), applied to the lanes that Lambda reads with.

From the operator's documentation, "Autoscaler" and its configuration, which follow DS2 (Kalavri
et al., "Three steps is all you need", OSDI 2018): parallelism = target rate / (true processing
rate of one instance x target utilization), the true rate being records per busy second. Defaults:
utilization target 0.7 with a boundary of 0.3, metrics over 15 min, no change within 5 min of the
last (stabilization.interval), scale-downs at most by 0.6 (scale-down.max-factor). The backlog is
added to the rate over catch-up.duration, of which the documents give 5 min with a target of 0.6
in their example and 30 min as the default: the default is taken, with a lag of the newest minute.

It governs the lanes alone: the factor over shards that are static, as is the table, at the peak.
"""

from dataclasses import dataclass
from math import ceil

from tidegate.bench.account import Account
from tidegate.bench.controllers.base import at_peak
from tidegate.bench.loads import Load
from tidegate.bench.plant import FACTOR_MAX, Setting

__all__ = ["FlinkAutoscaler", "parallelism"]

TARGET, BOUNDARY = 0.7, 0.3
WINDOW_MINUTES = 15
STABILIZATION_SECONDS = 300
CATCH_UP_SECONDS = 1800
DOWN_FACTOR_MAX = 0.6


def parallelism(current: int, rate: float, busy: float, backlog: float) -> int:
    """Instances for ``rate`` records/s that keep ``busy`` of the current ones busy on average."""
    true_rate = rate / busy
    utilization = busy / current
    low, high = TARGET - BOUNDARY, TARGET + BOUNDARY
    target_rate = rate + backlog / CATCH_UP_SECONDS
    if low <= utilization <= high and target_rate / (true_rate * current) <= high:
        return current
    wanted = ceil(target_rate / (true_rate * TARGET))
    return max(wanted, ceil(current * (1 - DOWN_FACTOR_MAX)), 1)


@dataclass(slots=True)
class FlinkAutoscaler:
    """One vertex: the function, its instances being the lanes."""

    _changed_at: float = -1e9

    def setting(self, load: Load) -> Setting:
        """All for the peak, lanes included."""
        return at_peak(load)

    def act(self, account: Account) -> None:
        """Evaluate the window and move the factor."""
        second = account.world.second
        if second - self._changed_at < STABILIZATION_SECONDS or account.is_mapping_updating:
            return
        records = _mean(account.kinesis("GetRecords.Records", "Sum", WINDOW_MINUTES))
        duration = _mean(account.function("Duration", "Sum", WINDOW_MINUTES))
        ages = account.kinesis("GetRecords.IteratorAgeMilliseconds", "Maximum", 1)
        if not records or not duration or not ages:
            return
        incoming = _mean(account.kinesis("IncomingRecords", "Sum", WINDOW_MINUTES)) / 60
        backlog = incoming * (ages[-1] or 0.0) / 1000
        setting = account.setting
        busy = duration / 60_000 * incoming / (records / 60)
        wanted = parallelism(setting.lanes, incoming, busy, backlog)
        factor = min(FACTOR_MAX, ceil(wanted / setting.shards))
        if factor != setting.factor:
            self._changed_at = second
            account.set_factor(factor)


def _mean(samples: tuple[float | None, ...]) -> float:
    present = [each for each in samples if each is not None]
    return sum(present) / len(present) if present else 0.0
