"""Which shard to split, and at which hash key."""

from hashlib import md5
from itertools import pairwise

from tidegate.rules.kinds.kinesis_stream.state import KeySample, Shard, Stream
from tidegate.scaling.kinds.kinesis_stream.actions import SplitShard
from tidegate.scaling.kinds.kinesis_stream.reshard.shard_map import ShardMap
from tidegate.scaling.model.errors import BetweenShapes

__all__ = ["hash_key_of", "split_for", "widest_split"]


def hash_key_of(partition_key: str) -> int:
    """Where Kinesis puts a record: the MD5 of its partition key as a 128-bit number
    (PutRecord, API reference)."""
    return int.from_bytes(md5(partition_key.encode(), usedforsecurity=False).digest())


def widest_split(stream: Stream, target_count: int) -> SplitShard | None:
    """The widest shard in half, where the stream has fewer than ``target_count``.

    The widest one fills first, however many others there are: each split on the way has to help
    by itself, since the next one may have to wait. None while another reshard is under way.
    """
    if stream.shard_count >= target_count:
        return None
    try:
        shape = ShardMap.of(stream.open_shards)
    except BetweenShapes:
        return None
    widest = max(shape.shards, key=lambda each: each.key_share)
    return _split(stream, widest, (widest.starting_hash_key + widest.ending_hash_key + 1) // 2)


def split_for(stream: Stream, shard_id: str, samples: tuple[KeySample, ...]) -> SplitShard | None:
    """The split of a hot shard that halves the load seen on it, not its key range.

    None when the shard isn't open, or when its records can't be parted: all on one hash key.
    """
    shard = next((each for each in stream.open_shards if each.shard_id == shard_id), None)
    counts = next((each.counts for each in samples if each.shard_id == shard_id), ())
    if shard is None or not counts:
        return None
    loads = sorted((hash_key_of(key), count) for key, count in counts)
    total = sum(count for _, count in loads)
    below, best = 0, None
    for (_, count), (following, _) in pairwise(loads):
        below += count
        unevenness = abs(total - 2 * below)
        if best is None or unevenness < best[0]:
            best = (unevenness, following)
    return None if best is None else _split(stream, shard, best[1])


def _split(stream: Stream, shard: Shard, at: int) -> SplitShard | None:
    if not shard.starting_hash_key < at <= shard.ending_hash_key:
        return None
    return SplitShard(stream.name, shard.shard_id, at, stream.shard_count)
