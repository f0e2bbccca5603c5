"""``tidegate reshard --config``: what the pipeline file says of a stream holds for a reshard too."""

import pytest
from click.testing import Result

from tests.losses.account import PIPELINES, Account
from tests.open_account.settings import listed_with
from tidegate.scaling.model.prices import prices

SHARD_DAY = 24 * prices()["shard_hour_usd"]
OTHERS_DAY = 24 * (
    50 * prices()["write_capacity_unit_hour_usd"] + 5 * prices()["read_capacity_unit_hour_usd"]
)
NO_WINDOW = """\
    change_windows:
      - {start: "00:00", end: "12:00", time_zone: UTC, allow: none}
      - {start: "12:00", end: "00:00", time_zone: UTC, allow: none}
"""


@pytest.fixture
def two_shards(account: Account) -> Account:
    account.pipeline(shards=2)
    return account


def reshard(account: Account, text: str, *arguments: str) -> Result:
    ledger = str(account.folder / "ledger.sqlite")
    more = ("--config", account.file(text), "--ledger", ledger, "--yes", "--no-wait")
    return account.tidegate("reshard", "orders", *arguments, *more)


def bounded(shards: float) -> str:
    return f"{PIPELINES}    max_usd_a_day: {OTHERS_DAY + shards * SHARD_DAY:.4f}\n"


SMALL = PIPELINES.replace("shard_count: {max: 16", "shard_count: {min: 2, max: 3")
HELD = [
    pytest.param(bounded(3.5), ("--to", "4"), "limits it to", id="money"),
    pytest.param(bounded(2.5), ("--split", "0"), "limits it to", id="money for a split"),
    pytest.param(SMALL, ("--to", "4"), "to 2 to 3", id="max"),
    pytest.param(SMALL, ("--merge", "0", "1"), "to 2 to 3", id="min"),
    pytest.param(PIPELINES + NO_WINDOW, ("--to", "4"), "change window", id="change window"),
]


@pytest.mark.parametrize(("text", "arguments", "words"), HELD)
def test_what_the_file_does_not_allow_is_shown_and_left_undone(
    two_shards: Account, text: str, arguments: tuple[str, ...], words: str
) -> None:
    result = reshard(two_shards, text, *arguments)
    assert result.exit_code == 1
    assert words in result.stderr
    assert two_shards.changes == []


OTHERS = PIPELINES.replace("owner: tidegate", "owner: application-autoscaling")
ALLOWED = [
    pytest.param(bounded(4.5), ("--to", "4"), "UpdateShardCount", id="money"),
    pytest.param(bounded(1.5), ("--merge", "0", "1"), "MergeShards", id="fewer, above the bound"),
    pytest.param(SMALL, ("--to", "3"), "UpdateShardCount", id="max"),
    pytest.param(OTHERS, ("--to", "4"), "UpdateShardCount", id="another owner"),
]


@pytest.mark.parametrize(("text", "arguments", "operation"), ALLOWED)
def test_what_the_file_allows_is_done(
    two_shards: Account, text: str, arguments: tuple[str, ...], operation: str
) -> None:
    assert reshard(two_shards, text, *arguments).exit_code == 0
    assert operation in [name for name, _ in two_shards.changes]


@pytest.mark.parametrize(
    ("consent", "arguments", "code"),
    [
        ("never", ("--to", "4"), 1),
        ("scale-out", ("--to", "4"), 0),
        ("scale-out", ("--to", "1"), 1),
        ("always", ("--to", "1"), 0),
    ],
)
def test_tumbling_windows_are_closed_as_far_as_the_file_consents(
    two_shards: Account, consent: str, arguments: tuple[str, ...], code: int
) -> None:
    listed_with(two_shards, TumblingWindowInSeconds=60)
    text = PIPELINES.replace("tables: [orders]", f"tables: [orders], closing_windows: {consent}")
    result = reshard(two_shards, text, *arguments)
    assert result.exit_code == code
    assert ("closing_windows" in result.stderr) == (code != 0)


def test_a_file_without_the_streams_shards_is_bad_input(two_shards: Account) -> None:
    result = reshard(
        two_shards,
        PIPELINES.replace("      shard_count: {max: 16, owner: tidegate}\n", ""),
        "--to",
        "4",
    )
    assert result.exit_code == 2
    assert "has the shards of orders as a lever" in result.stderr
    assert two_shards.changes == []


def test_a_file_that_is_wrong_is_named_with_its_line(two_shards: Account) -> None:
    result = reshard(two_shards, PIPELINES.replace("max: 16", "max: many"), "--to", "4")
    assert result.exit_code == 2
    assert "pipelines.yaml:7:" in result.stderr
    assert two_shards.changes == []
