"""The partition keys of a shard's newest records."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from hashlib import md5
from typing import Any

from tidegate.rules.kinds.kinesis_stream.state import KeySample, SampleKeys
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.kinds.kinesis_stream.described import service

__all__ = ["ANSWERS", "key_sample"]

SAMPLED_RECORDS_MAX = 1000

MAGIC, DIGEST_BYTES = b"\xf3\x89\x9a\xc2", 16
"""Of a record that the Kinesis Producer Library aggregated (its aggregation format)."""


def key_sample(question: SampleKeys, clients: Clients) -> KeySample:
    """Of at most a thousand records, from one GetRecords call. Raises CloudError."""
    kinesis, stream = service(clients), question.stream
    with asking("kinesis:GetShardIterator", stream):
        iterator = kinesis.get_shard_iterator(
            StreamName=stream,
            ShardId=question.shard_id,
            ShardIteratorType="AT_TIMESTAMP",
            Timestamp=question.until - timedelta(seconds=question.seconds),
        )["ShardIterator"]
    with asking("kinesis:GetRecords", stream):
        records = kinesis.get_records(ShardIterator=iterator, Limit=SAMPLED_RECORDS_MAX)
    counts = Counter(record["PartitionKey"] for record in records["Records"])
    aggregated = sum(_is_aggregate(record["Data"]) for record in records["Records"])
    return KeySample(question.shard_id, tuple(counts.most_common()), aggregated)


def _is_aggregate(data: bytes) -> bool:
    """Whether it holds several user records: magic number, message, and the MD5 of the message."""
    message, digest = data[len(MAGIC) : -DIGEST_BYTES], data[-DIGEST_BYTES:]
    return data.startswith(MAGIC) and md5(message, usedforsecurity=False).digest() == digest


ANSWERS: Mapping[type, Callable[[Any, Clients], Any]] = {SampleKeys: key_sample}
"""How each question about a stream is asked."""
