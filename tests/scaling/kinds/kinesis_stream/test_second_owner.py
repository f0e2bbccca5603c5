"""Who changes the shards again and again owns them too, and Tidegate leaves them alone."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, SPEC, Minute, a_pipeline, a_stream, signals
from tests.change_records import change
from tests.looks import a_look
from tidegate.rules.cause import LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.scaling.kinds.kinesis_stream.second_owner import second_owner
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.model.reason import ReasonKind
from tidegate.scaling.plan.decide import decide

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
OTHER_STREAM = Lever.of(LeverKind.SHARD_COUNT, "riders")
RETENTION = Lever.of(LeverKind.RETENTION_HOURS, "racers")
DAY = 24 * 60


def by_others(minutes_ago: Iterable[float], lever: Lever = SHARDS) -> History:
    made = [change(lever, 4, 2, minutes_ago=each) for each in minutes_ago]
    return History((), tuple(made))


@pytest.mark.parametrize(
    ("history", "is_told"),
    [
        (by_others([]), False),
        (by_others([60]), False),
        (by_others([60, 5]), True),
        (by_others([12, 9, 6, 3]), False),
        (by_others([20, 5]), False),
        (by_others([20.1, 5]), True),
        (by_others([60, 45, 30, 15, 0]), False),
        (by_others([DAY, 5]), False),
        (by_others([DAY - 1, 5]), True),
        (by_others([60, 5], OTHER_STREAM), False),
        (by_others([60, 5], RETENTION), False),
        (replace(by_others([]), change_records=by_others([60, 5]).others), False),
    ],
    ids=["nobody", "a person", "again", "split by split", "in two steps", "again soon",
         "a long one in steps", "a day ago", "within a day", "of another stream",
         "of the retention", "by Tidegate"],
)  # fmt: skip
def test_two_changes_in_a_day_are_a_second_owners(history: History, is_told: bool) -> None:
    found = [each.reason.kind for each in second_owner(a_stream(), history, NOON)]
    assert found == [ReasonKind.SECOND_OWNER] * is_told


def test_the_last_change_and_the_end_are_said() -> None:
    (told,) = second_owner(a_stream(), by_others([600, 90, 5]), NOON)
    assert str(told.reason) == (
        "someone else changed the shards of racers 3 times in 24 hours, last from 4 to 2 at 11:55; "
        "two owners undo each other's changes, so Tidegate makes none before "
        f"{NOON + timedelta(minutes=DAY - 90):%Y-%m-%d %H:%M} UTC: let only one of them own the "
        "shard count"
    )


def decided(history: History) -> Decision:
    """Of the shards of a stream whose producers are refused."""
    busy = [Minute(records_per_second=2000, refused_per_second=500)] * 5
    seen = signals(a_pipeline(shards=2), *[Minute(records_per_second=1500)] * 60, *busy)
    plan = decide(a_look(seen, diagnose(seen), SPEC, history, NOON))
    return next(each for each in plan.decisions if each.lever == SHARDS)


def test_shards_of_a_second_owner_are_not_moved_by_any_call() -> None:
    """Nor split, which no budget of a day bounds."""
    alone, beside = decided(History(())), decided(by_others([60, 30]))
    assert alone.allowed > alone.current
    assert (beside.wanted, beside.allowed) == (alone.wanted, beside.current)
    assert ReasonKind.SECOND_OWNER in [each.kind for each in beside.held_by]
