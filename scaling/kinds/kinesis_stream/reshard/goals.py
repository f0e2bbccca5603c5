"""From what a person asks for to a goal: counts, percentages, shards by name."""

import re
from collections.abc import Sequence

from tidegate.rules.kinds.kinesis_stream.state import HASH_KEYS, KeySample, Shard, Stream
from tidegate.scaling.kinds.kinesis_stream.limits import SHARDS_MAX
from tidegate.scaling.kinds.kinesis_stream.reshard.hot_split import split_for
from tidegate.scaling.kinds.kinesis_stream.reshard.planner import Parts
from tidegate.scaling.kinds.kinesis_stream.reshard.shard_map import ShardMap
from tidegate.scaling.model.errors import InvalidRequest

__all__ = ["count_by", "count_within", "merge_goal", "split_goal", "split_hot_goal"]

ONE_KEY_SHARE = 0.5
_BY = re.compile(r"(?P<sign>[+-])(?P<number>\d{1,6})(?P<percent>%?)")


def count_by(current: int, change: str) -> int:
    """The count that ``+N``, ``-N``, ``+P%`` or ``-P%`` of ``current`` means. A percentage is
    always of the present count, and rounds away from it, so that it changes something."""
    match = _BY.fullmatch(change)
    if match is None:
        raise InvalidRequest("reshard", "--by", f"{change!r} is not +N, -N, +P% or -P%")
    number = int(match["number"])
    step = -(-current * number // 100) if match["percent"] else number
    return current + step if match["sign"] == "+" else current - step


def count_within(count: int, least: int | None, most: int | None) -> int:
    """The count, refused in words when it is outside AWS's range or the caller's own."""
    if not 1 <= count <= SHARDS_MAX:
        words = f"{count:,} shards can't be; 1 to {SHARDS_MAX:,} can"
        raise InvalidRequest("reshard", "target", words)
    if least is not None and count < least:
        raise InvalidRequest(
            "reshard", "target", f"{count:,} shards are fewer than --min {least:,}"
        )
    if most is not None and count > most:
        raise InvalidRequest("reshard", "target", f"{count:,} shards are more than --max {most:,}")
    return count


def _known(shards: Sequence[Shard], shard_id: str) -> Shard:
    """A shard by id or number, open or closed: a split that was broken off goes on from it."""
    for shard in shards:
        number = shard.shard_id.rpartition("-")[2]
        if shard_id == shard.shard_id or (
            shard_id.isdigit() and number.isdigit() and int(number) == int(shard_id)
        ):
            return shard
    raise InvalidRequest("reshard", shard_id, "the stream has no such shard")


def _range(shard: Shard) -> tuple[int, int]:
    return shard.starting_hash_key, shard.ending_hash_key + 1


def split_goal(shards: Sequence[Shard], shard_id: str, parts: int) -> Parts:
    """The shard cut into equal parts. A shard that is closed is accepted only where its range
    already shows a part of these cuts and nothing else."""
    shard = _known(shards, shard_id)
    start, end = _range(shard)
    if not 2 <= parts <= end - start:
        raise InvalidRequest("reshard", shard_id, f"the shard can't be split into {parts}")
    cuts = tuple(start + (end - start) * at // parts for at in range(1, parts))
    if not shard.is_open:
        _refuse_if_changed(shards, shard, cuts)
    return Parts(start, end, cuts)


def _refuse_if_changed(shards: Sequence[Shard], shard: Shard, cuts: tuple[int, ...]) -> None:
    present = ShardMap.of(shards).boundaries
    start, end = _range(shard)
    inside = {each for each in present if start < each < end}
    edges = {start, end} - {0, HASH_KEYS}
    if not inside or not inside <= set(cuts) or not edges <= set(present):
        raise InvalidRequest(
            "reshard",
            shard.shard_id,
            "the shard is not open; tidegate shards lists the open shards",
        )


def merge_goal(shards: Sequence[Shard], shard_id: str, other_id: str) -> Parts:
    """Two neighbours made one. Done already is fine, for a run that was broken off."""
    pair = sorted(
        (_known(shards, shard_id), _known(shards, other_id)),
        key=lambda shard: shard.starting_hash_key,
    )
    left, right = pair
    if left.ending_hash_key + 1 != right.starting_hash_key:
        words = f"its hash key range is not adjacent to that of {right.shard_id}"
        raise InvalidRequest("reshard", left.shard_id, words)
    start, end = left.starting_hash_key, right.ending_hash_key + 1
    is_done = any(each.is_open and _range(each) == (start, end) for each in shards)
    for shard in pair:
        if not shard.is_open and not is_done:
            raise InvalidRequest(
                "reshard",
                shard.shard_id,
                "the shard is not open; tidegate shards lists the open shards",
            )
    return Parts(start, end, ())


def split_hot_goal(stream: Stream, samples: tuple[KeySample, ...]) -> Parts:
    """The shard with the most records for its width, cut where its sampled load says.

    Raises InvalidRequest where nothing was sampled, or where one key carries the load.
    """
    shares = {shard.shard_id: shard.key_share for shard in stream.open_shards}
    sampled = [each for each in samples if each.total]
    if not sampled:
        raise InvalidRequest(
            "reshard",
            stream.name,
            "no record was read in the time that was sampled, so that no shard is known to be hot",
        )
    hot = max(sampled, key=lambda each: (each.total, each.total / shares[each.shard_id]))
    key = hot.counts[0][0]
    if hot.is_aggregated:
        words = (
            f"where a split helps is not known: its records are aggregates of the Kinesis Producer "
            f"Library, with the partition key {key!r}, and are placed by other hash keys; "
            "split it in the middle"
        )
        raise InvalidRequest("reshard", hot.shard_id, words)
    if hot.top_share > ONE_KEY_SHARE:
        words = (
            f"a split cannot help: one key, {key!r}, carries {hot.top_share:.0%} of its records; "
            "spread that key over several"
        )
        raise InvalidRequest("reshard", hot.shard_id, words)
    action = split_for(stream, hot.shard_id, samples)
    if action is None:
        raise InvalidRequest("reshard", hot.shard_id, "its records can't be parted by hash key")
    shard = _known(stream.open_shards, hot.shard_id)
    return Parts(*_range(shard), (action.new_starting_hash_key,))
