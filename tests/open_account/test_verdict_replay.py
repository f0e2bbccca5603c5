"""A mapping made anew that reads old records is named, and no capacity is bought for it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account
from tests.losses.worlds import OURS, Played, a_world, play
from tests.open_account.settings import listed_with
from tidegate.rules.cause import Cause
from tidegate.simulator.kinds.lambda_mapping.data import FunctionData
from tidegate.simulator.scenario import Fault
from tidegate.simulator.traffic import Traffic


def replayed(account: Account, ages_seconds: list[float], read: float = 18_000) -> Any:
    """The newest minutes have these ages, and all of three executions busy; the mapping was made
    just before."""
    minutes = len(ages_seconds)
    account.pipeline(shards=1, write=4000, factor=3)
    listed_with(account, LastModified=account.minute - timedelta(minutes=minutes + 1))
    account.minutes(since=60, until=minutes + 1)
    for back, age in zip(range(minutes, 0, -1), ages_seconds, strict=True):
        account.minutes(since=back, until=back, records=6000, read=read, invocations=read / 100,
                        duration=1000, age=age * 1000)  # fmt: skip
    (pipeline,) = account.swept(PIPELINES, "--dry-run")["pipelines"]
    return pipeline


@pytest.mark.parametrize(
    "ages", [[7200, 7100, 7000, 6900], [90_000, 89_000, 88_500]], ids=["two hours", "a day"]
)
def test_old_records_that_are_read_again_are_named_and_waited_for(
    account: Account, ages: list[float]
) -> None:
    pipeline = replayed(account, ages)
    (only,) = pipeline["diagnoses"]
    assert (pipeline["health"], only["cause"]) == ("sick", "replay")
    assert "was made or changed at" in only["because"]
    assert "has caught up at" in only["because"]
    assert pipeline["actions"] == []


@pytest.mark.parametrize(
    ("ages", "read", "is_replay"),
    [([7200, 7140], 6000, True), ([7200], 18_000, True), ([7200], 6000, False)],
    ids=["two minutes", "one in which more is read than came in", "one odd minute"],
)
def test_a_mapping_that_was_just_made_needs_fewer_minutes(
    account: Account, ages: list[float], read: float, is_replay: bool
) -> None:
    pipeline = replayed(account, ages, read)
    assert ("replay" in [each["cause"] for each in pipeline["diagnoses"]]) is is_replay
    assert pipeline["actions"] == []


def test_one_odd_minute_is_none(account: Account) -> None:
    pipeline = replayed(account, [7200, 1, 1, 1])
    assert "replay" not in [each["cause"] for each in pipeline["diagnoses"]]


# ---- in the embedded world


def played(seconds: int, seed: int) -> Played:
    function = FunctionData("order-writer", 30, seconds_per_record=0.004)
    world = a_world(Traffic(((-86_400.0, 300.0), (0.0, 300.0))), function, shards=2, factor=3,
                    hours=1)  # fmt: skip
    fault = Fault(1200, "replay", {"seconds": seconds})
    return play(replace(world, faults=(fault,)), OURS, seed)


@pytest.mark.parametrize(("seconds", "seed"), [(3600, 1), (7200, 2), (14_400, 3)])
def test_a_replay_is_named_before_what_it_throttles_and_nothing_is_raised(
    seconds: int, seed: int
) -> None:
    """Its table has been scaled in before, to what the load needs."""
    run = played(seconds, seed)
    causes = [report.diagnoses[0].cause for report in run.reports]
    since = causes.index(Cause.REPLAY)
    assert 180 + 60 * since <= 1200 + 5 * 60
    assert {Cause.REPLAY} == set(causes[since : since + 15])
    assert [action for at, action in run.changes if at >= 1200] == []
