"""Sentences about the levers of tables."""

from tidegate.rules.reason import Words
from tidegate.scaling.model.reason import ReasonKind

BUDGET_KEPT = Words(
    ReasonKind.BUDGET_KEPT,
    "the capacity of {where} was decreased {decreases} times today, and the next decrease is "
    "allowed an hour after the last, at {next_at:%H:%M}",
)
BUDGET_SPENT = Words(
    ReasonKind.BUDGET_SPENT, "all {limit_decreases} decreases of {where} per day are used"
)
BURST_BEARS_THE_SPIKES = Words(
    "burst-bears-the-spikes",
    "with {provisioned_wcu:,} WCU the burst credits cover the spikes of the last six hours; "
    "following the spikes would take {following_wcu:,.0f} WCU",
)
BURST_ENDS = Words("burst-ends", "burst credits would run out before a later change takes effect")
FORECAST_NEEDS_PARTITIONS = Words("forecast-needs-partitions", "{because}; {split}")
FORECAST_PARTLY_FROM_BURST = Words(
    "forecast-partly-from-burst",
    "{because}, and burst credits can cover {burst_wcu:,} write units/s of that",
)
ON_DEMAND = Words(ReasonKind.ON_DEMAND, "table {name} is on demand, so DynamoDB sets its capacity")
OWNERS_UNKNOWN = Words(
    ReasonKind.SECOND_OWNER,
    "Tidegate does not change the {lever:words}, because it could not be read whether DynamoDB "
    "auto scaling changes it too: {unread}",
)
REFUSED = Words(
    ReasonKind.REFUSED, "AWS refused a change of {name} for a limit within the hour: {refusal}"
)
REPLICATED = Words(
    ReasonKind.SECOND_OWNER,
    "{table} is a global table (replicas in {regions}): its write capacity must be the same in "
    "every region and is set by DynamoDB auto scaling, so Tidegate does not change it",
)
RESOURCE_BUSY = Words(ReasonKind.RESOURCE_BUSY, "{name} is {status}")
SCALED_TOO = Words(
    ReasonKind.SECOND_OWNER,
    "the {lever:words} is also a scalable target of DynamoDB auto scaling ({min:,} to {max:,} "
    "units), so Tidegate does not change it",
)
STILL_THROTTLED = Words(
    "still-throttled", "{where} is still throttled at {units:,} units/s, so its capacity is doubled"
)
TOO_FEW_PARTITIONS = Words(
    "too-few-partitions",
    "the partitions of {where} serve at most {limit_units:,.0f} write units/s, burst credits "
    "included",
)
UNITS_ALL_OF_THE_LOAD = Words(
    "units-all-of-the-load",
    "{load} need {units_per_record:.2f} {unit} each at a target utilization of "
    "{target_utilization:.0%} (all use is counted as the stream's, whose load had not varied)"
    "{drain}",
)
UNITS_BESIDE_BASE_LOAD = Words(
    "units-beside-base-load",
    "{load} need {units_per_record:.2f} {unit} each, and a base load of {base_units:,.1f} {unit} "
    "that does not follow the stream, at a target utilization of {target_utilization:.0%}{drain}",
)
UNITS_FOR_THE_LOAD = Words(
    "units-for-the-load",
    "{load} need {units_per_record:.2f} {unit} each at a target utilization of "
    "{target_utilization:.0%}{drain}",
)
UNITS_NOT_SHOWN = Words(
    "units-not-shown",
    "a base load of {base_units:,.1f} {unit} at a target utilization of {target_utilization:.0%} "
    "(none of it is counted as the stream's: the stream's load has not varied)",
)
UNITS_OF_BASE_LOAD = Words(
    "units-of-base-load",
    "a base load of {base_units:,.1f} {unit}, which does not follow the stream, at a target "
    "utilization of {target_utilization:.0%}",
)
UNITS_FOR_THE_REFUSED = Words(
    "units-for-the-refused",
    "{where} refuses {refused:,.1f} requests/s at {units:,} units, which the records of the stream "
    "do not explain",
)
