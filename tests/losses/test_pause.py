"""``tidegate pause`` and ``resume``: nothing is changed meanwhile, by whichever entry point."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account, refusal
from tests.losses.endpoint import SHARDS, Endpoint
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.pause import Pause

API = "https://abc.execute-api.us-east-1.amazonaws.com/v1"
THEIRS = PIPELINES.replace(
    "shard_count: {max: 16, owner: tidegate}",
    "shard_count: {max: 16, owner: application-autoscaling}",
)


def run(account: Account, *arguments: str, file: str = PIPELINES) -> Any:
    ledger = str(account.folder / "ledger.sqlite")
    return account.tidegate(*arguments, "--config", account.file(file), "--ledger", ledger)


def sick(account: Account) -> None:
    account.pipeline(write=50)
    account.minutes(since=30, until=6)
    account.minutes(since=5, throttled=900, units=2990, age=700)


@pytest.mark.parametrize(
    "paused", [(), ("orders",), ("orders", "write_capacity")], ids=["all", "pipeline", "lever"]
)
def test_a_sweep_changes_nothing_that_is_paused_until_it_is_resumed(
    account: Account,
    paused: tuple[str, ...],
) -> None:
    sick(account)
    done = run(account, "pause", *paused, "--until", "2h", "--reason", "incident 7")
    assert done.exit_code == 0
    (swept,) = account.swept()["pipelines"]
    assert any("is paused until" in words for words in swept["held_back"])
    assert account.asked("UpdateTable") == []
    assert run(account, "resume", *paused, "--reason", "over").exit_code == 0
    account.swept()
    assert len(account.asked("UpdateTable")) == 1


def test_a_pause_ends_by_itself(account: Account) -> None:
    sick(account)
    run(account, "pause", "--until", "90m", "--reason", "incident 7")
    with_end = SqliteLedger(str(account.folder / "ledger.sqlite"))
    (pause,) = with_end.pauses()
    with_end.close()
    now = datetime.now(pause.until.tzinfo)
    assert timedelta(minutes=89) < pause.until - now < timedelta(minutes=91)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("pause", "race", "--until", "2h"), "the file has no pipeline 'race'; it has: orders"),
        (("pause", "orders", "shards", "--until", "2h"), "'shards' is not one of write_capacity"),
        (("pause", "--until", "2020-01-01"), "is not in the future"),
        (("pause", "--until", "soon"), "is not a time"),
        (("resume", "orders"), "orders is not paused by itself; paused: nothing"),
    ],
)
def test_what_can_not_be_meant_is_bad_input(
    account: Account,
    arguments: tuple[str, ...],
    words: str,
) -> None:
    SqliteLedger(str(account.folder / "ledger.sqlite")).close()
    result = run(account, *arguments, "--reason", "why")
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.replace("│", " ").split())


def test_a_pause_in_a_ledger_that_no_run_has_used_says_so(account: Account) -> None:
    """It may be a mistyped one, and sweeps go on."""
    told = [run(account, "pause", "--until", "2h", "--reason", "incident 7") for _ in range(2)]
    assert [each.exit_code for each in told] == [0, 0]
    assert ["There was no ledger at" in each.stderr for each in told] == [True, False]


def test_the_reasons_are_shown_with_the_ledger(account: Account) -> None:
    run(account, "pause", "--until", "2h", "--reason", "incident 7")
    run(account, "pause", "orders", "--until", "2h", "--reason", "move")
    run(account, "resume", "orders", "--reason", "moved")
    ledger = str(account.folder / "ledger.sqlite")
    told = account.tidegate("ledger", "--ledger", ledger).stdout
    assert "everything is paused until" in told
    assert "incident 7" in told
    assert "resumed orders: moved" in told
    found = json.loads(account.tidegate("ledger", "--ledger", ledger, "--output", "json").stdout)
    assert [each["of"] for each in found["pauses"]] == ["everything"]


def suspended(account: Account) -> list[bool]:
    found = account.client("application-autoscaling").describe_scalable_targets(
        ServiceNamespace="custom-resource"
    )["ScalableTargets"]
    return [
        all(each.get("SuspendedState", {"": False}).values())
        for each in sorted(found, key=lambda each: str(each["ResourceId"]))
    ]


def test_application_auto_scaling_is_suspended_for_its_levers_alone(
    account: Account,
) -> None:
    registered(account, "shard_count~orders", "write_capacity~orders")
    until = ("--until", "2h", "--reason", "incident 7", "--api", API)
    done = run(account, "pause", "orders", *until, file=THEIRS)
    assert "suspended shard_count of orders, until the pause has ended" in done.stdout
    assert suspended(account) == [True, False]
    run(account, "resume", "orders", "--reason", "over", file=THEIRS)
    assert suspended(account) == [False, False]


def registered(account: Account, *names: str) -> None:
    for name in names:
        account.client("application-autoscaling").register_scalable_target(
            ServiceNamespace="custom-resource", MinCapacity=1, MaxCapacity=16,
            ResourceId=f"{API}/scalableTargetDimensions/{name}",
            ScalableDimension="custom-resource:ResourceType:Property",
        )  # fmt: skip


def ended(account: Account, key: str) -> None:
    """The pause has ended, as when its time has gone by."""
    with closing(SqliteLedger(str(account.folder / "ledger.sqlite"))) as ledger:
        (pause,) = (each for each in ledger.pauses() if each.key == key)
        ledger.keep_pause(replace(pause, until=datetime.now(UTC) - timedelta(seconds=1)))


def paused_with_targets(account: Account) -> None:
    account.pipeline()
    account.minutes()
    registered(account, "shard_count~orders", "write_capacity~orders")
    until = ("--until", "2h", "--reason", "incident 7", "--api", API)
    assert run(account, "pause", "orders", *until, file=THEIRS).exit_code == 0
    assert suspended(account) == [True, False]


def test_the_sweep_after_a_pause_resumes_the_scalable_targets(account: Account) -> None:
    paused_with_targets(account)
    account.sweep(THEIRS)
    assert suspended(account) == [True, False]
    ended(account, "orders/*")
    account.sweep(THEIRS, "--dry-run")
    assert suspended(account) == [True, False]
    account.sweep(THEIRS)
    assert suspended(account) == [False, False]
    account.calls.clear()
    account.sweep(THEIRS)
    assert account.asked("RegisterScalableTarget") == []


def test_a_pause_that_is_prolonged_or_overlapped_keeps_its_targets_to_the_end(
    account: Account,
) -> None:
    paused_with_targets(account)
    run(account, "pause", "orders", "--until", "3h", "--reason", "longer", file=THEIRS)
    until = ("--until", "2h", "--reason", "incident 8", "--api", API)
    run(account, "pause", *until, file=THEIRS)
    ended(account, "orders/*")
    account.sweep(THEIRS)
    assert suspended(account) == [True, False]
    ended(account, "*/*")
    account.sweep(THEIRS)
    assert suspended(account) == [False, False]


def test_what_can_not_be_resumed_is_told_and_tried_again(account: Account) -> None:
    paused_with_targets(account)
    ended(account, "orders/*")

    def denied(*_: object) -> None:
        raise refusal("RegisterScalableTarget", "AccessDeniedException", "not authorized")

    account.on("RegisterScalableTarget", denied)
    result = account.sweep(THEIRS)
    assert result.exit_code == 3
    assert "the scalable targets that were suspended while orders was paused" in result.stderr
    account.hooks.clear()
    account.sweep(THEIRS)
    assert suspended(account) == [False, False]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("resumed_by", ["the sweep", "resume"])
def test_bounds_that_a_scheduled_action_sets_meanwhile_stay(
    account: Account, resumed_by: str
) -> None:
    account.pipeline()
    account.minutes()
    registered(account, "shard_count~orders")
    scheduled = iter([(2, 12), (3, 13), (4, 14), (5, 15)])

    def looked(_: object, real: Any) -> Any:
        answer = real()
        target = next(iter(answer["ScalableTargets"]))
        least, most = next(scheduled)
        account.client("application-autoscaling").register_scalable_target(
            ServiceNamespace="custom-resource", ResourceId=target["ResourceId"],
            ScalableDimension=target["ScalableDimension"], MinCapacity=least, MaxCapacity=most,
        )  # fmt: skip
        return answer

    account.on("DescribeScalableTargets", looked)
    api = ("--api", API)
    run(account, "pause", "orders", "--until", "2h", "--reason", "incident 7", *api, file=THEIRS)
    bounds = [bounds_of(account)]
    if resumed_by == "the sweep":
        ended(account, "orders/*")
        account.sweep(THEIRS)
    else:
        run(account, "resume", "orders", "--reason", "over", file=THEIRS)
    account.hooks.clear()
    bounds.append(bounds_of(account))
    assert bounds == [(2, 12), (4, 14)]
    assert suspended(account) == [False]


def bounds_of(account: Account) -> tuple[int, int]:
    (target,) = account.client("application-autoscaling").describe_scalable_targets(
        ServiceNamespace="custom-resource"
    )["ScalableTargets"]
    return target["MinCapacity"], target["MaxCapacity"]


def test_who_ends_a_pause_need_not_know_the_stage_that_was_suspended(account: Account) -> None:
    paused_with_targets(account)
    assert run(account, "resume", "orders", "--reason", "over", file=THEIRS).exit_code == 0
    assert suspended(account) == [False, False]
    with closing(SqliteLedger(str(account.folder / "ledger.sqlite"))) as ledger:
        assert ledger.pauses() == ()


def test_a_target_that_was_deregistered_meanwhile_is_not_made_again(account: Account) -> None:
    paused_with_targets(account)
    ended(account, "orders/*")
    account.client("application-autoscaling").deregister_scalable_target(
        ServiceNamespace="custom-resource",
        ResourceId=f"{API}/scalableTargetDimensions/shard_count~orders",
        ScalableDimension="custom-resource:ResourceType:Property",
    )
    assert account.sweep(THEIRS).exit_code == 0
    assert suspended(account) == [False]


def test_a_request_for_a_paused_lever_is_refused_and_nothing_is_kept(
    endpoint: Endpoint,
) -> None:
    until = endpoint.now + timedelta(hours=1)
    endpoint.ledger.keep_pause(Pause(until, "incident 7", "orders", "shard_count"))
    assert endpoint.refused(SHARDS, 8) == (
        400,
        "shard_count of orders was not changed: shard_count of orders is paused (incident 7)",
    )
    endpoint.wait(61)
    assert endpoint.patch(SHARDS, 8)[1:] == (8, "InProgress")


def test_a_desired_capacity_waits_while_its_lever_is_paused(
    endpoint: Endpoint,
) -> None:
    assert endpoint.patch(SHARDS, 16) == (4, 16, "InProgress")
    endpoint.ledger.keep_pause(Pause(endpoint.now + timedelta(minutes=10), "incident 7"))
    endpoint.wait(5)
    endpoint.sweep()
    assert endpoint.get(SHARDS)[0] == 8
    endpoint.wait(6)
    endpoint.sweep()
    assert endpoint.get(SHARDS)[0] == 16
