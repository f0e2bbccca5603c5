"""Of sampled records, the share of the most frequent key."""

import pytest

from tidegate.rules.key_sample import KeySample


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
