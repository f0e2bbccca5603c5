"""What follows from what is configured of a stream alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_pipeline, a_stream, even_shards
from tests.flink_builders import a_flink_pipeline
from tidegate.rules.kinds.kinesis_stream.state import (
    HASH_KEYS,
    KeySample,
    Shard,
    has_stream,
    shard_count_of,
    stream_of,
)


@given(st.integers(1, 500))
def test_the_shares_of_all_open_shards_make_the_whole_key_space(count: int) -> None:
    shares = [shard.key_share for shard in even_shards(count)]
    assert sum(shares) == pytest.approx(1)
    assert all(share == pytest.approx(1 / count) for share in shares)


def test_both_ends_of_a_hash_key_range_are_its_own() -> None:
    assert Shard("s", 0, HASH_KEYS - 1).key_share == 1
    assert Shard("s", 7, 7).key_share == 1 / 2**128
    assert Shard("s", HASH_KEYS // 4, HASH_KEYS // 2 - 1).key_share == 0.25
    assert Shard("s", 0, 1).is_open


@pytest.mark.parametrize(("mode", "is_provisioned"), [("PROVISIONED", True), ("ON_DEMAND", False)])
def test_only_shards_of_a_provisioned_stream_are_ours_to_set(
    mode: str, is_provisioned: bool
) -> None:
    stream = a_stream(3, mode=mode)
    assert (stream.shard_count, stream.is_provisioned) == (3, is_provisioned)
    assert not stream.shard_metrics_enabled


def test_a_pipeline_that_reads_another_source_has_no_stream_and_no_shards() -> None:
    assert (has_stream(a_pipeline()), shard_count_of(a_pipeline(shards=3))) == (True, 3)
    topic = a_flink_pipeline(topic=True)
    assert (has_stream(topic), shard_count_of(topic)) == (False, 0)
    with pytest.raises(LookupError, match="clicks has no Stream"):
        stream_of(topic)


@pytest.mark.parametrize(
    ("counts", "total", "top_share"),
    [
        ((), 0, 0.0),
        ((("a", 0),), 0, 0.0),
        ((("a", 3),), 3, 1.0),
        ((("a", 1), ("b", 6), ("c", 1)), 8, 0.75),
        ((("a", 2), ("b", 2)), 4, 0.5),
    ],
    ids=["nothing sampled", "no record", "one key", "one in front", "alike"],
)
def test_the_most_frequent_key_has_its_share_of_all_sampled_records(
    counts: tuple[tuple[str, int], ...], total: int, top_share: float
) -> None:
    sample = KeySample("shard-0", counts)
    assert (sample.total, sample.top_share) == (total, top_share)
