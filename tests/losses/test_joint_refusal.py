"""A decrease that AWS refuses doesn't hold up the increase of the same call."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.losses.account import PIPELINES, Account, Answer, refusal
from tests.orders import create_ledger_table
from tidegate.scaling.aws.ledger_dynamodb import DynamoLedger
from tidegate.scaling.model.change_record import Outcome

LOWERED = (
    "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day"
)


READS = "      read_capacity: {min: 40, max: 100, owner: tidegate}\n"
UNITS_ALONE = (
    PIPELINES[: PIPELINES.index("      shard_count")]
    + """\
      write_capacity: {max: 4000, owner: tidegate}
"""
)


def units(account: Account) -> tuple[int, int]:
    """Write and read units."""
    table = account.client("dynamodb").describe_table(TableName="orders")["Table"]
    found = table["ProvisionedThroughput"]
    return int(found["WriteCapacityUnits"]), int(found["ReadCapacityUnits"])


def a_table_to_lower_and_raise(account: Account) -> None:
    """Its writes are a seventh of what it has; the file has a minimum of reads above it."""
    account.pipeline(shards=4, factor=1, write=2000)
    account.minutes(since=89, records=18_000, invocations=180, duration=1000, age=300)


def lowered_by(parameters: dict[str, Any]) -> bool:
    return bool(parameters["ProvisionedThroughput"]["WriteCapacityUnits"] < 2000)


def refusing(code: str, message: str, when: Callable[[dict[str, Any]], bool]) -> Answer:
    """AWS's answer to a call for which ``when`` holds."""

    def answer(parameters: dict[str, Any], real: Any) -> Any:
        if when(parameters):
            raise refusal("UpdateTable", code, message)
        return real()

    return answer


def told(swept: Any) -> dict[str, tuple[str, str | None]]:
    """The outcome of each lever's change, and the kind of its refusal."""
    (pipeline,) = swept["pipelines"]
    return {each["lever"]: (each["outcome"], each["refusal"]) for each in pipeline["actions"]}


def test_the_increase_of_a_refused_call_goes_alone_in_the_same_run(account: Account) -> None:
    a_table_to_lower_and_raise(account)
    account.on("UpdateTable", refusing("LimitExceededException", LOWERED, lowered_by))
    swept = account.swept(UNITS_ALONE + READS)
    assert units(account) == (2000, 40)
    assert told(swept) == {
        "write_capacity of orders": ("failed", "limit-exceeded"),
        "read_capacity of orders": ("done", None),
    }


def test_each_call_has_its_intentions_in_the_ledger_of_the_endpoint(account: Account) -> None:
    a_table_to_lower_and_raise(account)
    account.on("UpdateTable", refusing("LimitExceededException", LOWERED, lowered_by))
    create_ledger_table(account.client("dynamodb"), "ledger")
    ledger = DynamoLedger(account.client("dynamodb"), "ledger")
    arguments = ["--config", account.file(UNITS_ALONE + READS), "--ledger", "dynamodb:ledger"]
    assert account.tidegate("sweep", *arguments).exit_code in (0, 1)
    assert units(account) == (2000, 40)
    found = ledger.change_records("orders", datetime.now(UTC) - timedelta(hours=1))
    kept = [(each.lever.kind_word, each.to_capacity, each.outcome) for each in found]
    assert sorted(kept[:2]) == [
        ("read_capacity", 40, Outcome.FAILED),
        ("write_capacity", 305, Outcome.FAILED),
    ]
    assert kept[2:] == [("read_capacity", 40, Outcome.DONE)]
    assert ledger.open_change_records() == ()
    assert ledger.leases() == ()


def test_the_next_sweep_lowers_nothing_and_raises_nothing_twice(account: Account) -> None:
    a_table_to_lower_and_raise(account)
    account.on("UpdateTable", refusing("LimitExceededException", LOWERED, lowered_by))
    account.swept(UNITS_ALONE + READS)
    account.calls.clear()
    account.swept(UNITS_ALONE + READS)
    assert account.changes == []


def test_what_is_refused_alone_as_well_is_asked_for_once_more_only(account: Account) -> None:
    a_table_to_lower_and_raise(account)
    account.on("UpdateTable", refusing("LimitExceededException", LOWERED, lambda _: True))
    swept = account.swept(UNITS_ALONE + READS)
    assert units(account) == (2000, 5)
    assert set(told(swept).values()) == {("failed", "limit-exceeded")}
    assert len(account.changes) == 2


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("AccessDeniedException", "not authorized"),
        ("ThrottlingException", "rate exceeded"),
        ("LimitExceededException", "the account limits of provisioned throughput"),
        ("ResourceInUseException", "the table is being updated"),
    ],
)
def test_what_holds_the_whole_call_is_not_tried_in_parts(
    account: Account, code: str, message: str
) -> None:
    a_table_to_lower_and_raise(account)
    account.on("UpdateTable", refusing(code, message, lambda _: True))
    account.swept(UNITS_ALONE + READS)
    assert len(account.changes) == 1
