"""What is said of tables and their indexes."""

from tidegate.rules.reason import Words

BURST_RUNS_OUT = Words(
    "burst-runs-out",
    "nothing is throttled yet, but the burst that it has saved up lasts {left:,.0f} s more",
)
CONSUMED_BY = Words("units-consumed", "{where} consumed {of_units}")
INDEX_THROTTLES_TABLE = Words(
    "index-throttles-table", "a throttled index throttles every write to {table}"
)
KEY_RANGE_THROTTLED = Words(
    "key-range-throttled", "{key_range:,.0f} of the throttles were of a key range, not of the table"
)
RAISED_SINCE = Words(
    "raised-since", "{where} was raised since: that brings more partitions, if it had too few"
)
READS_THROTTLED = Words("reads-throttled", "{where} throttled {peak:,.0f} reads in a minute")
READ_UNITS_CONSUMED = Words(
    "read-units-consumed",
    "it consumed {rate:,.0f} of {read_units:,} provisioned read units a second",
)
TABLE_IS = Words("table-unavailable", "table {name} is {status}: writes to it fail")
UNITS_CONSUMED = Words("units-consumed", "it consumed {of_units}")
UNITS_OF_PROVISIONED = Words(
    "units-of-provisioned", "{consumed:,.0f} of {write_units:,} provisioned write units a second"
)
UNITS_SINCE_CHANGE = Words("units-since-change", "{consumed:,.0f} write units a second; {units}")
UNITS_USED_UP = Words(
    "units-used-up", "the units of {where} were used up: more of them bring more partitions"
)
WRITES_THROTTLED = Words(
    "writes-throttled",
    "{where} throttled {peak:,.0f} writes in a minute ({share:.0%} of those attempted)",
)
