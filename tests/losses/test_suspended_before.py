"""A pause ends the suspensions that it has begun, and not those of an operator."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON
from tests.losses.account import PIPELINES, Account
from tests.losses.test_pause import API, THEIRS, ended, registered, run
from tidegate.scaling.autoscaling_api.resume import suspended_before
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.pause import Pause

IN, OUT = "DynamicScalingInSuspended", "DynamicScalingOutSuspended"
SCHEDULED = "ScheduledScalingSuspended"
ALL = (IN, OUT, SCHEDULED)
TARGET = f"{API}/scalableTargetDimensions/shard_count~orders"


def set_by_hand(account: Account, *flags: str) -> None:
    account.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="custom-resource", ResourceId=TARGET,
        ScalableDimension="custom-resource:ResourceType:Property",
        SuspendedState={each: each in flags for each in ALL},
    )  # fmt: skip


def flags(account: Account) -> tuple[str, ...]:
    (target,) = account.client("application-autoscaling").describe_scalable_targets(
        ServiceNamespace="custom-resource"
    )["ScalableTargets"]
    state: dict[str, bool] = dict(target.get("SuspendedState") or {})
    return tuple(each for each in ALL if state.get(each))


def pause(account: Account, *what: str, hours: int = 2) -> Any:
    more = ("--until", f"{hours}h", "--reason", "incident 7", "--api", API)
    done = run(account, "pause", *what, *more, file=THEIRS)
    assert done.exit_code == 0, done.stderr
    return done


def over(account: Account, by: str) -> None:
    if by == "resume":
        run(account, "resume", "orders", "--reason", "over", file=THEIRS)
        return
    ended(account, "orders/*")
    account.sweep(THEIRS)


@pytest.fixture
def stage(account: Account) -> Account:
    account.pipeline()
    account.minutes()
    registered(account, "shard_count~orders")
    return account


@pytest.mark.sampled(2)
@pytest.mark.parametrize("by", ["sweep", "resume"])
@pytest.mark.parametrize("before", [(), (IN,), (OUT, SCHEDULED), ALL])
def test_what_was_suspended_before_a_pause_stays_so_after_it(
    stage: Account, before: tuple[str, ...], by: str
) -> None:
    set_by_hand(stage, *before)
    told = pause(stage, "orders").stdout
    assert ("was suspended already" in told) is (before == ALL)
    assert flags(stage) == ALL
    over(stage, by)
    assert flags(stage) == before


@pytest.mark.parametrize("before", [(), (IN,), (OUT, SCHEDULED)])
def test_a_pause_takes_what_another_one_has_suspended_for_that_one_s(
    stage: Account, before: tuple[str, ...]
) -> None:
    set_by_hand(stage, *before)
    pause(stage, "orders")
    pause(stage)
    over(stage, "sweep")
    assert flags(stage) == ALL
    ended(stage, "*/*")
    stage.sweep(THEIRS)
    assert flags(stage) == before


@pytest.mark.parametrize("over_already", [False, True], ids=["prolonged", "after its end"])
@pytest.mark.parametrize("with_stage", [True, False])
def test_a_pause_that_replaces_another_keeps_what_was_suspended_before_that(
    stage: Account, with_stage: bool, over_already: bool
) -> None:
    set_by_hand(stage, IN)
    pause(stage, "orders")
    if over_already:
        ended(stage, "orders/*")
    if with_stage:
        pause(stage, "orders", hours=3)
    else:
        run(stage, "pause", "orders", "--until", "3h", "--reason", "longer", file=THEIRS)
    over(stage, "sweep")
    assert flags(stage) == (IN,)


def test_a_suspension_that_its_operator_has_ended_meanwhile_is_not_begun_again(
    stage: Account,
) -> None:
    set_by_hand(stage, IN, SCHEDULED)
    pause(stage, "orders")
    set_by_hand(stage, OUT, SCHEDULED)
    over(stage, "sweep")
    assert flags(stage) == (SCHEDULED,)


def test_a_target_that_no_pause_has_suspended_is_not_resumed(stage: Account) -> None:
    set_by_hand(stage, *ALL)
    run(stage, "pause", "orders", "--until", "2h", "--reason", "incident 7", file=PIPELINES)
    over(stage, "resume")
    assert flags(stage) == ALL


def test_what_an_earlier_version_has_suspended_is_resumed_altogether(stage: Account) -> None:
    pause(stage, "orders")
    with closing(SqliteLedger(str(stage.folder / "ledger.sqlite"))) as ledger:
        (kept,) = ledger.pauses()
        told = json.loads(kept.to_text())
        del told["before"]
        ledger.keep_pause(Pause.from_text(json.dumps(told)))
    pause(stage)
    over(stage, "sweep")
    ended(stage, "*/*")
    stage.sweep(THEIRS)
    assert flags(stage) == ()


KEPT = Pause(
    NOON + timedelta(hours=1), "why", "orders", suspended=("a", "b"), before=(f"b {IN}", f"b {OUT}")
)


def test_a_pause_is_read_as_it_was_kept_and_by_what_is_known_of_another_version_s() -> None:
    assert Pause.from_text(KEPT.to_text()) == KEPT
    told = json.loads(KEPT.to_text()) | {"announced": ["b"]}
    assert Pause.from_text(json.dumps(told)) == KEPT
    del told["before"]
    assert Pause.from_text(json.dumps(told)) == replace(KEPT, before=())


@pytest.mark.parametrize(("of", "found"), [("a", ()), ("b", (OUT,)), ("c", (OUT, SCHEDULED))])
def test_what_is_suspended_by_no_pause_is_the_operator_s(of: str, found: tuple[str, ...]) -> None:
    assert suspended_before((KEPT,), of, (OUT, SCHEDULED)) == found
    assert suspended_before((KEPT, KEPT), of, iter((OUT, SCHEDULED))) == found
