"""Sentences about functions and their event source mappings."""

from tidegate.rules.reason import Words

AGE_GROWS = Words(
    "age-grows",
    "the iterator age is {age_seconds:.0f} s and grows by {seconds_per_minute:.0f} s per minute",
)
AGE_FALLS = Words(
    "age-falls",
    "the iterator age is {age_seconds:.0f} s and falls by {seconds_per_minute:.0f} s per minute, "
    "for longer than a backlog may take",
)
BATCH_BLOCKS_SHARD = Words(
    "batch-blocks-shard",
    "the iterator age grows by {seconds_per_minute:.0f} s per minute: Lambda retries the failed "
    "batch, which blocks its shard",
)
BATCHES_PASS_LATER = Words(
    "batches-pass-later",
    "no batch fails each time: the iterator age grew by {seconds_per_minute:.0f} s per minute "
    "meanwhile, and behind a batch that blocks its shard it grows by 60 s",
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
EXECUTIONS_BUSY_OF_PARENTS = Words(
    "executions-busy-of-parents",
    "{name} uses {busy_executions:.1f} of {executions} concurrent executions: the shards from "
    "before the change at {changed_at:%H:%M} (shard count {shard_count}) are read to the end "
    "before the new ones are",
)
EXECUTIONS_OF_MAPPINGS = Words(
    "executions-of-mappings",
    "{executions_in_use}: it has {mappings} event source mappings on this stream, each of which "
    "reads every record",
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
STATE_REASON = Words("state-reason", "AWS gives as the reason of that state of {name}: {reason}")
FILTER_NOT_APPLIED = Words(
    "filter-not-applied",
    "Lambda can't apply the filter criteria of the event source mapping of {name} and hands no "
    "record on: {error}",
)
FUNCTION_FAILED = Words(
    "function-failed", "the function {name} is in the state Failed and can't be invoked: {failure}"
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
READ_BY_FEWER = Words(
    "read-by-fewer",
    "{mappings} event source mappings of {name} share the stream's reads, and one of them does not "
    "read: {read:,.0f} records were read, and {came:,.0f} that came in make {needed:,.0f} reads",
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
DROPPED_COUNTED = Words(
    "dropped-counted",
    "the event source mapping of {name} counted {dropped:,.0f} dropped records, and {kept:,.0f} "
    "given to its on-failure destination, in {minutes} min",
)
FAILED_AND_DISCARDED = Words(
    "failed-and-discarded",
    "{failed:,.0f} of {invocations:,.0f} invocations of {name} failed in {minutes} min, and its "
    "event source mapping discards a batch {limit}",
)
DROPPED_AT_LEAST = Words(
    "dropped-at-least", "{failing}: at least {records:,.0f} records were discarded"
)
DROPPED_AT_MOST = Words(
    "dropped-at-most",
    "{failing}: up to {records:,.0f} records were discarded, fewer where a retry succeeded",
)
DISCARDED_UNREAD = Words(
    "discarded-unread",
    "the event source mapping of {name} discards records that are {limit_seconds} s old, and the "
    "iterator age stays at that limit: at least {records:,.0f} records were discarded unread in "
    "{minutes} min",
)
NOTHING_KEEPS_THEM = Words(
    "nothing-keeps-them",
    "the event source mapping of {name} has no on-failure destination: what it discards is lost",
)
DESTINATION_KEEPS_THEM = Words(
    "destination-keeps-them",
    "the on-failure destination {destination} is told of each discarded batch, so that its records "
    "are not lost; the stream keeps them for {hours} h",
)
NEARLY_ALL_FAIL = Words(
    "nearly-all-fail",
    "{failed:.0%} of the invocations of {name} fail since {since:%H:%M}; {before:.1%} failed in "
    "the {minutes} min before",
)
ALL_FAIL_FOR_LONG = Words(
    "all-fail-for-long",
    "{failed:.0%} of the invocations of {name} fail since {since:%H:%M} or longer",
)
MEMORY_USED_UP = Words(
    "memory-used-up",
    "since then an invocation of {name} uses {memory_percent:.0f}% of its {memory_megabytes:,} MB",
)
TAKES_LONGER = Words(
    "takes-longer",
    "{name} was changed at {changed:%H:%M}, and takes {times:.1f} times as long for each record "
    "since then, for each batch as well",
)
FUNCTION_CHANGED = Words("function-changed", "{name} was changed at {changed:%H:%M}")
MORE_WAIT_FOR_LESS = Words(
    "more-wait-for-less",
    "since the change of {moment:%H:%M} {busy:.1f} executions of {name} are busy where "
    "{busy_before:.1f} were, and read {records_per_second:,.0f} records/s where they read "
    "{records_per_second_before:,.0f}: each record takes {times:.1f} times as long",
)
SERVICE_IS_FULL = Words(
    "service-is-full",
    "no table of {name} is throttled, so that it waits for something else that it calls",
)
READS_AGAIN = Words(
    "reads-again",
    "{name} reads old records since {at:%H:%M}, the oldest from {since:%m-%d %H:%M}: the age of "
    "what it reads went from {before:.0f} s to {age:,.0f} s, faster than time passes",
)
MAPPING_CHANGED = Words(
    "mapping-changed",
    "the event source mapping of {name} was made or changed at {changed:%H:%M}",
)
CAUGHT_UP_AT = Words(
    "caught-up-at", "as fast as until now it has caught up at {at:%H:%M}, in {minutes:.0f} min"
)
NO_ATTEMPT_SUCCEEDS = Words(
    "no-attempt-succeeds",
    "the event source mapping of {name} could not invoke it for any of {records:,.0f} records in "
    "{minutes} min, and the function was not invoked",
)
EVERY_RECORD_COUNTED = Words(
    "every-record-counted",
    "counted for {name}: of {incoming:,.0f} records that came in in {minutes} min its event source "
    "mapping read {polled:,.0f}, left {filtered:,.0f} out and had {succeeded:,.0f} processed",
)
NOT_POLLED = Words(
    "not-polled",
    "the event source mapping of {name} read {polled:,.0f} of {incoming:,.0f} records that came in "
    "in {minutes} min",
)
NOT_HANDED_ON = Words(
    "not-handed-on",
    "the event source mapping of {name} read {records:,.0f} records in {minutes} min that its "
    "filter did not leave out and that {name} was not invoked for",
)
NOT_WRITTEN = Words(
    "not-written",
    "nothing is written to {where} since {since:%H:%M}, though invocations of {name} go on and "
    "succeed as when it was written",
)
EVERY_INVOCATION_FAILS = Words(
    "every-invocation-fails", "all of the newest {failed:,.0f} invocations of {name} failed"
)
READING_NOT_SHOWN = Words(
    "reading-not-shown",
    "no metric shows that {name} reads",
)
