"""Throttles of what a table on demand serves at once: more than its warm throughput it only serves
as DynamoDB adapts to the traffic. One that is provisioned serves no less than its units (DynamoDB
guide, warm throughput), whatever a description from before they were raised says."""

from tidegate.rules.kinds.dynamodb_table import words
from tidegate.rules.kinds.dynamodb_table.state import Capacity, WarmThroughput
from tidegate.rules.kinds.dynamodb_table.throttle_limits import ThrottleLimit
from tidegate.rules.kinds.rates import rate
from tidegate.rules.kinds.signals import Signals

__all__ = ["at_warm_reads", "at_warm_writes"]

WAIT = "the warm throughput of {where} is being raised: wait until its status is ACTIVE"
PRE_WARM = (
    "raise the warm throughput of {where} to what is attempted ({call}; charged once, never "
    "lowered), or wait: DynamoDB raises it as the traffic grows"
)


def at_warm_writes(signals: Signals, capacity: Capacity) -> ThrottleLimit | None:
    """Whether all that a table or index on demand writes at once is used. None where AWS doesn't
    tell its warm throughput."""
    warm, used = capacity.warm, rate(signals.of(capacity).consumed_write_units)
    if warm is None or not _is_used(signals, used, warm.write_units, capacity.write_units):
        return None
    told = words.WARM_WRITES_USED(
        where=capacity.where, warm_wcu=warm.write_units, consumed_wcu=used
    )
    return ThrottleLimit(told, _advice(capacity, warm, "WriteUnitsPerSecond"))


def at_warm_reads(signals: Signals, capacity: Capacity) -> ThrottleLimit | None:
    """The same of reads."""
    warm, used = capacity.warm, rate(signals.of(capacity).consumed_read_units)
    if warm is None or not _is_used(signals, used, warm.read_units, capacity.read_units):
        return None
    told = words.WARM_READS_USED(where=capacity.where, warm_rcu=warm.read_units, consumed_rcu=used)
    return ThrottleLimit(told, _advice(capacity, warm, "ReadUnitsPerSecond"))


def _is_used(signals: Signals, used: float, warm: int, provisioned: int) -> bool:
    """By the share of units from which on they count as used up; on demand 0 are provisioned."""
    share = signals.thresholds["write-capacity-exhausted"]
    return not provisioned and 0 < share * warm <= used


def _advice(capacity: Capacity, warm: WarmThroughput, units: str) -> str:
    if warm.is_updating:
        return WAIT.format(where=capacity.where)
    wanted = f"{units}=..."
    call = f"aws dynamodb update-table --table-name {capacity.table} "
    if capacity.index is None:
        call += f"--warm-throughput {wanted}"
    else:
        update = f"Update={{IndexName={capacity.index},WarmThroughput={{{wanted}}}}}"
        call += f"--global-secondary-index-updates '{update}'"
    return PRE_WARM.format(where=capacity.where, call=call)
