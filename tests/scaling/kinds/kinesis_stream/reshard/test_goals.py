"""From what a person asks for to a goal, or to why it can't be."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import KeySample, Shard, a_stream, even_shards
from tidegate.rules.kinds.kinesis_stream.state import HASH_KEYS
from tidegate.scaling.kinds.kinesis_stream.limits import SHARDS_MAX
from tidegate.scaling.kinds.kinesis_stream.reshard.goals import (
    count_by,
    count_within,
    merge_goal,
    split_goal,
    split_hot_goal,
)
from tidegate.scaling.kinds.kinesis_stream.reshard.hot_split import hash_key_of
from tidegate.scaling.kinds.kinesis_stream.reshard.planner import Parts
from tidegate.scaling.model.errors import InvalidRequest

HALF, QUARTER = HASH_KEYS // 2, HASH_KEYS // 4


@pytest.mark.parametrize(
    ("current", "change", "count"),
    [(4, "+2", 6), (4, "-2", 2), (4, "+50%", 6), (4, "-50%", 2), (10, "+1%", 11), (10, "-1%", 9),
     (3, "+50%", 5), (4, "+0", 4), (4, "-9", -5), (4, "+100%", 8)],
)  # fmt: skip
def test_a_change_is_of_the_present_count_and_a_percentage_changes_something(
    current: int, change: str, count: int
) -> None:
    assert count_by(current, change) == count


@pytest.mark.parametrize("change", ["", "2", "+", "+2.5", "++2", "+2 %", "+1234567", "x"])
def test_another_change_is_refused_in_words(change: str) -> None:
    with pytest.raises(InvalidRequest, match="is not \\+N, -N, \\+P% or -P%"):
        count_by(4, change)


@pytest.mark.parametrize(
    ("count", "least", "most", "words"),
    [(0, None, None, "0 shards can't be"), (1, None, None, None), (SHARDS_MAX, None, None, None),
     (SHARDS_MAX + 1, None, None, "can't be"), (3, 4, None, "3 shards are fewer than --min 4"),
     (4, 4, 4, None), (5, None, 4, "5 shards are more than --max 4")],
)  # fmt: skip
def test_a_count_is_in_the_range_of_aws_and_of_the_caller(
    count: int, least: int | None, most: int | None, words: str | None
) -> None:
    if words is None:
        assert count_within(count, least, most) == count
    else:
        with pytest.raises(InvalidRequest, match=words):
            count_within(count, least, most)


def closed(shard: Shard) -> Shard:
    return replace(shard, is_open=False)


@given(st.integers(2, 50))
def test_a_shard_is_cut_into_equal_parts(parts: int) -> None:
    goal = split_goal(even_shards(2), "shard-1", parts)
    assert (goal.start, goal.end) == (HALF, HASH_KEYS)
    edges = [goal.start, *goal.boundaries, goal.end]
    widths = {end - start for start, end in pairwise(edges)}
    assert len(goal.boundaries) == parts - 1
    assert max(widths) - min(widths) <= 1


@pytest.mark.parametrize(
    ("shard_id", "parts", "words"),
    [("7", 2, "the stream has no such shard"), ("shard-1", 1, "can't be split into 1"),
     ("shard-1", HALF + 1, "can't be split into")],
)  # fmt: skip
def test_a_split_that_cannot_be_is_refused(shard_id: str, parts: int, words: str) -> None:
    with pytest.raises(InvalidRequest, match=words):
        split_goal(even_shards(2), shard_id, parts)


def test_a_shard_is_cut_down_to_single_hash_keys_at_most() -> None:
    narrow = (Shard("shard-0", 0, 2), Shard("shard-1", 3, HASH_KEYS - 1))
    assert split_goal(narrow, "0", 3) == Parts(0, 3, (1, 2))


def test_a_split_that_was_broken_off_goes_on_from_the_closed_shard() -> None:
    left, right = even_shards(2)
    first, rest = Shard("shard-2", 0, QUARTER - 1), Shard("shard-3", QUARTER, HALF - 1)
    shards = (closed(left), right, first, rest)
    assert split_goal(shards, "shard-0", 2) == Parts(0, HALF, (QUARTER,))
    assert split_goal(shards, "shard-0", 4).boundaries[1] == QUARTER


@pytest.mark.parametrize(
    "children",
    [
        (Shard("shard-2", 0, 99), Shard("shard-3", 100, HALF - 1)),
        (Shard("shard-2", 0, HALF - 1),),
    ],
    ids=["cut elsewhere", "not cut"],
)
def test_a_closed_shard_that_was_changed_otherwise_is_refused(children: tuple[Shard, ...]) -> None:
    left, right = even_shards(2)
    with pytest.raises(InvalidRequest, match="the shard is not open"):
        split_goal((closed(left), right, *children), "shard-0", 2)
    merged = (closed(left), closed(right), Shard("shard-9", 0, HASH_KEYS - 1))
    with pytest.raises(InvalidRequest, match="the shard is not open"):
        split_goal(merged, "shard-0", 2)


def test_neighbours_are_merged_whichever_is_named_first() -> None:
    shards = even_shards(4)
    goal = Parts(QUARTER, 3 * QUARTER, ())
    assert merge_goal(shards, "1", "2") == merge_goal(shards, "shard-2", "shard-1") == goal
    with pytest.raises(InvalidRequest, match="is not adjacent to that of shard-2"):
        merge_goal(shards, "0", "2")


def test_a_merge_that_is_done_is_fine_and_one_of_closed_shards_is_not() -> None:
    left, right = even_shards(2)
    whole = Shard("shard-9", 0, HASH_KEYS - 1)
    done = (closed(left), closed(right), whole)
    assert merge_goal(done, "0", "1") == Parts(0, HASH_KEYS, ())
    with pytest.raises(InvalidRequest, match="the shard is not open"):
        merge_goal((closed(left), right), "0", "1")


def keys_of(shard: Shard, count: int) -> list[str]:
    """Partition keys whose records Kinesis puts into a shard."""
    names = (f"key-{at}" for at in range(10_000))
    inside = (
        name
        for name in names
        if shard.starting_hash_key <= hash_key_of(name) <= shard.ending_hash_key
    )
    return [name for name, _ in zip(inside, range(count), strict=False)]


def test_the_hottest_shard_is_cut_where_its_load_is_halved() -> None:
    stream = a_stream(2)
    _, right = stream.open_shards
    keys = sorted(keys_of(right, 4), key=hash_key_of)
    calm = KeySample("shard-0", (("a", 3),))
    hot = KeySample("shard-1", tuple((key, 5) for key in keys))
    goal = split_hot_goal(stream, (calm, hot))
    assert goal == Parts(HALF, HASH_KEYS, (hash_key_of(keys[2]),))


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        ((), "no shard is known to be hot"),
        ((KeySample("shard-0", ()),), "no shard is known to be hot"),
        ((KeySample("shard-0", (("a", 51), ("b", 49))),), "one key, 'a', carries 51% of its"),
        ((KeySample("shard-0", (("a", 51), ("b", 49)), 100),), "aggregates of the Kinesis Prod"),
        ((KeySample("shard-0", (("a", 2), ("b", 2), ("c", 2)), 5),), "aggregates of the Kinesis"),
    ],
    ids=["nothing sampled", "no records", "one key", "aggregates of one key", "of several keys"],
)
def test_a_hot_shard_that_no_split_helps_is_refused(
    samples: tuple[KeySample, ...], words: str
) -> None:
    with pytest.raises(InvalidRequest, match=words):
        split_hot_goal(a_stream(2), samples)
