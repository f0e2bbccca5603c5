"""Sentences about the levers of streams."""

from tidegate.rules.reason import Words
from tidegate.scaling.model.reason import ReasonKind

BUDGET_KEPT = Words(
    ReasonKind.BUDGET_KEPT,
    "{left} of the {calls_a_day} UpdateShardCount calls per 24 hours are left, and {reserve} are "
    "reserved to scale out to {limit_shards} shards",
)
BUDGET_SPENT = Words(
    ReasonKind.BUDGET_SPENT, "all {calls_a_day} UpdateShardCount calls per 24 hours are used"
)
CLOSES_WINDOWS = Words(
    ReasonKind.CLOSES_WINDOWS,
    "a change of the shards closes the tumbling windows ({window} s) of {name} early, and the "
    "pipeline file has closing_windows: {consent} for it",
)
DANGER_IS_OVER = Words(
    "danger-is-over",
    "unread records no longer risk to expire: the {age_name} is {age_seconds:.0f} s",
)
DOUBLED_AT_MOST = Words(
    ReasonKind.AWS_LIMIT, "one UpdateShardCount call can at most double or halve the shard count"
)
HOT_SHARD = Words("hot-shard", "{because}")
IN_VAIN_AFTER_PARENTS = Words(
    ReasonKind.INEFFECTIVE,
    "the increase of the {lever:words} from {from_:,} to {to:,} at {begun_at:%H:%M} did not help: "
    "{before:,.0f} {what} while the parent shards were read and {since:,.0f} after that, at "
    "{newest_at:%H:%M}",
)
ON_DEMAND = Words(ReasonKind.ON_DEMAND, "stream {name} is on demand, so AWS sets its shard count")
PARENTS_UNREAD = Words(
    ReasonKind.EFFECT_PENDING,
    "the increase of the {lever:words} at {begun_at:%H:%M} has no visible effect yet: the oldest "
    "unread record is from before it, and waits in a parent shard, which is read to the end before "
    "the new shards are",
)
RECORDS_WILL_EXPIRE = Words(
    "records-will-expire",
    "the {age_name} is {age_hours:.1f} h of {retention_hours} h retention and grows by "
    "{seconds_per_minute:.0f} s per minute, so unread records would expire",
)
RESOURCE_BUSY = Words(ReasonKind.RESOURCE_BUSY, "{name} is {status}")
RETENTION_RANGE = Words(
    ReasonKind.AWS_LIMIT, "the retention period can be {hours_min} to {hours_max:,} hours"
)
SECOND_OWNER = Words(
    ReasonKind.SECOND_OWNER,
    "someone else changed the shards of {name} {changes} times in 24 hours, last from {before:,} "
    "to {after:,} at {at:%H:%M}: they have had a second owner since {since:%Y-%m-%d %H:%M} UTC, "
    "and two owners undo each other's changes, so Tidegate makes none before "
    "{until:%Y-%m-%d %H:%M} UTC: let only one of them own the shard count",
)
SHARDS_AT_MOST = Words(
    ReasonKind.AWS_LIMIT, "UpdateShardCount allows at most {limit_shards:,} shards"
)
SHARDS_BY_BYTES = Words(
    "shards-by-bytes",
    "{mib_per_second:.2f} MiB/s need shards of 1 MiB/s each at a target utilization of "
    "{target_utilization:.0%}",
)
SHARDS_BY_READS = Words(
    "shards-by-reads",
    "{consumers} consumers share 2 MiB/s of each shard at a target utilization of "
    "{target_utilization:.0%}",
)
SHARDS_BY_RECORDS = Words(
    "shards-by-records",
    "{load} need shards of {shard_limit:,} records/s each at a target utilization of "
    "{target_utilization:.0%}",
)
SPLIT_INSTEAD = Words(
    "split-instead",
    "{because}; UpdateShardCount cannot be called now, and SplitShard has no daily limit",
)
SPLIT_TOWARDS = Words(
    "split-towards",
    "{because}: one split adds one shard, and {left:,} more shard{plural} of the {wanted:,} that "
    "are needed will still be missing",
)
SPLIT_KEPT = Words(
    ReasonKind.SPLIT_KEPT,
    "{name} was split for a hot shard, and UpdateShardCount would undo the split",
)
SPLIT_REFUSED = Words(
    ReasonKind.REFUSED, "AWS refused SplitShard in the last {minutes:.0f} min: {refusal}"
)
UPDATE_REFUSED = Words(
    ReasonKind.REFUSED,
    "AWS refused UpdateShardCount ({refusal}), although only {calls_made} of {calls_a_day} calls "
    "in 24 hours are known: other callers made the rest, or another limit applies, such as the "
    "shard quota of the account",
)
