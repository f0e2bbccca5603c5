"""What is said of functions and their event source mappings."""

from tidegate.rules.reason import Words

AGE_GROWS = Words(
    "age-grows", "the iterator age is {age_seconds:.0f} s, growing by {age_growth:.0f} s a minute"
)
BATCH_BLOCKS_SHARD = Words(
    "batch-blocks-shard",
    "the iterator age grows by {age_growth:.0f} s a minute: the batch is retried and blocks "
    "its shard",
)
EXECUTIONS_BUSY = Words(
    "executions-busy", "{name} is busy {busy_concurrency:.1f} of {executions} concurrent executions"
)
EXECUTIONS_BUSY_OF_SHARDS = Words(
    "executions-busy-of-shards",
    "{executions_in_use} (shards {shard_count} x factor {parallelization_factor})",
)
EXECUTIONS_CAPPED = Words(
    "executions-capped",
    "the mapping asks for up to {executions} concurrent executions (shards x factor); the cap is "
    "{owner}",
)
INVOCATIONS_FAILED = Words("invocations-failed", "{errors:,.0f} invocations failed in {len} min")
BATCHES_FAILED = Words(
    "batches-failed",
    "{total:,.0f} of {invocations:,.0f} invocations of {name} failed in {len} min",
)
INVOCATIONS_THROTTLED = Words(
    "invocations-throttled", "Lambda throttled {total:,.0f} invocations of {name} in {len} min"
)
LONGEST_INVOCATION = Words(
    "longest-invocation", "the longest invocation took {max:.1f} s of the {timeout} s timeout"
)
MAPPING_DISABLED = Words(
    "mapping-disabled", "the event source mapping of {name} is {state}: nothing is read"
)
NOTHING_FAILS = Words("nothing-fails", "no table throttles and no batch fails")
NOT_THE_TABLE = Words(
    "not-the-table", "no table throttles, so it is the batch or the function itself"
)
NOT_THE_TIMEOUT = Words(
    "not-the-timeout", "the longest took {longest:.1f} s of {timeout} s, so it is not the timeout"
)
NOT_INVOKED_SINCE = Words(
    "not-invoked-since",
    "{name} was not invoked for {records:,.0f} records that came in since {since:%H:%M}",
)
STREAM_IS_READ = Words(
    "stream-is-read", "someone reads the stream, and whether {name} does is not told by any metric"
)
STREAM_IS_UNREAD = Words(
    "stream-is-unread", "GetRecords returned no record to any reader since then"
)
LAST_RESULT = Words(
    "last-result", "the last result of the event source mapping of {name} is: {result}"
)
INVOKED_FOR_RECORDS = Words(
    "invoked-for-records",
    "inferred for {name}: it was invoked {invocations:,.0f} times in {minutes} min",
)
READ_AND_FILTERED = Words(
    "read-and-filtered",
    "inferred for {name}: {records:,.0f} records were read in {minutes} min, which its filter may "
    "leave out",
)
READER_IDLE = Words(
    "reader-idle", "idle for {name}: no record waits for it, and its mapping is in order"
)
INVOCATIONS_WITHOUT_PROGRESS = Words(
    "invocations-without-progress",
    "{name} was invoked {invocations:,.0f} times in {minutes} min without an error, yet the age of "
    "the oldest record grows by {age_growth:.0f} s a minute: that record is not done",
)
RECORDS_REPORTED_AS_FAILED = Words(
    "records-reported-as-failed",
    "its mapping has ReportBatchItemFailures, so that a batch which is retried from a failed "
    "record on counts as a success; {records:,.0f} new records were read meanwhile",
)
WINDOW_EXPLAINS_AGE = Words(
    "window-explains-age",
    "the batching window of {name} is {window} s: records wait so long for a batch, which is the "
    "iterator age of {age:.0f} s; the objective is {objective:.0f} s",
)
ONE_BATCH_A_SHARD = Words(
    "one-batch-a-shard",
    "{executions_in_use}: with a tumbling window ({window} s) each shard has one batch at a time, "
    "whatever the factor; more shards help, and end the windows that are open",
)
OTHER_SOURCES = Words(
    "other-sources",
    "{name} has other event sources ({others}), whose invocations are among its metrics; "
    "records of this stream wait for it",
)
