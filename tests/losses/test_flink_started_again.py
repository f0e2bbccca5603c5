"""A job that Tidegate's own update has stopped is started again once, where the file allows it."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from tests.losses.account import Account
from tests.losses.test_flink import (
    NO_ADDRESS,
    PARALLELISM,
    PER_KPU,
    Application,
    a_scenario,
    allowing,
    in_world,
    operations,
)
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load_value
from tidegate.scaling.kinds.flink_application.actions import StartApplication, UpdateApplication
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.health import Health
from tidegate.scaling.ports import Edges
from tidegate.scaling.sweep import sweep
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.world import World

WORD = "start_again_after_failed_update: true"
FILE = allowing(WORD, "allow_without_rollback: true")
NO_ROLLBACK = {"ApplicationSystemRollbackConfigurationDescription": {"RollbackEnabled": False}}
NO_SNAPSHOTS = {"ApplicationSnapshotConfigurationDescription": {"SnapshotsEnabled": False}}
UPDATE, START = "kinesisanalytics:UpdateApplication", "kinesisanalytics:StartApplication"
Done = tuple[Lever, int, int, float, str, Outcome]


def stopped(account: Account, **more: Any) -> Application:
    """READY since the only update, which Tidegate made 20 hours ago."""
    settings = NO_ROLLBACK | more.pop("settings", {})
    application = Application(account, 8, status="READY", updates=[NO_ADDRESS], **more)
    application.settings = settings
    application.minutes(30, cpuUtilization=0.0)
    account.on("StartApplication", lambda *_: {"OperationId": "s"})
    return application


def remember(account: Account, *done: Done) -> None:
    ledger = SqliteLedger(str(account.folder / "ledger.sqlite"))
    for at, (lever, before, after, hours_ago, operation, outcome) in enumerate(done):
        begun = account.minute - timedelta(hours=hours_ago)
        record = ChangeRecord(f"e{at}", "clicks", lever, operation, before, after, "", begun)
        assert ledger.begin(record)
        ledger.complete(f"e{at}", outcome, begun, None)
    ledger.close()


OURS: Done = (PARALLELISM, 4, 8, 20, UPDATE, Outcome.DONE)


def started(account: Account) -> list[Any]:
    return account.asked("StartApplication")


@pytest.mark.parametrize(
    ("settings", "restore"),
    [
        ({}, "RESTORE_FROM_LATEST_SNAPSHOT"),
        (NO_SNAPSHOTS, "SKIP_RESTORE_FROM_SNAPSHOT"),
    ],
)
def test_it_is_set_back_to_what_ran_and_started_from_its_snapshot(
    account: Account, settings: dict[str, Any], restore: str
) -> None:
    application = stopped(account, settings=settings)
    remember(account, OURS)
    told = account.swept(FILE)["pipelines"][0]
    assert application.asked == [(4, 1)]
    run = {"ApplicationRestoreConfiguration": {"ApplicationRestoreType": restore}}
    assert started(account) == [{"ApplicationName": "counter", "RunConfiguration": run}]
    assert told["health"] == "sick"
    assert "is started again with a parallelism of 4 and 1 per KPU" in str(told)


def test_both_levers_of_the_update_are_set_back_in_one_start(account: Account) -> None:
    application = stopped(account, per_kpu=1)
    remember(account, OURS, (PER_KPU, 2, 1, 20, UPDATE, Outcome.DONE))
    account.sweep(FILE)
    assert application.asked == [(4, 2)]
    assert len(started(account)) == 1


def test_the_parallelism_per_kpu_alone_is_set_back_as_well(account: Account) -> None:
    application = stopped(account)
    remember(account, (PER_KPU, 2, 1, 20, UPDATE, Outcome.DONE))
    account.sweep(FILE)
    assert application.asked == [(8, 2)]
    assert len(started(account)) == 1


def windows(allow: str) -> str:
    always = f'{{start: "00:00", end: "23:59", time_zone: UTC, allow: {allow}}}'
    return FILE.replace("    levers:\n", f"    change_windows: [{always}]\n    levers:\n")


@pytest.mark.parametrize(
    ("file", "done"),
    [
        (allowing("allow_without_rollback: true"), [OURS]),
        (FILE, []),
        (FILE, [(PARALLELISM, 4, 8, 21, UPDATE, Outcome.DONE)]),
        (FILE, [(PARALLELISM, 4, 6, 20, UPDATE, Outcome.DONE)]),
        (FILE, [OURS, (PARALLELISM, 8, 4, 19, START, Outcome.DONE)]),
        (FILE, [OURS, (PARALLELISM, 8, 4, 19, START, Outcome.FAILED)]),
        (FILE.replace("owner: tidegate", "owner: application-autoscaling"), [OURS]),
        (FILE.replace("{max: 64", "{min: 6, max: 64"), [OURS]),
        (windows("none"), [OURS]),
    ],
    ids=[
        "the word is off", "no update of ours", "the update of somebody else failed",
        "set to something else since", "started already", "the start was refused",
        "not ours to move", "outside of the bounds", "in a change window",
    ],
)  # fmt: skip
def test_it_is_not_started(account: Account, file: str, done: list[Done]) -> None:
    application = stopped(account)
    remember(account, *done)
    account.sweep(file)
    assert (application.asked, started(account)) == ([], [])


def test_it_is_not_started_once_a_person_started_and_stopped_it(account: Account) -> None:
    stopped(account, stopped_hours_ago=3)
    remember(account, OURS)
    told = account.swept(FILE)["pipelines"][0]
    assert (told["health"], started(account)) == ("unknown", [])


def test_it_is_not_started_while_paused(account: Account) -> None:
    stopped(account)
    remember(account, OURS)
    ledger = str(account.folder / "ledger.sqlite")
    paused = ("pause", "clicks", "--config", account.file(FILE), "--ledger", ledger)
    assert account.tidegate(*paused, "--until", "2h", "--reason", "we look").exit_code == 0
    account.sweep(FILE)
    assert started(account) == []


def test_what_somebody_else_starts_in_the_meantime_is_not_restarted(account: Account) -> None:
    application = stopped(account)
    remember(account, OURS)
    looks = iter(["READY"])

    def describe(*_: object) -> Any:
        application.status = next(looks, "RUNNING")
        return Application.describe(application)

    account.on("DescribeApplication", describe)
    account.sweep(FILE)
    assert (application.asked, started(account)) == ([], [])


# ---- played in a world whose job never comes up beyond its maximum parallelism


@cache
def played(
    name: str = "flink-lag", *, is_updated: bool = True, is_started: bool = True
) -> tuple[World, list[Any]]:
    """A job too small by half that nobody has named the maximum parallelism of."""
    scenario = a_scenario(name, rollback_enabled=False, max_parallelism=3)
    words = {"allow_without_rollback": is_updated, "start_again_after_failed_update": is_started}
    return in_world(scenario, 60, **words)


def job(world: World) -> EmbeddedApplication:
    return world.the(EmbeddedApplication)


@pytest.mark.parametrize("name", ["flink-lag", "flink-kafka"])
def test_in_a_world_it_is_started_once_and_runs_with_what_ran(name: str) -> None:
    world, reports = played(name)
    assert [kind for kind, _ in operations(world)] == [
        "UpdateApplication", "UpdateApplication", "StartApplication",
    ]  # fmt: skip
    service = job(world).service
    assert (service.status, service.configuration.parallelism) == ("RUNNING", 2)
    assert job(world).state.parallelism == 2
    actions = [change.action for report in reports for change in report.changes]
    assert [type(each) for each in actions] == [UpdateApplication, StartApplication]
    held = [str(why) for each in reports[-1].decisions for why in each.held_by]
    assert any("Tidegate started it again" in each for each in held)


def test_it_is_down_for_no_more_than_the_update_the_next_sweep_and_one_start() -> None:
    world, _ = played()
    state = job(world).state
    restart = state.restart_seconds(state.data.restart_seconds, state.kpus)
    assert 0 < state.seconds_down <= 3 * restart + 120


def test_it_is_behind_no_longer_than_left_alone_but_for_one_restart() -> None:
    """What it has not read in the meantime, it would have read at the rate that it runs with."""
    (world, _), (alone, _) = played(), played(is_updated=False)
    assert operations(alone) == []
    state = job(world).state
    behind = state.subscription.age_seconds - job(alone).state.subscription.age_seconds
    assert behind <= state.seconds_down


def test_without_the_word_it_stays_stopped() -> None:
    world, reports = played(is_started=False)
    assert [kind for kind, _ in operations(world)] == ["UpdateApplication"]
    assert reports[-1].health is Health.SICK


def test_a_start_that_fails_is_told_and_left_to_a_person() -> None:
    scenario = a_scenario("flink-lag", rollback_enabled=False)
    (spec,) = load_value(scenario.pipeline_file, scenario.name).pipelines
    allowed: Any = {"allow_without_rollback": True, "start_again_after_failed_update": True}
    spec = replace(spec, applications=[replace(each, **allowed) for each in spec.applications])
    world = World(scenario, 1)
    edges = Edges(DirectCloud(world), DirectMetrics(world), SqliteLedger(":memory:"))
    job(world).service.failures += [NO_ADDRESS, NO_ADDRESS]
    world.advance(180)
    for _ in range(45):
        report = sweep([spec], edges, world.now, holder="test").pipelines[0]
        world.advance(60)
    assert operations(world) == [
        ("UpdateApplication", "FAILED"),
        ("UpdateApplication", "SUCCESSFUL"),
        ("StartApplication", "FAILED"),
    ]
    assert report.health is Health.SICK
    assert any("it did not come up, and Tidegate does not try" in each for each in report.advice)
