"""What comes, and piles up before the sinks, until a change made now takes effect."""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf

from tidegate.rules.window import Window
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.load.horizons import ForecastHorizons
from tidegate.scaling.model.history import History
from tidegate.scaling.model.sinks import Sink

__all__ = ["ActuationDelay"]


@dataclass(frozen=True, slots=True)
class ActuationDelay:
    """The ``seconds`` from the newest minute judged until a change made now takes effect."""

    seconds: float
    incoming: Window
    history: History
    expected: ForecastHorizons | None

    def risen(self, load: Load) -> Load:
        """The load at their end, if the smallest of its newest rises goes on for as many minutes
        as it has lasted; no further than it is known to go."""
        return self._grown(load, self._rise())

    def jumped(self, load: Load) -> Load:
        """The same, or if it rises once more as much as in the newest minute: a jump that began in
        the middle of it shows by half."""
        return self._grown(load, max(self._rise(), self._jump()))

    def mean(self, load: Load, then: Load) -> Load:
        """The load halfway to what it is ``then``, at their end."""
        return _with(load, (load.records_per_second + then.records_per_second) / 2)

    def piling_up(self, sink: Sink, records_per_second: float) -> float:
        """Records that will wait for a sink at their end: those that its units and burst credits
        don't cover until then, or that it isn't built to take. Below zero where they cover more."""
        cost = sink.cost
        if cost is None or not cost.units_per_record:
            return -inf
        has = sink.units_during(self.history, self.incoming.end, self.seconds)
        wanted = cost.units(records_per_second)
        missing = (wanted - has) * self.seconds - sink.burst_credit_units
        missing = max(missing, (wanted - sink.units_per_second_most) * self.seconds)
        return missing / cost.units_per_record

    def _grown(self, load: Load, rise: float) -> Load:
        now = load.records_per_second
        then = max(now, min(now + rise, self._known_bound(now)))
        return replace(_with(load, then), rising_from=now if then > now else None)

    def _jump(self) -> float:
        """Records a second that the newest minute brought more than the one before."""
        period = self.incoming.metric.period_seconds
        newest = self.incoming.last(2 * period).present
        return (newest[1] - newest[0]) / period if len(newest) == 2 else 0.0

    def _rise(self) -> float:
        """Records a second. A jump, which shows in two minutes at most, is none."""
        period = self.incoming.metric.period_seconds
        newest = self.incoming.last(self.seconds + period).present
        if len(newest) * period < self.seconds + period:
            return 0.0
        smallest = min(later - earlier for earlier, later in pairwise(newest))
        return max(0.0, smallest) * self.seconds / period**2

    def _known_bound(self, records_per_second: float) -> float:
        """The forecast; once the load is beyond it, what the hour may bring, then its highest."""
        if self.expected is None:
            return inf
        hour = self.expected.hour or self.expected.soon
        bounds = (
            self.expected.soon.most.records_per_second,
            hour.most.records_per_second,
            self.expected.highest_records_per_second,
        )
        return next((bound for bound in bounds if records_per_second <= bound), inf)


def _with(load: Load, records_per_second: float) -> Load:
    """With more records of the same size."""
    before = load.records_per_second
    size = load.bytes_per_second / before if before else 0.0
    return replace(
        load, records_per_second=records_per_second, bytes_per_second=records_per_second * size
    )
