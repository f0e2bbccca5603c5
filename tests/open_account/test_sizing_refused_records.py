"""A full stream whose refusals come and go a little is still full."""

import json
from collections.abc import Callable

import pytest

from tests.losses.account import PIPELINES, Account


def falling(back: int) -> float:
    return 200_000 * 0.94 ** (10 - back)


def one_minute_of_fewer(back: int) -> float:
    return 200_000 if back > 1 else 180_000


def by_bytes(back: int) -> float:
    return 9_000 - 300 * (10 - back)


@pytest.mark.parametrize("refused", [falling, one_minute_of_fewer, by_bytes])
def test_a_stream_that_refuses_is_named_and_widened(
    account: Account, refused: Callable[[int], float]
) -> None:
    account.pipeline(write=4000, shards=2, factor=10)
    for back in range(90, 10, -1):
        records = 60_000 + back % 5 * 400
        account.minutes(since=back, until=back, records=records, invocations=600, duration=100)
    for back in range(10, 0, -1):
        account.minutes(since=back, until=back, records=119_000, refused=refused(back),
                        invocations=1190, duration=100)  # fmt: skip
    (pipeline,) = json.loads(account.sweep(PIPELINES, "--dry-run").stdout)["pipelines"]
    assert [each["cause"] for each in pipeline["diagnoses"]] == ["producer-throttled"]
    moved = {each["lever"]: each["to"] for each in pipeline["actions"]}
    assert moved["shard_count of orders"] >= 3


@pytest.mark.parametrize(
    ("shards", "before", "taken", "refused"),
    [(4, 120_000, 238_000, 240_000), (4, 210_000, 240_000, 240_000), (2, 60_000, 117_000, 120_000)],
    ids=["twice as much for long", "after a load near the limit", "two shards"],
)
def test_what_full_shards_take_is_no_bound_of_what_is_offered(
    account: Account, shards: int, before: float, taken: float, refused: float
) -> None:
    """For nine minutes, so that the load's history knows the limit of the shards as its highest."""
    account.pipeline(write=shards * 1100, shards=shards, factor=10)
    account.minutes(since=85, until=10, records=before, invocations=1200)
    account.minutes(since=9, records=taken, invocations=2400, refused=refused)
    (pipeline,) = account.swept(PIPELINES.replace("max: 4000", "max: 40000"), "--dry-run")[
        "pipelines"
    ]
    moved = {each["lever"]: each["to"] for each in pipeline["actions"]}
    assert moved["shard_count of orders"] == 2 * shards


@pytest.mark.parametrize(("shards", "taken"), [(4, 168_000), (2, 84_000), (10, 420_000)])
def test_single_shards_that_refuse_are_no_reason_to_double_all_of_them(
    account: Account, shards: int, taken: float
) -> None:
    """Retries of one hot key, five times what the stream takes, for nine minutes."""
    account.pipeline(write=shards * 1100, shards=shards, factor=10)
    account.minutes(since=85, until=10, records=taken, invocations=1200, duration=100)
    account.minutes(since=9, records=taken, invocations=1200, duration=100, refused=5 * taken)
    (pipeline,) = account.swept(PIPELINES.replace("max: 4000", "max: 40000"), "--dry-run")[
        "pipelines"
    ]
    print(
        [
            (a["lever"], a["from"], a["to"], a["wanted"], a.get("reason") or a)
            for a in pipeline["actions"]
        ],
        pipeline["diagnoses"],
    )
    assert not pipeline["actions"]
