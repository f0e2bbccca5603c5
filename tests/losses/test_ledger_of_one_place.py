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


def test_where_the_account_is_not_to_be_had_a_sweep_goes_on(sick: Account) -> None:
    def unreachable(*_: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://sts.us-east-1.amazonaws.com")

    sick.on("GetCallerIdentity", unreachable)
    assert json.loads(run(sick, *ACTING[0]).stdout)["pipelines"]
    assert sick.changes


def test_what_is_exported_can_be_gone_on_with_in_another_region(sick: Account) -> None:
    run(sick, *ACTING[0])
    lines = sick.tidegate("ledger", "export", "-", "--ledger", str(sick.folder / "ledger.sqlite"))
    assert '"kind": "change-record"' in lines.stdout
    assert '"name": "home"' not in lines.stdout
