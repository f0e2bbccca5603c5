"""A ledger file is of one account and region: another one has resources of the same names."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from tests.losses.account import PIPELINES, Account
from tidegate.scaling.ledger.sqlite import SqliteLedger

Elsewhere = Callable[[Account, pytest.MonkeyPatch], str]
ACTING = [
    ("sweep", "--output", "json"),
    ("sweep", "--output", "json", "--dry-run"),
    ("pause", "--until", "2h", "--reason", "incident 7"),
    ("resume", "--reason", "over"),
    ("revert", "no-such-change", "--reason", "as it was"),
]


def run(account: Account, *arguments: str, ledger: str = "ledger.sqlite") -> Any:
    given = ("--config", account.file(PIPELINES)) if arguments[0] != "reshard" else ()
    return account.tidegate(*arguments, *given, "--ledger", str(account.folder / ledger))


@pytest.fixture
def sick(account: Account) -> Account:
    """One that a sweep would change."""
    account.pipeline(write=50)
    account.minutes(since=30, until=6)
    account.minutes(since=5, throttled=900, units=2990, age=700)
    return account


def in_another_region(_: Account, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    return "account 123456789012 in eu-west-1"


def in_another_account(account: Account, _: pytest.MonkeyPatch) -> str:
    arn = "arn:aws:iam::999999999999:user/operator"
    account.on("GetCallerIdentity", lambda _, real: real() | {"Arn": arn})
    return "account 999999999999 in us-east-1"


@pytest.mark.parametrize("elsewhere", [in_another_region, in_another_account])
@pytest.mark.parametrize(
    "arguments", [*ACTING, ("reshard", "orders", "--to", "8", "--yes")], ids=" ".join
)
def test_of_another_one_nothing_is_changed_by_it(
    sick: Account,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    elsewhere: Elsewhere,
) -> None:
    assert run(sick, "pause", "orders", "--until", "1m", "--reason", "first").exit_code == 0
    told = elsewhere(sick, monkeypatch)
    done = run(sick, *arguments)
    assert done.exit_code == 2
    assert "this ledger is of account 123456789012 in us-east-1" in done.stderr
    assert told in done.stderr
    assert sick.changes == []


def test_each_has_one_of_its_own(sick: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(sick, *ACTING[0]).exit_code in (0, 1)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    done = run(sick, *ACTING[0], ledger="europe.sqlite")
    assert "kinesis:DescribeStreamSummary on orders" in done.stderr


def test_a_dry_run_takes_no_file_for_its_own(
    sick: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    SqliteLedger(str(sick.folder / "ledger.sqlite")).close()
    assert run(sick, *ACTING[1]).exit_code == 1
    in_another_region(sick, monkeypatch)
    assert run(sick, *ACTING[2]).exit_code == 0


def without_sts(account: Account) -> None:
    def unreachable(*_: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://sts.us-east-1.amazonaws.com")

    account.on("GetCallerIdentity", unreachable)


def test_where_the_account_is_not_to_be_had_a_sweep_goes_on(sick: Account) -> None:
    assert run(sick, *ACTING[2]).exit_code == 0
    assert run(sick, *ACTING[3]).exit_code == 0
    without_sts(sick)
    assert json.loads(run(sick, *ACTING[0]).stdout)["pipelines"]
    assert sick.changes


@pytest.mark.parametrize("arguments", ACTING, ids=" ".join)
def test_where_the_account_is_not_to_be_had_the_region_is_held_to_alone(
    sick: Account, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    assert run(sick, *ACTING[2]).exit_code == 0
    without_sts(sick)
    in_another_region(sick, monkeypatch)
    done = run(sick, *arguments)
    assert done.exit_code == 2
    assert "the credentials are of an unknown account in eu-west-1" in done.stderr


def test_one_that_was_bound_to_the_wrong_region_is_put_right_by_hand_with_a_reason(
    sick: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = str(sick.folder / "ledger.sqlite")
    SqliteLedger(ledger).close()
    in_another_region(sick, monkeypatch)
    assert run(sick, *ACTING[2]).exit_code == 0
    assert run(sick, *ACTING[3]).exit_code == 0
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    refused = run(sick, *ACTING[0])
    assert (refused.exit_code, "tidegate ledger rehome" in refused.stderr) == (2, True)
    assert sick.tidegate("ledger", "rehome", "--ledger", ledger).exit_code == 2
    moving = ("ledger", "rehome", "--reason", "paused in Ireland", "--ledger", ledger)
    moved = sick.tidegate(*moving)
    assert moved.stdout == f"{ledger}: the ledger of account 123456789012 in us-east-1\n"
    told = sick.tidegate("ledger", "--ledger", ledger).stdout
    assert "before: account 123456789012 in eu-west-1: paused in Ireland" in told
    assert run(sick, *ACTING[0]).exit_code in (0, 1)
    assert sick.changes


def test_it_is_not_put_right_for_an_account_that_is_not_known(sick: Account) -> None:
    ledger = str(sick.folder / "ledger.sqlite")
    SqliteLedger(ledger).close()
    without_sts(sick)
    asked = ("ledger", "rehome", "--reason", "moved", "--ledger")
    assert sick.tidegate(*asked, ledger).exit_code == 3
    assert sick.tidegate(*asked, "dynamodb:ledger").exit_code == 2
    assert sick.tidegate(*asked, str(sick.folder / "none.sqlite")).exit_code == 2


def test_a_file_stays_that_of_its_place_whatever_an_import_says(sick: Account) -> None:
    run(sick, *ACTING[2])
    own = str(sick.folder / "ledger.sqlite")
    lines = sick.tidegate("ledger", "export", "-", "--ledger", own).stdout
    old = json.dumps({"kind": "note", "name": "home", "value": "account 1 in eu-west-1"})
    (sick.folder / "old.jsonl").write_text(f"{lines}{old}\n", encoding="utf-8")
    new = str(sick.folder / "new.sqlite")
    done = sick.tidegate("ledger", "import", str(sick.folder / "old.jsonl"), "--ledger", new)
    assert done.exit_code == 0, done.output
    assert run(sick, *ACTING[0], ledger="new.sqlite").exit_code in (0, 1)


def test_what_is_exported_can_be_gone_on_with_in_another_region(sick: Account) -> None:
    run(sick, *ACTING[0])
    lines = sick.tidegate("ledger", "export", "-", "--ledger", str(sick.folder / "ledger.sqlite"))
    assert '"kind": "change-record"' in lines.stdout
    assert '"name": "home"' not in lines.stdout
