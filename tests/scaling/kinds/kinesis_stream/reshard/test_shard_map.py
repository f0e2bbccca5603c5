"""The key ring as a value, and how even it is."""

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import Shard, even_shards
from tidegate.rules.kinds.kinesis_stream.state import HASH_KEYS
from tidegate.scaling.kinds.kinesis_stream.reshard.shard_map import (
    ShardMap,
    uniform,
    width_range,
)
from tidegate.scaling.model.errors import BetweenShapes


def ring(*boundaries: int) -> tuple[Shard, ...]:
    edges = (0, *boundaries, HASH_KEYS)
    return tuple(
        Shard(f"shardId-{at:012}", start, end - 1)
        for at, (start, end) in enumerate(pairwise(edges))
    )


@given(st.sets(st.integers(1, HASH_KEYS - 1), max_size=8), st.randoms())
def test_open_shards_make_a_ring_in_whatever_order_they_are_listed(
    boundaries: set[int], random: Random
) -> None:
    shards = list(ring(*sorted(boundaries)))
    random.shuffle(shards)
    shape = ShardMap.of(shards)
    assert shape.boundaries == tuple(sorted(boundaries))
    assert shape.count == len(boundaries) + 1


def test_closed_shards_are_no_part_of_it() -> None:
    first, second = ring(HASH_KEYS // 2)
    parent = Shard("shardId-000000000009", 0, HASH_KEYS - 1, is_open=False)
    assert ShardMap.of((parent, second, first)) == ShardMap((first, second))


@pytest.mark.parametrize(
    ("shards", "words"),
    [
        (ring(100)[1:], "have a gap at hash key 0"),
        ((ring(100)[0], ring(200)[1]), "have a gap at hash key 100"),
        ((ring(200)[0], ring(100)[1]), "have a overlap at hash key 200"),
        (ring(100)[:1], "end at hash key 100, not at"),
        ((), "end at hash key 0, not at"),
    ],
    ids=["before", "between", "twice", "after", "none"],
)
def test_shards_that_do_not_cover_the_ring_are_between_two_shapes(
    shards: tuple[Shard, ...], words: str
) -> None:
    with pytest.raises(BetweenShapes, match=words):
        ShardMap.of(shards)


@given(st.integers(1, 300))
def test_equal_shards_are_even(count: int) -> None:
    shape = ShardMap.of(even_shards(count))
    assert shape.boundaries == uniform(count)
    assert shape.unevenness < 1e-9
    low, high = width_range(count, 0)
    widths = [each.ending_hash_key - each.starting_hash_key + 1 for each in shape.shards]
    assert all(low <= width <= high for width in widths)


@pytest.mark.parametrize(
    ("boundary", "unevenness"), [(HASH_KEYS // 2, 0), (HASH_KEYS // 4, 0.5), (1, 1)]
)
def test_unevenness_is_how_far_the_worst_shard_is_from_its_share(
    boundary: int, unevenness: float
) -> None:
    assert ShardMap.of(ring(boundary)).unevenness == pytest.approx(unevenness)


@pytest.mark.parametrize(
    ("count", "tolerance", "widths"),
    [
        (2, 0.5, (HASH_KEYS // 4 + 1, HASH_KEYS * 3 // 4)),
        (1, 0.1, (int(HASH_KEYS * 0.9) + 1, int(HASH_KEYS * 1.1))),
        (HASH_KEYS, 0.1, (1, 1)),
    ],
    ids=["half", "a tenth", "a key each"],
)
def test_widths_within_the_tolerance_are_even(
    count: int, tolerance: float, widths: tuple[int, int]
) -> None:
    assert width_range(count, tolerance) == widths


def test_a_hash_key_falls_into_one_shard() -> None:
    shape = ShardMap.of(ring(100, 200))
    found = [shape.at(key).shard_id[-1] for key in (0, 99, 100, 199, 200, HASH_KEYS - 1)]
    assert found == ["0", "0", "1", "1", "2", "2"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [("shardId-000000000001", 1), ("1", 1), ("0001", 1), ("0", 0), ("2", None), ("", None),
     ("shardId-1", None)],
)  # fmt: skip
def test_a_shard_is_found_by_its_id_or_the_digits_at_its_end(asked: str, found: int | None) -> None:
    shape = ShardMap.of(ring(100))
    assert shape.named(asked) == (None if found is None else shape.shards[found])


def test_an_id_of_digits_is_found_before_a_number() -> None:
    first, second = ring(100)
    odd = ShardMap.of((replace(first, shard_id="1"), second))
    assert odd.named("1") == odd.shards[0]
