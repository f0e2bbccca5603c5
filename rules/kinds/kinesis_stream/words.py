"""What is said of streams."""

from tidegate.rules.reason import Words

AGE_GROWS = Words("age-grows", "the iterator age grows by {age_growth:.0f} s a minute")
BYTES_COME_IN = Words(
    "bytes-come-in",
    "{rate:.2f} MiB/s come in, {by_bytes:.0%} of what the shards take ({shards} x 1 MiB/s); in "
    "records it is only {by_records:.0%}",
)
EXECUTIONS_IDLE = Words("executions-idle", "{busy}, yet {symptom}")
PRODUCERS_REFUSED = Words(
    "producers-refused", "{producers_throttled:.1%} of records are refused to producers"
)
PRODUCERS_SOON_REFUSED = Words(
    "producers-soon-refused", "producers will be refused as soon as it grows"
)
READS_REFUSED = Words("reads-refused", "{total:,.0f} reads were refused in {len} min")
RECORDS_COME_IN = Words(
    "records-come-in",
    "{rate:,.0f} records/s come in, {by_records:.0%} of what the shards take ({shards} x "
    "{shard_records_per_second:,} records/s)",
)
SHARD_SHARE = Words("shard-share", "{shard_id} takes {excess:.1f} times its share of the records")
SHARED_READ_LIMIT = Words(
    "shared-read-limit", "standard consumers share 2 MiB/s and 5 reads/s of each shard"
)
STREAM_HAS_HEADROOM = Words(
    "stream-has-headroom", "as a whole it has room: single shards, or seconds, are over the limit"
)
STREAM_USE = Words(
    "stream-use", "the stream as a whole is used to {utilization:.0%}, yet {symptom}"
)
TOP_KEY = Words(
    "top-key", "{top_share:.0%} of the sampled records of {shard_id} have the key {key!r}"
)
TOP_KEY_SHARE = Words(
    "top-key-share", "its most frequent key has only {top_share:.0%}, so a split helps"
)
