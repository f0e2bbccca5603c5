"""Who changes the shards again and again owns them too, and Tidegate leaves them alone."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, SPEC, Minute, a_pipeline, a_stream, signals
from tests.change_records import change
from tests.looks import a_look
from tidegate.rules.cause import LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.lever_spec import LeverSpec
from tidegate.scaling.kinds.kinesis_stream.second_owner import (
    has_second_owner,
    second_owner,
    second_owner_told,
)
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
    """One shard more at each moment, as a reshard in steps is seen."""
    made = [change(lever, 2 + at, 3 + at, minutes_ago=each) for at, each in enumerate(minutes_ago)]
    return History((), tuple(made))


def from_to(*changes: tuple[float, int, int]) -> History:
    """By someone else: how many minutes ago, from what and to what."""
    made = [change(SHARDS, before, after, minutes_ago=ago) for ago, before, after in changes]
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


@pytest.mark.parametrize(
    ("history", "changes"),
    [
        (from_to((20, 4, 2), (10, 4, 2)), 2),
        (from_to((50, 4, 2), (40, 4, 2), (30, 4, 2), (20, 4, 2)), 4),
        (from_to((20, 4, 8), (10, 8, 4)), 2),
        (from_to((20, 8, 4), (10, 6, 3)), 2),
        (from_to((20, 4, 2), (10, 8, 2)), 2),
        (from_to((25, 2, 3), (20, 3, 4), (15, 4, 2), (10, 2, 1)), 2),
        (from_to((20, 8, 4), (10, 4, 2)), None),
        (from_to((60, 2, 4), (46, 4, 8), (32, 8, 16), (18, 16, 32)), None),
    ],
    ids=["set back", "each ten minutes", "there and back", "after one of ours",
         "after two of ours", "up and down in steps", "down in steps", "up for an hour"],
)  # fmt: skip
def test_only_steps_that_go_on_from_each_other_one_way_are_one_change(
    history: History, changes: int | None
) -> None:
    told = [str(each.reason) for each in second_owner(a_stream(), history, NOON)]
    assert [f"changed the shards of racers {changes} times" in each for each in told] == (
        [] if changes is None else [True]
    )


def test_the_last_change_and_the_end_are_said() -> None:
    (told,) = second_owner(a_stream(), from_to((600, 4, 2), (90, 4, 2), (5, 4, 2)), NOON)
    assert str(told.reason) == (
        "someone else changed the shards of racers 3 times in 24 hours, last from 4 to 2 at 11:55: "
        f"they have had a second owner since {NOON - timedelta(minutes=90):%Y-%m-%d %H:%M} UTC, "
        "and two owners undo each other's changes, so Tidegate makes none before "
        f"{NOON + timedelta(minutes=DAY - 90):%Y-%m-%d %H:%M} UTC: let only one of them own the "
        "shard count"
    )


@pytest.mark.parametrize(
    ("minutes_ago", "since"),
    [((90, 5), 5), ((600, 90, 5), 90), ((DAY + 100, 100, 5), 5), ((DAY + 90, 91, 5), 91)],
    ids=["twice", "three times", "the first a day before", "within a day"],
)
def test_there_is_a_second_owner_since_two_changes_were_within_a_day(
    minutes_ago: tuple[float, ...], since: float
) -> None:
    (told,) = second_owner(a_stream(), from_to(*((ago, 4, 2) for ago in minutes_ago)), NOON)
    assert dict(told.reason.numbers)["since"] == NOON - timedelta(minutes=since)


@pytest.mark.parametrize(
    ("owner", "history", "is_told"),
    [("tidegate", by_others([60, 5]), True), ("tidegate", by_others([60]), False),
     ("application-autoscaling", by_others([60, 5]), True), (None, by_others([60, 5]), False)],
    ids=["Tidegate's", "changed once", "handed over", "a person's"],
)  # fmt: skip
def test_the_second_owner_of_shards_with_an_owner_is_told_whatever_is_recommended(
    owner: Any, history: History, is_told: bool
) -> None:
    levers = replace(SPEC.levers, shard_count=LeverSpec(16, 1, owner))
    said = in_file(replace(SPEC, levers=levers))
    told = list(second_owner_told(a_stream(), history, said, NOON))
    assert len(told) == is_told
    assert has_second_owner(a_stream(), history, said, NOON) is is_told


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
