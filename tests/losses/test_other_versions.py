"""A ledger that another version of Tidegate wrote, or that is damaged, ends no sweep."""

import json
import random
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
from tests.losses.account import PIPELINES, Account
from tests.losses.test_boundary import THREE
from tests.orders import create_ledger_table
from tidegate.rules.cause import Cause, LeverKind
from tidegate.scaling.aws.ledger_dynamodb import DynamoLedger
from tidegate.scaling.kinds.kinesis_stream.actions import UPDATE_SHARD_COUNT
from tidegate.scaling.ledger.last_sweep import last_swept
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.errors import ConfigurationError, LedgerUnavailable
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.history import History
from tidegate.scaling.model.notification import Destination, Due, Kind, Notification
from tidegate.scaling.notify.incident import Incident, from_text, to_text

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "orders")
SNAPSHOT = """\
{"pipeline": "orders", "at": "2026-01-05T12:00:00+00:00", "health": "%s", "diagnoses": [
 {"cause": "%s", "where": "orders", "evidence": ["seen"], "cured_by": ["%s"], "advice": null}],
 "held_back": [], "unreached": null}"""


def changed(account: Account, *statements: str) -> str:
    """The ledger of a sweep, as another version may have left it."""
    account.sweep()
    place = str(account.folder / "ledger.sqlite")
    with closing(sqlite3.connect(place)) as file:
        assert file.execute("SELECT outcome FROM entry").fetchall() == [("done",)]
        for statement in statements:
            file.execute(statement)
        file.commit()
    return place


OTHERS = {
    "a column less": ["ALTER TABLE entry DROP COLUMN detail"],
    "two columns less": [
        "ALTER TABLE entry DROP COLUMN detail", "ALTER TABLE entry DROP COLUMN ended_at",
    ],
    "a column more": ["ALTER TABLE entry ADD COLUMN started_by TEXT"],
    "columns more everywhere": [
        f"ALTER TABLE {name} ADD COLUMN more TEXT"
        for name in ("entry", "desired", "note", "sighting", "lease")
    ],
    "a table less": ["DROP TABLE sighting"],
    "an outcome": ["UPDATE entry SET outcome = 'paused'"],
    "an outcome of an open entry": ["UPDATE entry SET outcome = 'paused', ended_at = NULL"],
    "a lever": ["UPDATE entry SET kind = 'memory_size'"],
    "a lever of an open entry": ["UPDATE entry SET kind = 'memory_size', outcome = 'begun'"],
    "a cause": [f"UPDATE sighting SET value = '{SNAPSHOT % ('sick', 'sun-spots', 'shard_count')}'"],
    "a health": [f"UPDATE sighting SET value = '{SNAPSHOT % ('poorly', 'hot-key', 'shard_count')}'"],
    "a cure": [f"UPDATE sighting SET value = '{SNAPSHOT % ('sick', 'hot-key', 'memory_size')}'"],
    "a sighting of another form": ["UPDATE sighting SET value = '[1, 2]'"],
    "a sighting cut short": ["UPDATE sighting SET value = substr(value, 1, 20)"],
    "a key in a note": [
        "INSERT OR REPLACE INTO note (name, value) VALUES "
        "('illness/orders', '{\"severity\": 3, \"due\": [], \"causes\": [], \"known_as\": []}')"
    ],
    "a note of another form": [
        "INSERT OR REPLACE INTO note (name, value) VALUES ('illness/orders', '[]')",
        "INSERT OR REPLACE INTO note (name, value) VALUES ('swept', '[1]')",
    ],
    "moments without zone": [
        "UPDATE entry SET begun_at = substr(begun_at, 1, 26), ended_at = substr(ended_at, 1, 26)",
        "UPDATE sighting SET at = substr(at, 1, 26)",
        "INSERT OR REPLACE INTO note (name, value) VALUES ('illness/orders', "
        "'{\"well_since\": \"2026-01-05T12:00:00\", \"silent_since\": \"2026-01-05T12:00:00\"}')",
        "INSERT OR REPLACE INTO note (name, value) VALUES "
        "('swept', '{\"orders\": \"2026-01-05T12:00:00\"}')",
    ],
}  # fmt: skip


@pytest.fixture
def orders(account: Account) -> Account:
    account.pipeline()
    account.minutes(since=5, units=3000, throttled=400)
    return account


@pytest.mark.sampled(2)
@pytest.mark.parametrize("statements", OTHERS.values(), ids=OTHERS)
def test_what_another_version_wrote_ends_no_command(orders: Account, statements: list[str]) -> None:
    place = changed(orders, *statements)
    file = orders.file(PIPELINES + "    notices: {event_bus: default}\n")
    looked = orders.tidegate("history", "--ledger", place, "--config", file)
    assert (looked.exit_code, looked.stderr) == (0, "")
    for more in (["--dry-run"], []):
        command = ("sweep", "--config", file, "--ledger", place, "--output", "json", *more)
        told = json.loads(orders.tidegate(*command).stdout)
        assert told["unreached"] == []
        assert not [each for each in told["pipelines"][0]["held_back"] if "fault" in each]


