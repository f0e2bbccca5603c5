"""Causes that sit in the tables: throttled capacity, throttled indexes, hot partitions."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.dynamodb_table import words
from tidegate.rules.kinds.dynamodb_table.state import Capacity, Table, tables_of
from tidegate.rules.kinds.dynamodb_table.throttle_limits import (
    ThrottleLimit,
    read_limit,
    write_limit,
)
from tidegate.rules.kinds.dynamodb_table.units import (
    is_used_up,
    of_read_units,
    of_units,
    throttled_reads_share,
    throttled_share,
)
from tidegate.rules.kinds.dynamodb_table.warm_throughput import at_warm_reads, at_warm_writes
from tidegate.rules.kinds.odd_minute import judged_by_minutes
from tidegate.rules.kinds.rates import is_repeated
from tidegate.rules.kinds.signals import BURST_SECONDS, RECENT_SECONDS, Signals, rate
from tidegate.rules.reason import Reason

__all__ = ["table_causes", "unavailable_tables"]

_UNAVAILABLE = {
    "INACCESSIBLE_ENCRYPTION_CREDENTIALS": (
        "let DynamoDB use the table's KMS key again: enable the key, and look at its policy and "
        "grants; after seven days without it DynamoDB archives the table"
    ),
    "ARCHIVING": "its KMS key could not be used for seven days: wait until the backup is made",
    "ARCHIVED": (
        "its KMS key could not be used for seven days: delete the table and restore the backup "
        "that DynamoDB has made (ArchivalSummary of DescribeTable)"
    ),
    "DELETING": "create the table again, or take it out of the file",
    "CREATING": "wait until the table is ACTIVE",
}
"""What a person does about a table that can't be written (TableDescription, API reference)."""

HOT_PARTITION_ADVICE = (
    "one partition serves at most 1,000 write and 3,000 read units/s, so more capacity does not "
    "help: spread the hot key over more partition keys (a suffix, or write sharding)"
)

ON_DEMAND_ADVICE = (
    "the table is on demand, so Tidegate does not set its capacity: raise its maximum on-demand "
    "throughput, or increase its warm throughput before a higher peak"
)


def table_causes(signals: Signals) -> Iterator[Diagnosis]:
    """One diagnosis for each table that can't be written, and for each other table or index that
    throttles now."""
    yield from unavailable_tables(signals)
    for table in tables_of(signals.pipeline):
        if table.status in _UNAVAILABLE:
            continue
        for capacity in table.capacities:
            yield from _throttled_writes(signals, table, capacity)
            yield from _throttled_reads(signals, table, capacity)


def unavailable_tables(signals: Signals) -> Iterator[Diagnosis]:
    """The tables whose state lets nothing be written. No metric is needed to know it."""
    for table in tables_of(signals.pipeline):
        advice = _UNAVAILABLE.get(table.status)
        if advice is not None:
            evidence = (words.TABLE_IS(name=table.name, status=table.status),)
            yield Diagnosis(Cause.TABLE_UNAVAILABLE, table.name, evidence, advice=advice)


def _throttled_writes(signals: Signals, table: Table, capacity: Capacity) -> Iterator[Diagnosis]:
    share = throttled_share(signals, capacity)
    if share < signals.thresholds["writes-throttled"]:
        yield from _full(signals, table, capacity)
        return
    series = signals.of(capacity)
    throttled = series.write_throttles.last(RECENT_SECONDS)
    key_range = series.write_key_range_throttles.last(RECENT_SECONDS).total
    limit = write_limit(series, capacity.where) or at_warm_writes(signals, capacity)
    evidence: tuple[Reason, ...] = (
        words.WRITES_THROTTLED(
            resource=_resource(capacity), throttled_writes=throttled.peak or 0, share=share
        ),
        words.UNITS_CONSUMED(
            where=capacity.where,
            of_units=of_units(signals, capacity, RECENT_SECONDS),
        ),
    )
    if limit is not None:
        yield _limited(capacity, evidence, limit, is_odd=not is_repeated(throttled))
        return
    if key_range > signals.thresholds["throttles-of-a-key-range"] * throttled.total:
        evidence += (words.KEY_RANGE_THROTTLED(key_range_throttles=key_range),)
        why = _why_no_key(signals, capacity) if table.is_provisioned else None
        if why is None:
            if is_repeated(series.write_key_range_throttles):
                advice = HOT_PARTITION_ADVICE
                yield Diagnosis(Cause.HOT_KEY, capacity.where, evidence, advice=advice)
            return
        evidence += (why,)
    found = _capacity_diagnosis(table, capacity, evidence, LeverKind.WRITE_CAPACITY)
    yield judged_by_minutes(found, throttled, signals, is_full=is_used_up(signals, capacity))


def _resource(capacity: Capacity) -> str:
    return f"{'table' if capacity.index is None else 'index'} {capacity.where}"


