"""Budgets are counted by what was done, whatever the clock has done since."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import NOON
from tidegate.rules.cause import LeverKind
from tidegate.scaling.kinds.kinesis_stream.actions import UPDATE_SHARD_COUNT
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome, refused_by_limit
from tidegate.scaling.model.history import History

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
DONE = ChangeRecord(
    "1", "race", SHARDS, UPDATE_SHARD_COUNT, 4, 2, "less", NOON, Outcome.DONE, NOON
)  # fmt: skip
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("now", "counted"),
    [
        (NOON + 23.9 * HOUR, True),
        (NOON + 24 * HOUR, False),
        (NOON - HOUR, True),
        (NOON - 24 * HOUR, True),
    ],
    ids=["in a day", "after a day", "clock set back an hour", "clock set back a day"],
)
def test_a_call_counts_for_a_day_also_after_the_clock_was_set_back(
    now: datetime, counted: bool
) -> None:
    history = History((DONE,))
    assert history.calls(UPDATE_SHARD_COUNT, now) == counted
    assert history.decreases(SHARDS, now) == counted


@pytest.mark.parametrize("outcome", [Outcome.BEGUN, Outcome.DONE, Outcome.UNKNOWN])
def test_what_may_have_reached_aws_counts(outcome: Outcome) -> None:
    history = History((replace(DONE, outcome=outcome),))
    assert history.calls(UPDATE_SHARD_COUNT, NOON) == 1
    assert history.last_change(SHARDS) == NOON


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.SUPERSEDED])
def test_what_did_not_reach_aws_does_not_count(outcome: Outcome) -> None:
    history = History((replace(DONE, outcome=outcome),))
    assert history.calls(UPDATE_SHARD_COUNT, NOON) == 0
    assert history.last_change(SHARDS) is None


def test_a_refusal_by_limit_is_remembered_when_the_clock_was_set_back() -> None:
    refused = replace(DONE, outcome=Outcome.FAILED, detail=refused_by_limit("ten a day"))
    history = History((refused,))
    assert history.refusal_by_limit(UPDATE_SHARD_COUNT, NOON - HOUR, HOUR) == "ten a day"
    assert history.refusal_by_limit(UPDATE_SHARD_COUNT, NOON + HOUR, HOUR) is None


def test_a_dry_run_as_of_a_past_moment_does_not_know_what_came_later() -> None:
    later = replace(DONE, entry_id="2", begun_at=NOON + HOUR)
    assert History((DONE, later)).until(NOON).change_records == (DONE,)
