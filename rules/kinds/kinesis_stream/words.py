"""Sentences about streams."""

from tidegate.rules.reason import Words

AGE_GROWS = Words("age-grows", "the iterator age grows by {seconds_per_minute:.0f} s per minute")
BYTES_COME_IN = Words(
    "bytes-come-in",
    "{mib_per_second:.2f} MiB/s arrive, {by_bytes:.0%} of the stream's limit ({shards} x 1 MiB/s "
    "per shard); by number of records the stream is at only {by_records:.0%} of its limit",
)
EXECUTIONS_IDLE = Words("executions-idle", "{busy}, but {symptom}")
PRODUCERS_REFUSED = Words(
    "producers-refused",
    "{throttled_share:.1%} of the records that producers send are throttled",
)
PRODUCERS_SOON_REFUSED = Words(
    "producers-soon-refused", "producers will be throttled if the load grows further"
)
READS_REFUSED = Words(
    "reads-refused", "{throttled_reads:,.0f} reads of {name} were throttled in {minutes} min"
)
RECORDS_COME_IN = Words(
    "records-come-in",
    "{records_per_second:,.0f} records/s arrive, {by_records:.0%} of the stream's limit ({shards} "
    "x {shard_records_per_second:,} records/s per shard)",
)
SHARD_SHARE = Words(
    "shard-share",
    "{shard_id} receives {times:.1f} times as many records as its share of the key space",
)
SHARED_READ_LIMIT = Words(
    "shared-read-limit",
    "standard consumers share 2 MiB/s and 5 GetRecords calls/s of each shard",
)
STREAM_HAS_HEADROOM = Words(
    "stream-has-headroom",
    "the stream as a whole has headroom: single shards, or single seconds, exceed the limit",
)
STREAM_USE = Words(
    "stream-use", "the stream as a whole is at {utilization:.0%} of its limit, but {symptom}"
)
TOP_KEY = Words(
    "top-key",
    "{top_share:.0%} of the records sampled from {shard_id} have the partition key {key!r}",
)
AGGREGATED = Words(
    "aggregated",
    "{aggregated:.0%} of the records sampled are aggregates of the Kinesis Producer Library: the "
    "partition key is theirs, not that of the user records in them",
)
TOP_KEY_SHARE = Words(
    "top-key-share",
    "the most frequent partition key has only {top_share:.0%} of the records of {shard_id}, so a "
    "split helps",
)
RECORDS_EXPIRE = Words(
    "records-expire",
    "the oldest unread record is {age_seconds:,.0f} s old, which is the retention of {hours} h: "
    "records expire unread, as many as came in {hours} h ago; how many no metric tells",
)
AGAINST_THE_USUAL = Words(
    "against-the-usual",
    "{name}: {records_per_second:,.0f} records/s where {least:,.0f} to {most:,.0f} are usual at "
    "this time (by {days} other days), since {since:%H:%M}",
)
AGAINST_THE_USUAL_RATE = Words(
    "against-the-usual-rate",
    "{name}: {records_per_second:,.0f} records/s where {usual:,.0f} are usual at this time (by "
    "{days} other days), since {since:%H:%M}",
)
PUTS_SUCCEED = Words(
    "puts-succeed",
    "{share:.0%} of the calls that put records succeed: it is the producers, not the stream",
)
PUTS_FAIL = Words(
    "puts-fail",
    "only {share:.0%} of the calls that put records succeed: the producers are not let in",
)
PUTS_FAIL_UNREFUSED = Words(
    "puts-fail-unrefused",
    "only {share:.0%} of the calls that put records succeed, for {minutes} min, and the stream did "
    "not refuse them: it is not full",
)
PUTS_REFUSED = Words("puts-refused", "the stream refused {records:,.0f} records in 3 min")
PUTS_UNSEEN = Words("puts-unseen", "no metric tells of calls that put records")
OTHERS_BEHIND = Words(
    "others-behind",
    "a reader of {name} is {age_seconds:,.0f} s behind, and the pipeline's own readers are at most "
    "{own_seconds:,.0f} s behind",
)
PARENTS_ARE_READ = Words(
    "parents-are-read",
    "the oldest unread record is from before the change of the shards at {changed_at:%H:%M}: their "
    "parents are read to the end before the new shards are",
)
READERS_KEEP_UP = Words(
    "readers-keep-up",
    "each reader in the pipeline file shows by its own metrics that it keeps up, so the late "
    "reader is another one",
)
READ_BY_OTHERS = Words(
    "read-by-others",
    "more is read than the readers in the pipeline file read, so the late reader is another one",
)
