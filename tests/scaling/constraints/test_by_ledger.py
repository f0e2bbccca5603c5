"""What the ledger knows holds a lever: what was done and doesn't show yet, and a pause."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON
from tidegate.rules.cause import LeverKind
from tidegate.rules.reason import Reason
from tidegate.scaling.constraints.by_ledger import ledger_constraints
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.pause import Pause
from tidegate.scaling.model.reason import ReasonKind
from tidegate.scaling.model.recommendation import Recommendation

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
DONE = ChangeRecord(
    "1", "race", SHARDS, "kinesis:UpdateShardCount", 2, 4, "more", NOON, Outcome.DONE, NOON
)  # fmt: skip


def held(change_record: ChangeRecord, current: int, seconds: float) -> list[str]:
    recommendation = Recommendation(SHARDS, current, 8, Reason.told("load", "more"))
    now = NOON + timedelta(seconds=seconds)
    found = ledger_constraints(History((change_record,)), recommendation, "race", now)
    return [str(each.reason) for each in found]


def test_a_lever_waits_until_aws_shows_its_last_change() -> None:
    assert held(DONE, 2, 59) == [
        "AWS accepted the change of the shard count of racers to 4 at 12:00:00 and does not show "
        "it yet"
    ]


@pytest.mark.parametrize(
    ("change_record", "current", "seconds"),
    [
        (DONE, 2, 60),
        (DONE, 4, 20),
        (DONE, 3, 20),
        (replace(DONE, outcome=Outcome.FAILED), 2, 20),
        (replace(DONE, lever=Lever.of(LeverKind.SHARD_COUNT, "others")), 2, 20),
    ],
    ids=["a minute later", "shown", "set by another", "refused", "another lever"],
)
def test_it_waits_for_nothing_else(
    change_record: ChangeRecord, current: int, seconds: float
) -> None:
    assert held(change_record, current, seconds) == []


def test_a_lever_that_someone_else_has_set_back_is_not_told_as_a_change_that_does_not_show() -> (
    None
):
    theirs = replace(DONE, from_capacity=4, to_capacity=2, begun_at=NOON + timedelta(seconds=20))
    recommendation = Recommendation(SHARDS, 2, 8, Reason.told("load", "more"))
    now = NOON + timedelta(seconds=30)
    (found,) = ledger_constraints(History((DONE,), (theirs,)), recommendation, "race", now)
    assert str(found.reason) == (
        "Tidegate set the shard count of racers to 4 and someone else set it to 2 just after: "
        "Tidegate does not change it again before 12:01:00"
    )


def test_an_open_intention_and_a_pause_are_told_each_with_its_reason() -> None:
    until = NOON + timedelta(hours=1)
    history = History(
        (replace(DONE, outcome=Outcome.BEGUN, ended_at=None),),
        pauses=(Pause(until, "incident 7", "race"), Pause(NOON, "ended", "race")),
    )
    recommendation = Recommendation(SHARDS, 2, 8, Reason.told("load", "more"))
    found = [each.reason for each in ledger_constraints(history, recommendation, "race", NOON)]
    assert [each.kind for each in found] == [ReasonKind.PAUSED, ReasonKind.CHANGE_PENDING]
    assert str(found[0]) == (
        "race is paused until 2026-01-05 13:00 UTC (incident 7); tidegate resume ends the pause"
    )
