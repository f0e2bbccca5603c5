"""Through the command line: behind a service that serves no more, what a raise of the factor or of
the shards did not help with is not raised again."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.losses.account import Account
from tidegate.rules.cause import LeverKind
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome

FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "order-writer")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "orders")
OPERATIONS = {FACTOR: "lambda:UpdateEventSourceMapping", SHARDS: "kinesis:UpdateShardCount"}
SERVED = 600
"""Records a second that the service takes, however many call it at once; 1,000 come in."""


def raised(account: Account, lever: Lever, before: int, after: int, minutes_ago: int) -> None:
    """Written into the ledger, as an earlier sweep did."""
    begun = account.minute - timedelta(minutes=minutes_ago)
    ledger = SqliteLedger(str(account.folder / "ledger.sqlite"))
    ledger.begin(ChangeRecord("e", "orders", lever, OPERATIONS[lever], before, after, "", begun))
    ledger.complete("e", Outcome.DONE, begun, None)
    ledger.close()


def all_busy(
    account: Account,
    executions: Callable[[int], int],
    read: Callable[[int], float] = lambda _: SERVED,
    came: float = 1000,
    age: Callable[[int], float] = lambda back: (89 - back) * 24.0,
) -> None:
    """An hour and a half, by how many minutes ago each was; all executions wait for the service.
    Ages are in seconds."""
    for back in range(89, 0, -1):
        records = read(back) * 60
        batches = records / 100
        account.minutes(
            since=back, until=back, records=came * 60, read=records, units=records,
            age=max(500.0, age(back) * 1000), invocations=batches,
            duration=executions(back) * 60_000 / batches,
        )  # fmt: skip


def asked_for_more(account: Account) -> bool:
    return bool(account.asked("UpdateShardCount") + account.asked("UpdateEventSourceMapping"))


RAISES = [
    pytest.param(FACTOR, 1, 2, 4, 2, id="factor"),
    pytest.param(SHARDS, 2, 4, 4, 2, id="shards"),
    pytest.param(FACTOR, 2, 5, 4, 5, id="factor by more"),
]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("ago", [2, 3, 20, 87, 88])
@pytest.mark.parametrize(("lever", "before", "after", "shards", "factor"), RAISES)
def test_no_raise_follows_one_that_was_not_seen_to_help(
    account: Account, lever: Lever, before: int, after: int, shards: int, factor: int, ago: int
) -> None:
    account.pipeline(shards=shards, factor=factor, write=4000)
    raised(account, lever, before, after, ago)
    now = shards * factor
    all_busy(account, lambda back: now * before // after if back > ago else now)
    (told,) = account.swept()["pipelines"]
    # One sample is too little to judge the raise by, and it has its deadline.
    assert told["health"] == ("healing" if ago == 2 else "sick")
    assert not asked_for_more(account)


def test_nor_while_the_age_falls_since_less_comes_in(account: Account) -> None:
    account.pipeline(shards=4, factor=2, write=4000)
    raised(account, FACTOR, 1, 2, 20)
    all_busy(account, lambda back: 4 if back > 20 else 8, came=590, age=lambda back: 1500.0 + back)
    account.sweep()
    assert not asked_for_more(account)


@pytest.mark.parametrize("ago", [8, 20])
def test_one_follows_that_helped(account: Account, ago: int) -> None:
    account.pipeline(shards=4, factor=2, write=4000)
    raised(account, FACTOR, 1, 2, ago)
    all_busy(
        account, lambda back: 4 if back > ago else 8, lambda back: SERVED if back > ago else 900
    )
    account.sweep()
    assert asked_for_more(account)
