"""What is said of the levers of tables."""

from tidegate.rules.reason import Words
from tidegate.scaling.model.reason import ReasonKind

BUDGET_KEPT = Words(
    ReasonKind.BUDGET_KEPT,
    "{used} decreases of {where} today: the next is allowed an hour after the last, at "
    "{last:%H:%M}",
)
BUDGET_SPENT = Words(
    ReasonKind.BUDGET_SPENT, "all {decreases_max} decreases of {where} are spent today"
)
BURST_BEARS_THE_SPIKES = Words(
    "burst-bears-the-spikes",
    "the burst of {units:,} units bears what came and went in the last six hours; following it "
    "takes {of_record:,.0f}",
)
BURST_ENDS = Words("burst-ends", "the burst saved up would end before a later change is in effect")
FORECAST_NEEDS_PARTITIONS = Words("forecast-needs-partitions", "{because}; {split}")
FORECAST_PARTLY_FROM_BURST = Words(
    "forecast-partly-from-burst",
    "{because}, {units:,} of them out of the burst saved up if they come",
)
ON_DEMAND = Words(ReasonKind.ON_DEMAND, "{name} is on demand: its capacity is not ours to set")
OWNERS_UNKNOWN = Words(
    ReasonKind.SECOND_OWNER,
    "whether DynamoDB's own auto scaling sets {lever} too is not known, so Tidegate does not "
    "move it: {unread}",
)
REPLICATED = Words(
    ReasonKind.SECOND_OWNER,
    "{table} is a global table (replicas in {regions}): its write capacity must be the same in "
    "every region and is set by DynamoDB's own auto scaling, so Tidegate does not move it",
)
RESOURCE_BUSY = Words(ReasonKind.RESOURCE_BUSY, "{name} is {busy}")
SCALED_TOO = Words(
    ReasonKind.SECOND_OWNER,
    "{lever} is also a scalable target of DynamoDB's own auto scaling ({min:,}..{max:,}), so "
    "Tidegate does not move it",
)
STILL_THROTTLED = Words("still-throttled", "{where} throttles at {current:,} units: twice as much")
TOO_FEW_PARTITIONS = Words(
    "too-few-partitions", "its partitions take {taken:,.0f} units a second, burst included"
)
UNITS_FOR_THE_LOAD = Words(
    "units-for-the-load", "{load} x {units:.2f} units each, at {utilization:.0%} use{drain}"
)
UNITS_FOR_THE_REFUSED = Words(
    "units-for-the-refused",
    "{where} refuses {refused:,.1f} requests/s at {units:,} units, which the records of the stream "
    "do not explain",
)
