"""What is said of the levers of streams."""

from tidegate.rules.reason import Words
from tidegate.scaling.model.reason import ReasonKind

BUDGET_KEPT = Words(
    ReasonKind.BUDGET_KEPT,
    "{left} of {calls_a_day} UpdateShardCount calls are left for 24 hours, and {reserve} are "
    "kept to scale out to {count_max}",
)
BUDGET_SPENT = Words(
    ReasonKind.BUDGET_SPENT, "all {calls_a_day} UpdateShardCount calls of 24 hours are spent"
)
DANGER_IS_OVER = Words("danger-is-over", "the danger is over: {age_name} {age:.0f} s")
DOUBLED_AT_MOST = Words(
    ReasonKind.AWS_LIMIT, "UpdateShardCount at most doubles and at least halves"
)
HOT_SHARD = Words("hot-shard", "{because}")
ON_DEMAND = Words(ReasonKind.ON_DEMAND, "{name} is on demand: its shards are not ours to set")
RECORDS_WILL_EXPIRE = Words(
    "records-will-expire",
    "{age_name} {age:.1f} h of {current} h retention, growing by {age_growth:.0f} s a minute: "
    "unread records would expire",
)
RESOURCE_BUSY = Words(ReasonKind.RESOURCE_BUSY, "{name} is {status}")
RETENTION_RANGE = Words(ReasonKind.AWS_LIMIT, "retention is {hours_min}..{hours_max:,} hours")
SHARDS_AT_MOST = Words(ReasonKind.AWS_LIMIT, "UpdateShardCount ends at {shards_max:,} shards")
SHARDS_BY_BYTES = Words("shards-by-bytes", "{size:.2f} MiB/s at {use:.0%} use")
SHARDS_BY_READS = Words(
    "shards-by-reads", "{readers} consumers share 2 MiB/s of each shard at {use:.0%} use"
)
SHARDS_BY_RECORDS = Words("shards-by-records", "{load} at {use:.0%} use")
SPLIT_INSTEAD = Words(
    "split-instead",
    "{because}; UpdateShardCount can't be called now, and a split isn't under its daily limit",
)
SPLIT_KEPT = Words(
    ReasonKind.SPLIT_KEPT, "{name} was split for a hot shard, and UpdateShardCount would undo that"
)
SPLIT_REFUSED = Words(ReasonKind.REFUSED, "AWS refused it lately: {refusal}")
UPDATE_REFUSED = Words(
    ReasonKind.REFUSED,
    "AWS refused UpdateShardCount ({refusal}): {made} of {calls_a_day} calls of 24 hours are "
    "known to be made, so others made the rest, or it is another limit, such as the account's "
    "shards",
)
