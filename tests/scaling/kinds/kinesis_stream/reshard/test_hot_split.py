"""Which shard to split, and at which hash key."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import KeySample, Shard, a_stream
from tidegate.rules.kinds.kinesis_stream.state import HASH_KEYS
from tidegate.scaling.kinds.kinesis_stream.actions import SplitShard
from tidegate.scaling.kinds.kinesis_stream.reshard.hot_split import (
    hash_key_of,
    split_for,
    widest_split,
)

HALF, QUARTER = HASH_KEYS // 2, HASH_KEYS // 4


def test_a_partition_key_is_hashed_as_kinesis_does() -> None:
    """MD5 of an empty text and of "a" (RFC 1321)."""
    assert hash_key_of("") == 0xD41D8CD98F00B204E9800998ECF8427E
    assert hash_key_of("a") == 0x0CC175B9C0F1B6A831C399E269772661


@pytest.mark.parametrize(
    ("shards", "target", "split"),
    [
        (1, 1, None),
        (2, 1, None),
        (1, 2, SplitShard("racers", "shard-0", HALF, 1)),
        (2, 4, SplitShard("racers", "shard-0", QUARTER, 2)),
    ],
)
def test_one_shard_is_split_in_half_on_the_way_to_more(
    shards: int, target: int, split: SplitShard | None
) -> None:
    assert widest_split(a_stream(shards), target) == split


@given(st.integers(1, 12), st.integers(1, 24))
def test_no_split_on_the_way_leaves_a_shard_more_than_twice_as_wide_as_it_needs(
    shards: int, target: int
) -> None:
    """Wherever the next ones fail: after each of them the widest shard is what halving gives."""
    stream = a_stream(shards)
    while (split := widest_split(stream, target)) is not None:
        (cut,) = [each for each in stream.open_shards if each.shard_id == split.shard_id]
        assert cut.key_share == max(each.key_share for each in stream.open_shards)
        halves = (
            Shard(f"{cut.shard_id}a", cut.starting_hash_key, split.new_starting_hash_key - 1),
            Shard(f"{cut.shard_id}b", split.new_starting_hash_key, cut.ending_hash_key),
        )
        stream = replace(
            stream, open_shards=(*(each for each in stream.open_shards if each is not cut), *halves)
        )
    assert stream.shard_count == max(shards, target)
    widest = max(each.key_share for each in stream.open_shards)
    assert widest <= 2 / max(shards, target) + 1e-9


def test_while_a_reshard_is_under_way_there_is_no_next_split() -> None:
    stream = a_stream(2)
    between = replace(stream, open_shards=stream.open_shards[:1])
    assert widest_split(between, 4) is None


KEYS = sorted((f"key-{at}" for at in range(8)), key=hash_key_of)


@given(st.lists(st.integers(1, 100), min_size=2, max_size=8))
def test_a_hot_shard_is_split_where_its_load_is_nearest_to_half(counts: list[int]) -> None:
    keys = KEYS[: len(counts)]
    sample = KeySample("shard-0", tuple(zip(keys, counts, strict=True)))
    action = split_for(a_stream(1), "shard-0", (sample,))
    assert action is not None
    total = sum(counts)

    def unevenness(at: int) -> int:
        below = sum(count for key, count in zip(keys, counts, strict=True) if hash_key_of(key) < at)
        return abs(total - 2 * below)

    best = min(unevenness(hash_key_of(key)) for key in keys[1:])
    assert unevenness(action.new_starting_hash_key) == best
    assert (action.stream, action.shard_id) == ("racers", "shard-0")


@pytest.mark.parametrize(
    ("shard_id", "counts"),
    [("shard-7", (("a", 1), ("b", 1))), ("shard-0", ()), ("shard-0", (("a", 9),)),
     ("shard-0", (("a", 5), ("a", 4)))],
    ids=["not open", "not sampled", "one key", "one hash key"],
)  # fmt: skip
def test_a_shard_whose_load_cannot_be_parted_is_not_split(
    shard_id: str, counts: tuple[tuple[str, int], ...]
) -> None:
    narrow = replace(a_stream(1), open_shards=(Shard("shard-0", 0, HASH_KEYS - 1),))
    sample = KeySample(shard_id, counts)
    at_start = replace(narrow, open_shards=(Shard("shard-0", hash_key_of("a"), HASH_KEYS - 1),))
    assert split_for(at_start, shard_id, (sample,)) is None