def test_what_this_version_can_not_do_without_is_one_clear_mistake(orders: Account) -> None:
    place = changed(orders, "DROP INDEX entry_by_moment", "ALTER TABLE entry DROP COLUMN begun_at")
    for command in (
        ("history", "--ledger", place),
        ("sweep", "--config", orders.file(PIPELINES), "--ledger", place),
    ):
        result = orders.tidegate(*command)
        assert result.exit_code == 2
        assert f"{place}:1:1: the file can't be used as a ledger: no such column" in result.output


def test_an_entry_that_can_not_be_read_stops_its_own_pipeline_alone(account: Account) -> None:
    for name in ("first", "second", "third"):
        account.pipeline(name)
        account.minutes(name=name, since=5, units=3000, throttled=400)
    account.sweep(THREE)
    place = str(account.folder / "ledger.sqlite")
    with closing(sqlite3.connect(place)) as file:
        file.execute("UPDATE entry SET begun_at = '9999-tomorrow' WHERE pipeline = 'second'")
        file.commit()
    result = account.sweep(THREE)
    told = json.loads(result.stdout)
    assert [each["name"] for each in told["pipelines"]] == ["first", "third"]
    (unreached,) = told["unreached"]
    assert unreached["reason"].startswith(f"{place}:1:1: the file can't be used as a ledger: ")
    assert "9999-tomorrow" in unreached["reason"]
    assert result.exit_code == 2


def test_a_damaged_ledger_is_one_line(orders: Account) -> None:
    orders.sweep()
    place = orders.folder / "ledger.sqlite"
    whole = place.read_bytes()
    chance = random.Random(1)
    for _ in range(25):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 20, 400))):
            damaged[chance.randrange(100, len(damaged))] = chance.randrange(256)
        place.write_bytes(damaged)
        for beside in ("-wal", "-shm", "-journal"):
            Path(f"{place}{beside}").unlink(missing_ok=True)
        told = orders.tidegate("history", "--ledger", str(place))
        assert told.exit_code in (0, 2, 3), told.stderr
        assert told.stderr.count("\n") <= 1


@pytest.mark.by_seed(5)
def test_whatever_is_damaged_in_a_file_is_told_as_its_damage(tmp_path: Path, seed: int) -> None:
    place = tmp_path / "ledger.sqlite"
    with closing(SqliteLedger(str(place))) as ledger:
        for at in range(40):
            moment = NOON + timedelta(minutes=at)
            ledger.begin(replace(ENTRY, entry_id=f"e{at}", begun_at=moment, outcome=Outcome.DONE))
    whole = place.read_bytes()
    chance, told = random.Random(seed), 0
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 20, 400))):
            damaged[chance.randrange(100, len(damaged))] = chance.randrange(256)
        place.write_bytes(damaged)
        for beside in ("-wal", "-shm", "-journal"):
            Path(f"{place}{beside}").unlink(missing_ok=True)
        try:
            with closing(SqliteLedger(str(place), to_look=True)) as ledger:
                ledger.change_records("orders", NOON)
                ledger.change_records_of(SHARDS, NOON)
                ledger.pipelines()
                ledger.last_snapshot("orders", NOON)
        except (ConfigurationError, LedgerUnavailable) as error:
            told += str(place) in str(error)
    assert told > 20


# ---- what is unknown counts as spent
ENTRY = ChangeRecord("e", "orders", SHARDS, UPDATE_SHARD_COUNT, 1, 2, "1,000 records/s", NOON)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("statements", list(OTHERS.values())[:5], ids=list(OTHERS)[:5])
def test_a_ledger_of_other_columns_is_written_and_read(
    tmp_path: Path, statements: list[str]
) -> None:
    place = str(tmp_path / "ledger.sqlite")
    SqliteLedger(place).close()
    with closing(sqlite3.connect(place)) as file:
        for statement in statements:
            file.execute(statement)
        file.commit()
    with closing(SqliteLedger(place)) as ledger:
        assert ledger.acquire("stream/orders", "me", NOON, 60)
        assert ledger.begin(ENTRY)
        assert not ledger.begin(ENTRY)
        ledger.complete("e", Outcome.FAILED, NOON, "LimitExceeded: no")
        ended = replace(ENTRY, outcome=Outcome.FAILED, ended_at=NOON, detail="LimitExceeded: no")
        assert ledger.change_records("orders", NOON) == (ended,)
        ledger.keep("a", "b")
        assert ledger.kept("a") == "b"


class Both:
    """The two ledgers, each with a way to write what another version would."""

    def __init__(self, folder: Path) -> None:
        self.client = boto3.client("dynamodb", "us-east-1")
        create_ledger_table(self.client, "ledger")
        self.place = str(folder / "ledger.sqlite")
        self.ledgers = (SqliteLedger(self.place), DynamoLedger(self.client, "ledger"))

    def set(self, **values: str) -> None:
        with closing(sqlite3.connect(self.place)) as file:
            for name, value in values.items():
                file.execute(f"UPDATE entry SET {name} = ?", (value,))
            file.commit()
        for item in self.client.scan(TableName="ledger")["Items"]:
            if "because" in item:
                item |= {name: {"S": value} for name, value in values.items()}
                self.client.put_item(TableName="ledger", Item=item)


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    with mock_aws():
        made = Both(tmp_path)
        yield made
        made.ledgers[0].close()


