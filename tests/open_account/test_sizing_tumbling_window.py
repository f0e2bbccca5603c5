"""A tumbling window has one batch a shard at a time: the factor is no cure."""

import json
from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account
from tests.open_account.settings import listed_with

CONSENTING = PIPELINES.replace("tables: [orders]", "tables: [orders], closing_windows: scale-out")
FIXED_SHARDS = PIPELINES.replace("      shard_count: {max: 16, owner: tidegate}\n", "")


def slow(account: Account, *, shards: int = 1, factor: int = 1, window: int = 60) -> None:
    """Five minutes of three times as many records as are read."""
    account.pipeline(shards=shards, write=4000, factor=factor)
    listed_with(account, TumblingWindowInSeconds=window)
    account.minutes(since=30, until=6, records=6000 * shards, invocations=60 * shards)
    for back in range(5, 0, -1):
        account.minutes(since=back, until=back, records=18_000 * shards, read=6600 * shards,
                        invocations=66 * shards, age=(6 - back) * 40_000)  # fmt: skip


def swept(account: Account, text: str = PIPELINES) -> tuple[Any, dict[str, int]]:
    (pipeline,) = json.loads(account.sweep(text, "--dry-run").stdout)["pipelines"]
    return pipeline, {each["lever"]: each["to"] for each in pipeline["actions"]}


@pytest.mark.parametrize(("window", "factor"), [(60, 1), (900, 1), (30, 4)])
def test_the_stream_is_widened_and_the_factor_left(
    account: Account, window: int, factor: int
) -> None:
    slow(account, window=window, factor=factor)
    pipeline, moved = swept(account, CONSENTING)
    assert [lever for lever in moved if "factor" in lever] == []
    assert moved["shard_count of orders"] == 2
    (only,) = pipeline["diagnoses"]
    assert only["cause"] == "consumer-too-slow"
    assert f"with a tumbling window ({window} s) each shard has one batch" in only["because"]


def test_two_shards_are_as_many_lanes_whatever_the_factor(account: Account) -> None:
    slow(account, shards=2, factor=10)
    pipeline, moved = swept(account, CONSENTING)
    assert (
        "2.0 of 2 concurrent executions of order-writer are busy"
        in pipeline["diagnoses"][0]["because"]
    )
    assert moved["shard_count of orders"] == 4


def test_shards_that_are_not_ours_are_advised_on(account: Account) -> None:
    slow(account)
    pipeline, moved = swept(account, FIXED_SHARDS)
    assert moved == {}
    assert pipeline["health"] == "sick"
    assert any("raise shard count of orders" in each for each in pipeline["advice"])


def test_shards_that_the_windows_need_are_kept_in_health(account: Account) -> None:
    """Four lanes of which three are busy: a higher factor on two shards would not have them."""
    account.pipeline(shards=4, write=400)
    listed_with(account, TumblingWindowInSeconds=60)
    account.minutes(since=90, records=6000, invocations=180, duration=1000)
    assert "shard_count of orders" not in swept(account)[1]
