"""Units of a table or an index that are used up, and what is refused without them."""

from datetime import datetime

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Resource
from tidegate.rules.kinds.dynamodb_table import words
from tidegate.rules.kinds.dynamodb_table.state import Capacity, Table
from tidegate.rules.kinds.rates import RECENT_SECONDS, rate, share
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.setting_steps import Setting
from tidegate.rules.window import Window

__all__ = [
    "is_throttled",
    "is_used_up",
    "of_read_units",
    "of_units",
    "throttled_reads_share",
    "throttled_share",
]


def throttled_share(signals: Signals, capacity: Capacity) -> float:
    """Throttled writes as a share of attempted ones in the newest minutes, 0..1."""
    series = signals.of(capacity)
    return share(series.write_throttles, series.consumed_write_units)


def throttled_reads_share(signals: Signals, capacity: Capacity) -> float:
    """The same of reads."""
    series = signals.of(capacity)
    return share(series.read_throttles, series.consumed_read_units)


def is_used_up(signals: Signals, capacity: Capacity) -> bool:
    """Whether one of the newest minutes left next to none of a table's write units."""
    consumed = signals.of(capacity).consumed_write_units
    return rate(consumed) >= signals.thresholds["write-capacity-exhausted"] * capacity.write_units


def is_throttled(signals: Signals, sink: Resource) -> bool:
    """Whether a table or any of its indexes throttled enough writes or reads lately to count."""
    if not isinstance(sink, Table):
        return False
    writes, reads = signals.thresholds["writes-throttled"], signals.thresholds["reads-throttled"]
    return any(
        throttled_share(signals, capacity) >= writes
        or throttled_reads_share(signals, capacity) >= reads
        for capacity in sink.capacities
    )


def of_units(signals: Signals, capacity: Capacity, seconds: int) -> Reason:
    """What was written in the largest minute of the newest ``seconds``, of the units that there
    are; units that came later are named apart."""
    of = signals.of(capacity).consumed_write_units.last(seconds)
    units = Setting(LeverKind.WRITE_CAPACITY, capacity.where, capacity.write_units)
    since, consumed = _came_later(signals, capacity, units, of), rate(of, seconds)
    if capacity.is_on_demand:
        return words.UNITS_ON_DEMAND(consumed_wcu=consumed)
    if since is None:
        return words.UNITS_OF_PROVISIONED(consumed_wcu=consumed, provisioned_wcu=units.now)
    return words.UNITS_SINCE_CHANGE(
        consumed_wcu=consumed, provisioned_wcu=units.now, changed_at=since
    )


def of_read_units(signals: Signals, capacity: Capacity) -> Reason:
    """What was read in the largest of the newest minutes, in the same way."""
    of, where = signals.of(capacity).consumed_read_units.last(RECENT_SECONDS), capacity.where
    units = Setting(LeverKind.READ_CAPACITY, where, capacity.read_units)
    since, consumed = _came_later(signals, capacity, units, of), rate(of)
    if capacity.is_on_demand:
        return words.READ_UNITS_ON_DEMAND(where=where, consumed_rcu=consumed)
    if since is None:
        return words.READ_UNITS_CONSUMED(
            where=where, provisioned_rcu=units.now, consumed_rcu=consumed
        )
    return words.READ_UNITS_SINCE_CHANGE(
        where=where, provisioned_rcu=units.now, consumed_rcu=consumed, changed_at=since
    )


def _came_later(
    signals: Signals, capacity: Capacity, units: Setting, of: Window
) -> datetime | None:
    """When the units were last changed, by AWS or the ledger; None where that was before the
    largest minute of a window began."""
    largest = max((at for at, count in of.points() if count == of.peak), default=of.start)
    told = (capacity.last_increase_at, capacity.last_decrease_at)
    moments = [*told, *(each.at for each in signals.steps if each.is_of(units))]
    return max((at for at in moments if at is not None and at > largest), default=None)
