"""Ledgers as earlier versions have left them, and what an earlier version finds afterwards."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.builders import NOON
from tests.orders import create_ledger_table
from tidegate.rules.cause import LeverKind
from tidegate.scaling.aws.ledger_dynamodb import DynamoLedger
from tidegate.scaling.ledger.schema_version import SCHEMA_VERSION
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.errors import ConfigurationError

LATER = NOON + timedelta(days=3)
MOMENT = "2026-01-05T12:00:00.000000+00:00"
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
OPEN = ChangeRecord(
    "race/1", "race", SHARDS, "kinesis:UpdateShardCount", 1, 2, "1,000 records/s", NOON
)
NEXT = replace(OPEN, entry_id="race/2", begun_at=LATER)
FORM_OF_88D7659 = """
CREATE TABLE entry (
    entry_id TEXT PRIMARY KEY, pipeline TEXT NOT NULL, kind TEXT NOT NULL, place TEXT NOT NULL,
    operation TEXT NOT NULL, from_capacity INTEGER NOT NULL, to_capacity INTEGER NOT NULL,
    because TEXT NOT NULL, begun_at TEXT NOT NULL, outcome TEXT NOT NULL, ended_at TEXT,
    detail TEXT);
CREATE UNIQUE INDEX one_open_entry ON entry (kind, place) WHERE outcome = 'begun';
CREATE TABLE wish (
    kind TEXT, place TEXT, capacity INTEGER NOT NULL, at TEXT NOT NULL, PRIMARY KEY (kind, place));
CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE lease (resource TEXT PRIMARY KEY, holder TEXT NOT NULL, ends_at REAL NOT NULL);
"""


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    place = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(place)) as file:
        file.executescript(FORM_OF_88D7659)
        file.execute(
            "INSERT INTO entry VALUES ('race/1', 'race', 'shard_count', 'racers', "
            "'kinesis:UpdateShardCount', 1, 2, '1,000 records/s', ?, 'begun', NULL, NULL)",
            (MOMENT,),
        )
        ends = LATER.timestamp() + 30
        file.execute("INSERT INTO lease VALUES ('stream/racers', 'earlier', ?)", (ends,))
        file.commit()
    return place


@pytest.fixture
def old_table() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("dynamodb", "us-east-1")
        create_ledger_table(client, "ledger")
        yield client


def put(client: Any, pk: str, sk: str, **more: dict[str, str]) -> None:
    client.put_item(TableName="ledger", Item={"pk": {"S": pk}, "sk": {"S": sk}, **more})


def put_open_of_88d7659(client: Any) -> None:
    """An open change record with its four items, the marker with an id alone."""
    place = f"entry/{MOMENT}/race/1"
    text = {
        "pipeline": "race", "entry_id": "race/1", "kind": "shard_count", "place": "racers",
        "operation": "kinesis:UpdateShardCount", "because": "1,000 records/s",
        "begun_at": MOMENT, "outcome": "begun",
    }  # fmt: skip
    numbers = {"from_capacity": "1", "to_capacity": "2", "expires_at": "1775000000"}
    whole = {key: {"S": each} for key, each in text.items()}
    whole |= {key: {"N": each} for key, each in numbers.items()}
    put(client, "pipeline/race", place, **whole)
    put(client, "lever/shard_count/racers", place, **whole)
    put(
        client, "id/race/1", "id", pipeline={"S": "race"}, place={"S": place},
        kind={"S": "shard_count"}, where={"S": "racers"},
    )  # fmt: skip
    put(client, "open/shard_count/racers", "open", entry_id={"S": "race/1"})


def assert_it_settles_and_goes_on(ledger: SqliteLedger | DynamoLedger) -> None:
    """What was left open is found, holds its lever, and lets it go when it is closed."""
    assert ledger.open_change_records([SHARDS]) == (OPEN,)
    assert ledger.open_change_records() == (OPEN,)
    assert not ledger.begin(NEXT, after=ledger.newest(["stream/racers"]))
    ledger.complete("race/1", Outcome.UNKNOWN, LATER, "nobody knows")
    assert ledger.open_change_records() == ()
    assert ledger.begin(NEXT, after=ledger.newest(["stream/racers"]))
    ended = replace(OPEN, outcome=Outcome.UNKNOWN, ended_at=LATER, detail="nobody knows")
    assert ledger.change_records_of(SHARDS, NOON) == (ended, NEXT)
    assert ledger.pauses() == ()


def test_a_file_of_88d7659_is_taken_over(old_file: Path) -> None:
    with closing(SqliteLedger(str(old_file))) as ledger:
        assert_it_settles_and_goes_on(ledger)


def test_a_lease_in_a_file_of_88d7659_holds_until_its_end(old_file: Path) -> None:
    with closing(SqliteLedger(str(old_file))) as ledger:
        assert not ledger.acquire("stream/racers", "me", LATER, 60)
        assert ledger.acquire("stream/racers", "me", LATER + timedelta(seconds=31), 60)


def test_who_only_looks_leaves_a_file_of_88d7659_as_it_is(old_file: Path) -> None:
    before = old_file.read_bytes()
    with closing(SqliteLedger(str(old_file), to_look=True)) as ledger:
        assert ledger.open_change_records() == (OPEN,)
        assert [each.holder for each in ledger.leases()] == ["earlier"]
        assert ledger.newest(["stream/racers"]) == {}
        assert ledger.pauses() == ()
    assert old_file.read_bytes() == before


def test_an_earlier_version_goes_on_with_a_file_of_this_one(tmp_path: Path) -> None:
    """As it reads and writes: the columns that it knows, by name."""
    place = tmp_path / "ledger.sqlite"
    with closing(SqliteLedger(str(place))) as ledger:
        ledger.begin(OPEN)
        ledger.complete("race/1", Outcome.UNKNOWN, LATER, None)
        ledger.acquire("stream/racers", "me", NOON, 60)
        with closing(sqlite3.connect(place)) as file:
            file.execute(
                "INSERT INTO entry (entry_id, pipeline, kind, place, operation, from_capacity, "
                "to_capacity, because, begun_at, outcome, ended_at, detail) VALUES ('race/2', "
                "'race', 'shard_count', 'racers', 'kinesis:UpdateShardCount', 1, 2, "
                "'1,000 records/s', ?, 'begun', NULL, NULL)",
                (LATER.isoformat(timespec="microseconds"),),
            )
            file.execute(
                "INSERT OR REPLACE INTO lease (resource, holder, ends_at) "
                "VALUES ('stream/racers', 'earlier', ?)",
                (LATER.timestamp() + 60,),
            )
            file.commit()
        ledger.release("stream/racers", "me")
        assert ledger.open_change_records() == (NEXT,)
        assert not ledger.acquire("stream/racers", "me", LATER, 60)


def test_a_table_of_88d7659_is_taken_over(old_table: Any) -> None:
    put_open_of_88d7659(old_table)
    assert_it_settles_and_goes_on(DynamoLedger(old_table, "ledger"))


def test_a_marker_whose_change_record_was_forgotten_does_not_hold_its_lever(
    old_table: Any,
) -> None:
    """Change records expire after ninety days; the markers of 88d7659 did not."""
    put(old_table, "open/shard_count/racers", "open", entry_id={"S": "forgotten"})
    ledger = DynamoLedger(old_table, "ledger")
    assert not ledger.begin(NEXT)
    assert ledger.open_change_records([SHARDS]) == ()
    assert ledger.begin(NEXT)


NEWER = """
PRAGMA user_version=7;
DROP INDEX one_open_entry;
DROP TABLE sighting;
ALTER TABLE entry ADD COLUMN region TEXT;
ALTER TABLE entry DROP COLUMN marks;
"""


def form(place: Path) -> tuple[Any, ...]:
    """The version of a file, and all of its definitions."""
    with closing(sqlite3.connect(place)) as file:
        (version,) = file.execute("PRAGMA user_version").fetchone()
        named = file.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    return version, named


def test_a_file_without_a_version_has_one_after_it_was_opened_to_write(old_file: Path) -> None:
    assert form(old_file)[0] == 0
    SqliteLedger(str(old_file), to_look=True).close()
    assert form(old_file)[0] == 0
    SqliteLedger(str(old_file)).close()
    assert form(old_file)[0] == SCHEMA_VERSION


def test_the_form_of_a_file_of_a_later_version_is_left_as_it_is(tmp_path: Path) -> None:
    place = tmp_path / "ledger.sqlite"
    with closing(SqliteLedger(str(place))) as ledger:
        ledger.begin(replace(OPEN, entry_id="race/0"))
        ledger.complete("race/0", Outcome.DONE, NOON, None)
    with closing(sqlite3.connect(place)) as file:
        file.executescript(NEWER)
    before = form(place)
    with closing(SqliteLedger(str(place), to_look=True)) as ledger:
        assert [each.entry_id for each in ledger.change_records("race", NOON)] == ["race/0"]
        assert ledger.snapshots("race", NOON) == ()
    with closing(SqliteLedger(str(place))) as ledger:
        assert ledger.acquire("stream/racers", "me", NOON, 60)
        with pytest.raises(ConfigurationError, match="no such column: marks"):
            ledger.change_records("race", NOON)
    assert form(place) == before


def schema_of(client: Any) -> str | None:
    key = {"pk": {"S": "note/schema"}, "sk": {"S": "note"}}
    item = client.get_item(TableName="ledger", Key=key).get("Item")
    return None if item is None else str(item["value"]["S"])


@pytest.mark.parametrize(
    ("kept", "found"), [(None, "0001"), ("0000", "0001"), ("0007", "0007")],
    ids=["none", "earlier", "later"],
)  # fmt: skip
def test_a_table_says_the_latest_version_that_has_written_to_it(
    old_table: Any, kept: str | None, found: str
) -> None:
    if kept is not None:
        put(old_table, "note/schema", "note", value={"S": kept})
    ledger = DynamoLedger(old_table, "ledger")
    assert ledger.change_records("race", NOON) == ()
    assert schema_of(old_table) == kept
    assert ledger.begin(OPEN)
    assert schema_of(old_table) == found


def test_what_a_later_version_added_to_a_change_record_outlives_its_end(old_table: Any) -> None:
    put(old_table, "note/schema", "note", value={"S": "0007"})
    ledger = DynamoLedger(old_table, "ledger")
    ledger.begin(OPEN)
    for item in old_table.scan(TableName="ledger")["Items"]:
        if item["sk"]["S"].startswith("entry/"):
            old_table.put_item(TableName="ledger", Item={**item, "region": {"S": "eu-west-1"}})
    ledger.complete("race/1", Outcome.DONE, LATER, None)
    (own,) = ledger.change_records("race", NOON)
    assert own.outcome is Outcome.DONE
    entries = [
        item
        for item in old_table.scan(TableName="ledger")["Items"]
        if item["sk"]["S"].startswith("entry/")
    ]
    assert [item["region"]["S"] for item in entries] == ["eu-west-1"] * 2


def test_an_open_change_record_does_not_expire_and_a_closed_one_does(old_table: Any) -> None:
    ledger = DynamoLedger(old_table, "ledger")
    ledger.begin(OPEN)
    items = old_table.scan(TableName="ledger")["Items"]
    newest = [each for each in items if each["sk"]["S"] == "newest"]
    assert [each for each in items if "expires_at" in each] == newest
    ledger.complete("race/1", Outcome.DONE, LATER, None)
    left = old_table.scan(TableName="ledger")["Items"]
    assert [each["pk"]["S"] for each in left if "expires_at" not in each] == ["note/schema"]
