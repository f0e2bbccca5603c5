"""Where the day's calls are spent a raise of shards goes split by split, and says what is missing."""

from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account, refusal


@pytest.mark.parametrize(
    ("refused", "missing"),
    [(120_000, "2 more shards of the 5"), (60_000, "1 more shard of the 4"), (24_000, None)],
)
def test_a_split_tells_how_many_shards_are_still_missing(
    account: Account, refused: float, missing: str | None
) -> None:
    account.pipeline(shards=2, write=40_000)
    account.minutes(since=60, until=11)
    account.minutes(since=10, records=118_000, invocations=1180, duration=90, refused=refused)

    def limit(*_: Any) -> Any:
        raise refusal("UpdateShardCount", "LimitExceededException")

    account.on("UpdateShardCount", limit)
    account.sweep(PIPELINES)
    (pipeline,) = account.swept(PIPELINES, "--dry-run")["pipelines"]
    (split,) = (each for each in pipeline["actions"] if each["lever"] == "shard_count of orders")
    assert "SplitShard has no daily limit" in split["because"]
    assert ("still be missing" in split["because"]) is (missing is not None)
    assert (missing or "") in split["because"]
