"""``tidegate revert`` undoes one change of Tidegate's, and nobody else's."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import Result

from tests.losses.account import PIPELINES, Account
from tests.losses.test_second_owner import (
    ALL_SUSPENDED,
    PERMISSION,
    refuse,
    register_writes,
    replicated_to,
)
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import Outcome

NARROW = PIPELINES.replace("write_capacity: {max: 4000", "write_capacity: {min: 52, max: 4000")


def raised(account: Account) -> str:
    """A sweep has raised the write units of the table; the id of the change."""
    account.pipeline(write=50)
    account.minutes(since=30, until=6)
    account.minutes(since=5, throttled=900, units=2990, age=700)
    account.swept()
    assert write_units(account) == 58
    ledger = str(account.folder / "ledger.sqlite")
    told = json.loads(account.tidegate("history", "--ledger", ledger, "--output", "json").stdout)
    (change,) = [each["change"] for each in events(told) if "change" in each]
    return str(change["id"])


def events(told: Any) -> list[Any]:
    return [each for pipeline in told["pipelines"] for each in pipeline["events"]]


def write_units(account: Account) -> int:
    table = account.client("dynamodb").describe_table(TableName="orders")["Table"]
    return int(table["ProvisionedThroughput"]["WriteCapacityUnits"])


def revert(account: Account, change: str, *more: str, file: str = PIPELINES) -> Result:
    ledger = str(account.folder / "ledger.sqlite")
    return account.tidegate(
        "revert", change, "--config", account.file(file), "--ledger", ledger,
        "--reason", "a test of load", *more,
    )  # fmt: skip


def test_a_change_is_undone_once_and_the_reason_is_in_the_ledger(account: Account) -> None:
    change = raised(account)
    done = revert(account, change)
    assert (done.exit_code, write_units(account)) == (0, 50)
    assert "reverted write capacity of orders from 58 to 50 WCU" in done.stdout
    ledger = str(account.folder / "ledger.sqlite")
    told = account.tidegate("history", "--ledger", ledger, "--output", "json").stdout
    assert f"{change} is reverted: a test of load" in told
    again = revert(account, change)
    assert (again.exit_code, len(account.asked("UpdateTable"))) == (0, 2)
    assert "as it was before: nothing to do" in again.stdout


def test_a_dry_run_changes_nothing(account: Account) -> None:
    change = raised(account)
    assert "would set write capacity of orders" in revert(account, change, "--dry-run").stdout
    assert write_units(account) == 58


def test_what_somebody_has_set_since_is_left(account: Account) -> None:
    change = raised(account)
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 90}
    account.client("dynamodb").update_table(TableName="orders", ProvisionedThroughput=units)
    result = revert(account, change)
    assert result.exit_code == 1
    assert "the write capacity of orders is 90 WCU by now" in result.stderr
    assert write_units(account) == 90


def test_a_revert_that_is_run_again_lowers_no_later_raise(account: Account) -> None:
    """Such as by a script that has not seen how it ended."""
    change = raised(account)
    assert revert(account, change).exit_code == 0
    with closing(SqliteLedger(str(account.folder / "ledger.sqlite"))) as ledger:
        first = ledger.change_record(change)
        assert first is not None
        at = datetime.now(UTC)
        ledger.begin(replace(first, entry_id="later", begun_at=at, outcome=Outcome.BEGUN))
        ledger.complete("later", Outcome.DONE, at, None)
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 58}
    account.client("dynamodb").update_table(TableName="orders", ProvisionedThroughput=units)
    again = revert(account, change)
    assert (again.exit_code, write_units(account)) == (1, 58)
    assert "the write capacity of orders was put back to 50 WCU already, by orders/" in again.stderr
    assert again.stderr.endswith("; it is 58 WCU by now\n")
    assert (revert(account, "later").exit_code, write_units(account)) == (0, 50)


def test_of_two_reverts_at_once_one_is_made(account: Account) -> None:
    change = raised(account)
    second: list[Result] = []

    def meanwhile(_: object, real: Callable[[], Any]) -> Any:
        account.hooks.clear()
        second.append(revert(account, change))
        return real()

    account.on("UpdateTable", meanwhile)
    ledger = SqliteLedger(str(account.folder / "ledger.sqlite"))
    revert(account, change)
    assert second[0].exit_code == 1
    assert "that began at" in second[0].stderr
    assert (write_units(account), len(account.asked("UpdateTable"))) == (50, 2)
    assert ledger.open_change_records() == ()
    ledger.close()


def test_the_range_of_the_file_holds_and_a_part_is_told(account: Account) -> None:
    change = raised(account)
    result = revert(account, change, file=NARROW)
    assert (result.exit_code, write_units(account)) == (1, 52)
    assert "not all the way: the pipeline file limits the write capacity of orders" in result.stdout


def test_the_part_that_is_left_is_done_by_the_next_revert(account: Account) -> None:
    change = raised(account)
    revert(account, change, file=NARROW)
    done = revert(account, change)
    assert (done.exit_code, write_units(account)) == (0, 50)
    assert "reverted write capacity of orders from 52 to 50 WCU" in done.stdout
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 58}
    account.client("dynamodb").update_table(TableName="orders", ProvisionedThroughput=units)
    assert (revert(account, change).exit_code, write_units(account)) == (1, 58)


def test_a_paused_lever_is_not_put_back(account: Account) -> None:
    change = raised(account)
    ledger = str(account.folder / "ledger.sqlite")
    account.tidegate("pause", "--until", "2h", "--reason", "incident 7", "--ledger", ledger)
    result = revert(account, change)
    assert result.exit_code == 1
    assert "everything is paused until" in result.stderr
    assert write_units(account) == 58


def test_a_change_that_the_ledger_does_not_have_is_bad_input(account: Account) -> None:
    raised(account)
    result = revert(account, "another")
    assert result.exit_code == 2
    assert "the ledger has no change 'another'" in result.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("revert", "another", "--config", "pipelines.yaml"),
        ("resume",),
        ("ledger", "settle", "another", "--as", "done"),
        ("ledger", "unlock", "stream/orders"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_where_there_is_no_ledger_nothing_can_be_put_right_and_none_is_made(
    account: Account, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    account.file(PIPELINES)
    monkeypatch.chdir(account.folder)
    result = account.tidegate(*command, "--reason", "why", "--ledger", "mistyped.sqlite")
    assert result.exit_code == 2
    assert "there is no ledger at mistyped.sqlite" in result.stderr
    assert not (account.folder / "mistyped.sqlite").exists()


def test_a_table_that_dynamodb_scales_since_is_not_put_back(account: Account) -> None:
    change = raised(account)
    register_writes(account)
    for more in ((), ("--dry-run",)):
        result = revert(account, change, *more)
        assert (result.exit_code, write_units(account)) == (1, 58)
        assert "is also a scalable target of DynamoDB auto scaling" in result.stderr


def test_nor_where_tidegate_may_not_ask_who_scales_it(account: Account) -> None:
    change = raised(account)
    account.on("DescribeScalableTargets", refuse("AccessDeniedException"))
    result = revert(account, change)
    assert (result.exit_code, write_units(account)) == (3, 58)
    assert f"permission {PERMISSION} is missing" in result.stderr


def test_nor_is_one_of_a_global_table(account: Account) -> None:
    change = raised(account)
    account.on("DescribeTable", replicated_to({"RegionName": "eu-west-1"}))
    result = revert(account, change)
    assert (result.exit_code, write_units(account)) == (1, 58)


def test_one_whose_target_is_suspended_altogether_is(account: Account) -> None:
    change = raised(account)
    register_writes(account, SuspendedState=ALL_SUSPENDED)
    assert (revert(account, change).exit_code, write_units(account)) == (0, 50)
