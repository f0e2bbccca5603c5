"""What the ledger knows to be done is not done again on a description from before."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON
from tidegate.rules.cause import LeverKind
from tidegate.rules.reason import Reason
from tidegate.scaling.constraints.not_shown import not_shown_constraints
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.recommendation import Recommendation

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
DONE = ChangeRecord(
    "1", "race", SHARDS, "kinesis:UpdateShardCount", 2, 4, "more", NOON, Outcome.DONE, NOON
)  # fmt: skip


def held(change_record: ChangeRecord, current: int, seconds: float) -> list[str]:
    recommendation = Recommendation(SHARDS, current, 8, Reason.told("load", "more"))
    now = NOON + timedelta(seconds=seconds)
    found = not_shown_constraints(History((change_record,)), recommendation, now)
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
