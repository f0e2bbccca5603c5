"""``tidegate ledger``: what is open and locked is shown, and repaired with a reason."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.lease_holder import HOLDER, holding
from tidegate.cli import main
from tidegate.rules.cause import LeverKind
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome

NOW = datetime.now(UTC)
OPEN = ChangeRecord(
    "reshard/orders/1", "reshard/orders", Lever.of(LeverKind.SHARD_COUNT, "orders"),
    "kinesis:SplitShard", 1, 2, "requested by tidegate reshard", NOW - timedelta(days=3),
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[SqliteLedger]:
    opened = SqliteLedger(str(path))
    yield opened
    opened.close()


def run(path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(
        main, ["ledger", *arguments, "--ledger", str(path)], catch_exceptions=False
    )


def shown(path: Path) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(run(path, "--output", "json").stdout)
    return found


def test_an_open_intention_is_shown_however_old_it_is(path: Path, ledger: SqliteLedger) -> None:
    ledger.begin(OPEN)
    assert [each["entry_id"] for each in shown(path)["open"]] == [OPEN.entry_id]
    told = run(path).stdout
    assert "shard count of orders from 1 to 2, by reshard/orders" in told
    assert OPEN.entry_id in told


@pytest.mark.usefixtures("ledger")
def test_nothing_open_and_nothing_locked_is_said(path: Path) -> None:
    assert run(path).stdout == "No intention is open.\nNothing is locked.\n"


def test_an_intention_is_settled_with_its_reason_and_its_lever_is_free(
    path: Path, ledger: SqliteLedger
) -> None:
    ledger.begin(OPEN)
    done = run(path, "settle", OPEN.entry_id, "--as", "done", "--reason", "CloudTrail has it")
    assert done.exit_code == 0
    (record,) = ledger.change_records_of(OPEN.lever, OPEN.begun_at)
    assert (record.outcome, record.detail) == (Outcome.DONE, "settled by hand: CloudTrail has it")
    (repair,) = shown(path)["repairs"]
    assert repair["reason"] == "CloudTrail has it"
    assert f"settled {OPEN.entry_id} as done" in run(path).stdout
    assert ledger.begin(
        ChangeRecord("2", "orders", OPEN.lever, "kinesis:SplitShard", 2, 3, "", NOW)
    )


def test_without_a_reason_nothing_is_settled(path: Path, ledger: SqliteLedger) -> None:
    ledger.begin(OPEN)
    assert run(path, "settle", OPEN.entry_id, "--as", "done").exit_code == 2
    assert ledger.open_change_records() == (OPEN,)


@pytest.mark.parametrize(
    "arguments", [("settle", "other", "--as", "done"), ("unlock", "stream/other")]
)
def test_what_is_not_there_is_bad_input(
    path: Path, ledger: SqliteLedger, arguments: tuple[str, ...]
) -> None:
    ledger.begin(OPEN)
    result = run(path, *arguments, "--reason", "why")
    assert result.exit_code == 2
    assert "other" in result.stderr
    assert shown(path)["repairs"] == []


def test_a_lock_whose_holder_is_gone_is_taken_off(path: Path, ledger: SqliteLedger) -> None:
    with holding(path, "stream/orders") as process:
        process.kill()
        process.wait()
        (lease,) = shown(path)["leases"]
        assert (lease["resource"], lease["is_held"]) == ("stream/orders", False)
        assert run(path, "unlock", "stream/orders", "--reason", "the host is gone").exit_code == 0
    assert ledger.leases() == ()
    (repair,) = shown(path)["repairs"]
    assert repair["what"] == f"unlocked stream/orders, which {HOLDER} had locked"


def test_a_lock_of_a_running_process_is_left(path: Path, ledger: SqliteLedger) -> None:
    with holding(path, "stream/orders"):
        result = run(path, "unlock", "stream/orders", "--reason", "impatience")
        assert result.exit_code == 1
        assert f"locked by {HOLDER}, which is running" in result.stderr
        assert [each.holder for each in ledger.leases()] == [HOLDER]
    assert shown(path)["repairs"] == []


def test_a_ledger_that_is_not_there_is_bad_input_and_is_not_made(path: Path) -> None:
    assert run(path).exit_code == 2
    assert not path.exists()
