"""Sentences about tables and their indexes."""

from tidegate.rules.reason import Words

BURST_RUNS_OUT = Words(
    "burst-runs-out",
    "no write is throttled yet, but at this rate burst credits last for only {burst_seconds:,.0f} "
    "s",
)
INDEX_THROTTLES_TABLE = Words(
    "index-throttles-table", "DynamoDB throttles writes to {table} while its index is throttled"
)
KEY_RANGE_THROTTLED = Words(
    "key-range-throttled",
    "{key_range_throttles:,.0f} of the throttled writes exceeded the limit of a key range, not "
    "the capacity of the table",
)
ACCOUNT_LIMIT = Words(
    "account-limit-throttled",
    "{limit_throttles:,.0f} of them exceeded the account's quota of throughput, not the units of "
    "{where}",
)
OWN_MAXIMUM = Words(
    "own-maximum-throttled",
    "{limit_throttles:,.0f} of them exceeded the maximum that {where} itself is set to, on demand",
)
RAISED_SINCE = Words(
    "raised-since",
    "the write capacity of {where} was increased after that, which adds partitions if there were "
    "too few",
)
READS_THROTTLED = Words(
    "reads-throttled",
    "{resource} is throttled: {throttled_reads:,.0f} reads were throttled in one minute",
)
READ_UNITS_CONSUMED = Words(
    "read-units-consumed",
    "{where} is provisioned for {provisioned_rcu:,} RCU and consumed {consumed_rcu:,.0f} RCU",
)
READ_UNITS_ON_DEMAND = Words(
    "read-units-on-demand", "{where} is on demand and consumed {consumed_rcu:,.0f} RCU"
)
READ_UNITS_SINCE_CHANGE = Words(
    "read-units-since-change",
    "{where} consumed {consumed_rcu:,.0f} RCU, and is provisioned for {provisioned_rcu:,} RCU "
    "since {changed_at:%H:%M}",
)
TABLE_IS = Words("table-unavailable", "table {name} is {status}: writes to it fail")
UNITS_CONSUMED = Words("units-consumed", "{where} {of_units}")
UNITS_ON_DEMAND = Words("units-on-demand", "is on demand and consumed {consumed_wcu:,.0f} WCU")
UNITS_OF_PROVISIONED = Words(
    "units-of-provisioned",
    "is provisioned for {provisioned_wcu:,} WCU and consumed {consumed_wcu:,.0f} WCU",
)
UNITS_SINCE_CHANGE = Words(
    "units-since-change",
    "consumed {consumed_wcu:,.0f} WCU, and is provisioned for {provisioned_wcu:,} WCU since "
    "{changed_at:%H:%M}",
)
UNITS_USED_UP = Words(
    "units-used-up",
    "{where} consumed all of its provisioned write capacity: an increase adds partitions",
)
WARM_READS_USED = Words(
    "warm-reads-used",
    "{where} serves {warm_rcu:,} RCU at once (its warm throughput) and consumed "
    "{consumed_rcu:,.0f} RCU",
)
WARM_WRITES_USED = Words(
    "warm-writes-used",
    "{where} serves {warm_wcu:,} WCU at once (its warm throughput) and consumed "
    "{consumed_wcu:,.0f} WCU",
)
WRITES_THROTTLED = Words(
    "writes-throttled",
    "{resource} is throttled: {throttled_writes:,.0f} writes were throttled in one minute "
    "(at least {share:.0%} of the writes attempted)",
)
