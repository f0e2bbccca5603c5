"""What the day has left of UpdateShardCount is counted over all callers of one stream."""

import pytest

from tests.builders import NOON
from tests.change_records import change
from tidegate.rules.cause import LeverKind
from tidegate.scaling.execute.kinds.kinesis_stream.updates_left import UpdatesLeft, updates_left
from tidegate.scaling.kinds.kinesis_stream.actions import UPDATE_SHARD_COUNT
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import Lever, Outcome

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
OTHER = Lever.of(LeverKind.SHARD_COUNT, "another")


def left(*minutes_ago: int, lever: Lever = SHARDS) -> UpdatesLeft:
    ledger = SqliteLedger(":memory:")
    for at in sorted(minutes_ago, reverse=True):
        made = change(
            lever, 2, 4, minutes_ago=at, operation=UPDATE_SHARD_COUNT, outcome=Outcome.BEGUN
        )
        assert ledger.begin(made, after=ledger.newest((f"stream/{lever.where}",)))
        ledger.complete(made.entry_id, Outcome.DONE, made.begun_at, None)
    found = updates_left(ledger, "racers", NOON)
    ledger.close()
    return found


def test_each_call_of_the_day_is_one_of_ten() -> None:
    assert left() == UpdatesLeft(10, None)
    assert left(5, 50, 500) == UpdatesLeft(7, None)


@pytest.mark.parametrize("minutes", [24 * 60, 24 * 60 + 1])
def test_a_call_of_the_day_before_counts_no_more(minutes: int) -> None:
    assert left(minutes) == UpdatesLeft(10, None)


def test_calls_for_another_stream_do_not_count() -> None:
    assert left(5, lever=OTHER) == UpdatesLeft(10, None)


def test_a_day_whose_calls_are_spent_says_so() -> None:
    found = left(*range(1, 11))
    assert found.count == 0
    assert found.why_none == "all 10 UpdateShardCount calls per 24 hours are used"
