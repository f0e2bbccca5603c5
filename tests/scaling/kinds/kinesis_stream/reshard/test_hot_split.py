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
    splits_towards,
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
def test_the_next_split_is_on_the_way_to_even_shards(
    shards: int, target: int, split: SplitShard | None
) -> None:
    assert splits_towards(a_stream(shards), target) == split


def test_while_a_reshard_is_under_way_there_is_no_next_split() -> None:
    stream = a_stream(2)
    between = replace(stream, open_shards=stream.open_shards[:1])
    assert splits_towards(between, 4) is None


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