def test_a_call_with_an_unknown_outcome_counts_as_made(both: Both) -> None:
    for at in range(10):
        change_record = replace(ENTRY, entry_id=f"e{at}", begun_at=NOON + timedelta(minutes=at))
        for ledger in both.ledgers:
            ledger.begin(change_record)
            ledger.complete(change_record.entry_id, Outcome.DONE, NOON, "by hand")
    both.set(outcome="paused")
    for ledger in both.ledgers:
        history = History(ledger.change_records("orders", NOON))
        assert history.calls(UPDATE_SHARD_COUNT, NOON + timedelta(hours=1)) == 10
        assert history.last_change(SHARDS) == NOON + timedelta(minutes=9)
        assert history.open_change_records() == ()
        assert history.change_records[0].detail == (
            "its outcome is 'paused', which another version of Tidegate wrote: by hand"
        )


def test_a_lever_of_another_version_is_left_to_that_one_and_waited_for(both: Both) -> None:
    for ledger in both.ledgers:
        ledger.begin(ENTRY)
    both.set(kind="memory_size")
    for ledger in both.ledgers:
        history = History(ledger.change_records("orders", NOON))
        assert history.change_records[0].outcome is Outcome.BEGUN
        assert history.open_change_records() == ()
        assert history.last_change_of_any() == NOON


@pytest.mark.parametrize("begun", ["yesterday", "", "2026-13-45T12:00:00+00:00"])
def test_a_moment_that_is_none_is_never_a_free_budget(both: Both, begun: str) -> None:
    for ledger in both.ledgers:
        ledger.begin(ENTRY)
    both.set(begun_at=begun or "x")
    for ledger in both.ledgers:
        with pytest.raises(ConfigurationError, match=r"the (file|table) can't be used as a ledger"):
            ledger.change_records_of(SHARDS, NOON - timedelta(days=365 * 50))


def test_a_sighting_of_another_version_keeps_its_word(both: Both) -> None:
    text = SNAPSHOT % ("poorly", "sun-spots", "memory_size")
    with closing(sqlite3.connect(both.place)) as file:
        row = ("orders", NOON.isoformat(timespec="microseconds"), text)
        file.execute("INSERT INTO sighting (pipeline, at, value) VALUES (?, ?, ?)", row)
        file.commit()
    both.client.put_item(
        TableName="ledger",
        Item={
            "pk": {"S": "sighting/orders"},
            "sk": {"S": NOON.isoformat(timespec="microseconds")},
            "value": {"S": text},
        },
    )
    for ledger in both.ledgers:
        (seen,) = ledger.snapshots("orders", NOON)
        assert (seen.pipeline, seen.at, seen.health) == ("orders", NOON, Health.UNKNOWN)
        (diagnosis,) = seen.diagnoses
        assert diagnosis.cause is Cause.UNKNOWN
        assert diagnosis.because == "sun-spots, found by another version of Tidegate; seen"


# ---- notes
NOTICE = Notification(
    Kind.PAGE, "orders-1", "orders", "2026-01-05T12:00:00+00:00", ("a",), (), (), (), ""
)
KEPT = Incident("orders-1", ("hot-key at orders",), due=(Due(NOTICE, Destination.SNS),))


def test_of_a_note_of_another_version_what_is_known_is_kept() -> None:
    data = json.loads(to_text(KEPT))
    data["severity"] = 3
    data["due"][0]["notice"]["severity"] = 3
    other = json.loads(json.dumps(data["due"][0]))
    later: dict[str, Any] = {**other, "notice": {**other["notice"], "kind": "reminder"}}
    data["due"] += [{**other, "destination": "pager"}, later, {}, 5]
    assert from_text(json.dumps(data)) == KEPT


@pytest.mark.parametrize("text", ["", "{", "[]", "5", "null", '{"due": 5}', '{"well_since": "x"}'])
def test_a_note_that_can_not_be_read_is_a_pipeline_that_is_well(text: str) -> None:
    assert from_text(text) == Incident()


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ('{"a": "2026-01-05T12:00:00", "b": "2026-01-05T13:00:00+01:00"}', {"a", "b"}),
        ('{"a": "2026-01-05T12:00:00+00:00", "b": "soon", "c": 5, "d": null}', {"a"}),
        ("[]", set()),
        ("{", set()),
    ],
)
def test_of_the_moments_of_sweeps_those_are_known_that_can_be_read(
    text: str, known: set[str]
) -> None:
    with closing(SqliteLedger(":memory:")) as ledger:
        ledger.keep("swept", text)
        assert last_swept(ledger) == dict.fromkeys(known, NOON)
