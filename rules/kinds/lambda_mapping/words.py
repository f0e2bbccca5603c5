"""Sentences about functions and their event source mappings."""

from tidegate.rules.reason import Words

AGE_GROWS = Words(
    "age-grows",
    "the iterator age is {age_seconds:.0f} s and grows by {seconds_per_minute:.0f} s per minute",
)
BATCH_BLOCKS_SHARD = Words(
    "batch-blocks-shard",
    "the iterator age grows by {seconds_per_minute:.0f} s per minute: Lambda retries the failed "
    "batch, which blocks its shard",
)
BATCHES_FAILED = Words(
    "batches-failed",
    "{failed_invocations:,.0f} of {invocations:,.0f} invocations of {name} failed in {minutes} min",
)
EXECUTIONS_BUSY = Words(
    "executions-busy",
    "{busy_executions:.1f} of {executions} concurrent executions of {name} are busy",
)
EXECUTIONS_BUSY_OF_SHARDS = Words(
    "executions-busy-of-shards",
    "{executions_in_use} (shard count {shard_count} x parallelization factor "
    "{parallelization_factor})",
)
EXECUTIONS_CAPPED = Words(
    "executions-capped",
    "the event source mapping asks for up to {executions} concurrent executions (shard count x "
    "parallelization factor), and the limit is {limit}",
)
INVOCATIONS_FAILED = Words(
    "invocations-failed",
    "{failed_invocations:,.0f} invocations of {name} failed in {minutes} min",
)
INVOCATIONS_THROTTLED = Words(
    "invocations-throttled",
    "Lambda throttled {throttled_invocations:,.0f} invocations of {name} in {minutes} min",
)
LONGEST_INVOCATION = Words(
    "longest-invocation",
    "the longest invocation of {name} took {longest_seconds:.1f} s, with a timeout of "
    "{timeout_seconds} s",
)
MAPPING_DISABLED = Words(
    "mapping-disabled", "the event source mapping of {name} is {state} and reads no records"
)
NOTHING_FAILS = Words("nothing-fails", "no table is throttled and no batch fails")
NOT_THE_TABLE = Words(
    "not-the-table", "no table is throttled, so the cause is the batch or the function itself"
)
NOT_THE_TIMEOUT = Words(
    "not-the-timeout",
    "the longest invocation took {longest_seconds:.1f} s, with a timeout of {timeout_seconds} s, "
    "so the timeout is not the cause",
)
