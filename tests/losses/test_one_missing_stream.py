"""Alarms and dashboards of a file are put for every pipeline that is there."""

import pytest

from tests.losses.account import PIPELINES, Account

OTHER = """\
  - name: clicks
    stream: clicks
    consumers:
      - {function: clicks-writer, tables: [clicks]}
"""
BOTH = PIPELINES + OTHER
COMMANDS = ["alarms", "dashboard"]


def put(account: Account, command: str, text: str = BOTH) -> tuple[int, str, str]:
    # moto has no composite alarms.
    account.on("PutCompositeAlarm", lambda *_: {})
    more = ["--ledger", str(account.folder / "ledger.sqlite")] if command == "dashboard" else []
    result = account.tidegate(command, account.file(text), "--yes", *more)
    return result.exit_code, result.stdout, result.stderr


def names(account: Account, command: str) -> set[str]:
    """The pipelines that have something there."""
    cloudwatch = account.client("cloudwatch")
    if command == "alarms":
        found = [each["AlarmName"] for each in cloudwatch.describe_alarms()["MetricAlarms"]]
    else:
        found = [each["DashboardName"] for each in cloudwatch.list_dashboards()["DashboardEntries"]]
    return {name for name in ("orders", "clicks") if any(name in each for each in found)}


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_there_is_attended_to_and_what_is_missing_named(
    account: Account, command: str
) -> None:
    account.pipeline()
    code, _, errors = put(account, command)
    assert names(account, command) == {"orders"}
    assert code == 1, errors
    assert errors.count("clicks: kinesis:DescribeStreamSummary on clicks") == 1


@pytest.mark.sampled(2)
@pytest.mark.parametrize("command", COMMANDS)
def test_what_was_put_for_a_stream_that_cannot_be_seen_now_stays(
    account: Account, command: str
) -> None:
    account.pipeline()
    account.pipeline("clicks")
    first = put(account, command)
    assert first[0] == 0, first
    account.client("kinesis").delete_stream(StreamName="clicks")
    code, _, errors = put(account, command)
    assert code == 1, errors
    assert names(account, command) == {"orders", "clicks"}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_of_which_nothing_is_there_is_bad_input(account: Account, command: str) -> None:
    code, said, errors = put(account, command, PIPELINES)
    assert (code, said) == (2, "")
    assert "orders: kinesis:DescribeStreamSummary on orders" in errors


def test_a_stream_without_open_shards_has_none_to_show(account: Account) -> None:
    account.stream("orders")
    account.on("ListShards", lambda _, __: {"Shards": []})
    result = account.tidegate("shards", "orders")
    assert result.exit_code == 1
    assert "has no open shard; ask again when it has" in result.stderr
