"""Units for what a table refuses, where the records of the stream don't explain it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.dynamodb_table.state import Capacity
from tidegate.rules.kinds.dynamodb_table.units import is_used_up
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals, mean, rate
from tidegate.rules.window import Window
from tidegate.scaling.kinds.dynamodb_table import words
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.recommendation import COOLDOWN

__all__ = ["CAPACITY_CAUSES", "Throttling", "throttling"]

CAPACITY_CAUSES = (Cause.TABLE_THROTTLED, Cause.INDEX_THROTTLED)


@dataclass(frozen=True, slots=True)
class Throttling:
    """``tidegate.scaling.model.sinks.Refusal``: one lever of a table or an index that is too small,
    what it is now, what it consumes and what it refuses."""

    capacity: Capacity
    kind: LeverKind
    units: int
    consumed: Window
    refused: Window

    @property
    def lever(self) -> Lever:
        """The lever that cures it."""
        return Lever.of(self.kind, self.capacity.where)

    @property
    def used_per_second(self) -> float:
        """The mean of the units consumed."""
        return (mean(self.consumed) or 0.0) / self.consumed.metric.period_seconds

    def is_used_up(self, signals: Signals) -> bool:
        """Whether all of the writes are used for more than the load: that is a drain."""
        writes = self.kind is LeverKind.WRITE_CAPACITY
        return writes and is_used_up(signals, self.capacity)

    def doubled(self) -> Demand:
        """For one that goes on throttling although the load was met."""
        because = words.STILL_THROTTLED(where=self.capacity.where, units=self.units)
        return Demand(self.lever, self.units * 2, because)

    def demand(self) -> Demand:
        """The units that are used and one for each request refused, at most twice what there is:
        each retry of a request counts as refused again."""
        refused = rate(self.refused)
        enough = ceil(max(self.units, rate(self.consumed)) + refused)
        because = words.UNITS_FOR_THE_REFUSED(
            where=self.capacity.where, refused=refused, units=self.units
        )
        return Demand(self.lever, min(2 * self.units, enough), because)

    def is_lasting(self, changed_at: datetime | None) -> bool:
        """Whether two of the newest minutes refuse, and none of them is from before the lever's
        last change: one odd minute moves nothing."""
        minutes = sum(map(bool, self.refused.last(RECENT_SECONDS).samples))
        return minutes >= 2 and (changed_at is None or self.refused.end - changed_at >= COOLDOWN)

    def is_foreign_to(self, signals: Signals) -> bool:
        """Whether the stream's load can't be what is refused: reads cost a consumer no units that
        a drain explains, and in the newest minutes nothing waited that writes would be of. The last
        refusals of a drain are told with the age after it."""
        if self.kind is LeverKind.READ_CAPACITY:
            return True
        since = self.refused.last(RECENT_SECONDS).start
        waited = (age.seconds for age in signals.ages if age.at >= since)
        return max(waited, default=0.0) <= signals.age_well_seconds


def throttling(
    signals: Signals, diagnoses: Iterable[Diagnosis], capacities: Mapping[str, Capacity]
) -> Iterator[Throttling]:
    """The levers of tables that are ill for want of units, and throttle in the newest minute."""
    ill = [each for each in diagnoses if each.cause in CAPACITY_CAUSES]
    for diagnosis in ill:
        capacity = capacities.get(diagnosis.where)
        if capacity is None:
            continue
        for kind in diagnosis.cured_by:
            found = _throttling(signals, capacity, kind)
            if found.refused.last(60).total and not _by_an_index(signals, found, ill, capacities):
                yield found


def _by_an_index(
    signals: Signals,
    found: Throttling,
    ill: Iterable[Diagnosis],
    capacities: Mapping[str, Capacity],
) -> bool:
    """Whether a table with units to spare refuses writes that an index of it has none for:
    DynamoDB throttles writes to a table while its index is throttled (developer guide, GSI)."""
    is_table = found.capacity.index is None and found.kind is LeverKind.WRITE_CAPACITY
    if not is_table or found.is_used_up(signals):
        return False
    known = [capacities.get(each.where) for each in ill if found.kind in each.cured_by]
    return any(
        each is not None
        and each.index is not None
        and each.table == found.capacity.table
        and signals.of(each).write_throttles.last(RECENT_SECONDS).total
        for each in known
    )


def _throttling(signals: Signals, capacity: Capacity, kind: LeverKind) -> Throttling:
    series = signals.of(capacity)
    if kind is LeverKind.WRITE_CAPACITY:
        used = (capacity.write_units, series.consumed_write_units, series.write_throttles)
    else:
        used = (capacity.read_units, series.consumed_read_units, series.read_throttles)
    return Throttling(capacity, kind, *used)