def _why_no_key(signals: Signals, capacity: Capacity) -> Reason | None:
    """Why throttles of a key range show no hot key, None where they do. One key's partition is
    at its limit while units are left; where none are, all partitions may be: each takes 1,000 a
    second, out of the burst as well."""
    consumed = signals.of(capacity).consumed_write_units.last(RECENT_SECONDS)
    increased = capacity.last_increase_at
    if increased is not None and increased > consumed.start:
        return words.RAISED_SINCE(where=capacity.where)
    if is_used_up(signals, capacity):
        return words.UNITS_USED_UP(where=capacity.where)
    return None


def _full(signals: Signals, table: Table, capacity: Capacity) -> Iterator[Diagnosis]:
    consumed = rate(signals.of(capacity).consumed_write_units, seconds=60)
    over = consumed - capacity.write_units
    if not table.is_provisioned or signals.age_growth < 0 or not _lives_on_burst(signals, capacity):
        return
    left = _burst_units(signals, capacity) / over
    if left > signals.thresholds["write-burst-runs-out"]:
        return
    evidence = (
        words.UNITS_CONSUMED(
            where=capacity.where,
            of_units=of_units(signals, capacity, 60),
        ),
        words.BURST_RUNS_OUT(burst_seconds=left),
    )
    yield _capacity_diagnosis(table, capacity, evidence, LeverKind.WRITE_CAPACITY)


def _burst_units(signals: Signals, capacity: Capacity) -> float:
    """Burst credits in write units, at least: what was unused since the last increase, at most for
    300 s (DynamoDB guide, burst capacity). A minute without data saves nothing; one from before a
    decrease, when the units were more, counts as if they had been as few as now, but spends
    nothing."""
    window = signals.of(capacity).consumed_write_units
    units, saved = float(capacity.write_units), 0.0
    for at, consumed in window.points():
        if capacity.last_increase_at is None or at >= capacity.last_increase_at:
            unused = units * window.metric.period_seconds - consumed
            if capacity.last_decrease_at is not None and at < capacity.last_decrease_at:
                unused = max(0.0, unused)
            saved = min(BURST_SECONDS * units, max(0.0, saved + unused))
    return saved


def _lives_on_burst(signals: Signals, capacity: Capacity) -> bool:
    """Whether the newest minute, and the newest three together, consumed more than the units that
    the table had in them."""
    window = signals.of(capacity).consumed_write_units.last(RECENT_SECONDS)
    decreased = capacity.last_decrease_at
    if decreased is not None and window.start < decreased:
        return False
    seconds = window.metric.period_seconds
    mean = window.total / len(window.present) / seconds if window.present else 0.0
    over = 1 + signals.thresholds["writes-throttled"]
    return min(mean, rate(window, seconds=60)) >= over * capacity.write_units


def _throttled_reads(signals: Signals, table: Table, capacity: Capacity) -> Iterator[Diagnosis]:
    series = signals.of(capacity)
    throttled = series.read_throttles.last(RECENT_SECONDS)
    share = throttled_reads_share(signals, capacity)
    if not share or share < signals.thresholds["reads-throttled"]:
        return
    evidence = (
        words.READS_THROTTLED(resource=_resource(capacity), throttled_reads=throttled.peak or 0),
        of_read_units(signals, capacity),
    )
    limit = read_limit(series, capacity.where) or at_warm_reads(signals, capacity)
    if limit is not None:
        yield _limited(capacity, evidence, limit, is_odd=not is_repeated(throttled))
        return
    key_range = series.read_key_range_throttles.last(RECENT_SECONDS)
    if key_range.total > signals.thresholds["throttles-of-a-key-range"] * throttled.total:
        if is_repeated(key_range):
            yield Diagnosis(Cause.HOT_KEY, capacity.where, evidence, advice=HOT_PARTITION_ADVICE)
        return
    found = _capacity_diagnosis(table, capacity, evidence, LeverKind.READ_CAPACITY)
    is_full = rate(series.consumed_read_units) >= capacity.read_units
    yield judged_by_minutes(found, throttled, signals, is_full=is_full)


def _limited(
    capacity: Capacity, evidence: tuple[Reason, ...], limit: ThrottleLimit, *, is_odd: bool
) -> Diagnosis:
    """No lever cures it, whatever the billing mode."""
    cause, told = _cause(capacity), (*evidence, limit.evidence)
    return Diagnosis(cause, capacity.where, told, advice=limit.advice, is_odd=is_odd)


def _cause(capacity: Capacity) -> Cause:
    return Cause.TABLE_THROTTLED if capacity.index is None else Cause.INDEX_THROTTLED


def _capacity_diagnosis(
    table: Table, capacity: Capacity, evidence: tuple[Reason, ...], lever: LeverKind
) -> Diagnosis:
    cause = _cause(capacity)
    if capacity.index is not None:
        evidence += (words.INDEX_THROTTLES_TABLE(table=capacity.table),)
    if not table.is_provisioned:
        return Diagnosis(cause, capacity.where, evidence, advice=ON_DEMAND_ADVICE)
    return Diagnosis(cause, capacity.where, evidence, cured_by=(lever,))
