"""Units of a table or an index that are used up, and what is refused without them."""

from tidegate.rules.graph import Resource
from tidegate.rules.kinds.dynamodb_table.state import Capacity, Table
from tidegate.rules.kinds.rates import rate, share
from tidegate.rules.kinds.signals import Signals

__all__ = ["is_throttled", "is_used_up", "throttled_reads_share", "throttled_share"]


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
