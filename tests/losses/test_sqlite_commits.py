"""A commit that fails poisons nothing: it is rolled back, told by name, and tried again later."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders import NOON
from tests.losses.account import FIVE_LINES, Account
from tidegate.rules.cause import LeverKind
from tidegate.scaling.ledger import sqlite_file as ledger_file
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.ledger.sqlite_file import is_networked
from tidegate.scaling.model.change_record import ChangeRecord, DesiredCapacity, Lever, Outcome
from tidegate.scaling.model.errors import ConfigurationError, LedgerUnavailable
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.snapshot import StatusSnapshot

ENTRY = ChangeRecord(
    "orders/shards/1", "orders", Lever.of(LeverKind.SHARD_COUNT, "orders"),
    "kinesis:UpdateShardCount", 1, 2, "1,000 records/s", NOON,
)  # fmt: skip
HOLDER = """\
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    held.execute(statement).fetchone()
print("held", flush=True)
sys.stdin.read()
"""
READS = ("BEGIN", "SELECT * FROM entry")
WRITES = ("BEGIN IMMEDIATE",)

Hold = Callable[..., Callable[[], None]]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(ledger_file, "BUSY_SECONDS", 0.2)
    return str(tmp_path / "ledger.sqlite")


@pytest.fixture
def hold() -> Iterator[Hold]:
    """Another process that has a file in its hands until it is let go."""
    running: list[subprocess.Popen[str]] = []

    def held(place: str, *statements: str) -> Callable[[], None]:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, place, *statements],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"

        def let_go() -> None:
            process.communicate("", timeout=60)

        return let_go

    yield held
    for process in running:
        if process.poll() is None:
            process.communicate("", timeout=60)


def with_rollback_journal(place: str) -> None:
    """A ledger as an earlier version left it, or as it stays where no log can be had."""
    SqliteLedger(place).close()
    with closing(sqlite3.connect(place)) as file:
        assert file.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)


CALLS: dict[str, Callable[[SqliteLedger], object]] = {
    "acquire": lambda ledger: ledger.acquire("stream/orders", "me", NOON, 60),
    "release": lambda ledger: ledger.release("stream/orders", "me"),
    "begin": lambda ledger: ledger.begin(ENTRY),
    "complete": lambda ledger: ledger.complete("orders/shards/0", Outcome.DONE, NOON, None),
    "wish": lambda ledger: ledger.keep_desired(ENTRY.lever, DesiredCapacity(2, NOON)),
    "keep": lambda ledger: ledger.keep("note", "value"),
    "sight": lambda ledger: ledger.keep_snapshot(StatusSnapshot("orders", NOON, Health.HEALTHY)),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_commit_that_meets_a_reader_is_rolled_back_and_goes_on_after_it(
    place: str, hold: Hold, call: str
) -> None:
    with_rollback_journal(place)
    with closing(sqlite3.connect(place)) as file:
        # So that every call has something to write.
        for name in ("lease", "entry"):
            file.execute(f"DELETE FROM {name}")
        file.execute("INSERT INTO lease VALUES ('stream/orders', 'me', 0, NULL)")
        file.execute(
            "INSERT INTO entry (entry_id, pipeline, kind, place, operation, from_capacity, "
            "to_capacity, because, begun_at, outcome, marks) "
            "VALUES ('orders/shards/0', 'orders', 'shard_count', 'other', 'x:Y', 1, 2, 'y', "
            "'2026-01-05T12:00:00.000000+00:00', 'begun', '[]')"
        )
        file.commit()
    let_go = hold(place, *READS)
    with closing(SqliteLedger(place)) as ledger:
        with pytest.raises(LedgerUnavailable, match=r"is busy: another process has held it for 0"):
            CALLS[call](ledger)
        with pytest.raises(LedgerUnavailable, match="is busy"):
            CALLS[call](ledger)
        let_go()
        CALLS[call](ledger)
        with closing(SqliteLedger(place)) as other:
            assert other.acquire("stream/others", "you", NOON, 60)


def test_a_reader_holds_up_nobody(place: str, hold: Hold) -> None:
    SqliteLedger(place).close()
    hold(place, *READS)
    with closing(SqliteLedger(place)) as ledger, closing(SqliteLedger(place)) as other:
        for call in CALLS.values():
            call(ledger)
        assert other.change_records("orders", NOON) == (ENTRY,)


def test_a_writer_is_told_by_name_and_who_reads_is_not_held_up(place: str, hold: Hold) -> None:
    with closing(SqliteLedger(place)) as ledger:
        ledger.begin(ENTRY)
        let_go = hold(place, *WRITES)
        for call in CALLS.values():
            with pytest.raises(LedgerUnavailable) as told:
                call(ledger)
        assert str(told.value) == (
            f"the ledger {place} is busy: another process has held it for 0.2 s; run again when "
            "that one is done"
        )
        assert ledger.change_records("orders", NOON) == (ENTRY,)
        let_go()
        for call in CALLS.values():
            call(ledger)


def test_a_full_disk_is_told_by_name_and_goes_on_when_there_is_room(place: str) -> None:
    with closing(SqliteLedger(place)) as ledger:
        connection = ledger._file._connection
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages}")
        large = replace(ENTRY, because="x" * 100_000)
        for _ in range(2):
            with pytest.raises(LedgerUnavailable, match="the disk is full"):
                ledger.begin(large)
            with pytest.raises(LedgerUnavailable, match="the disk is full"):
                ledger.keep("note", "x" * 100_000)
        assert ledger.change_records("orders", NOON) == ()
        connection.execute("PRAGMA max_page_count=100000")
        assert ledger.begin(large)


def test_whatever_interrupts_a_transaction_leaves_none_open(place: str) -> None:
    with closing(SqliteLedger(place)) as ledger:
        with suppress(KeyboardInterrupt), ledger._file.alone() as connection:
            connection.execute("INSERT INTO note (name, value) VALUES ('a', 'b')")
            raise KeyboardInterrupt
        assert ledger.kept("a") is None
        ledger.keep("a", "c")
        assert ledger.kept("a") == "c"


# ---- the command line
@pytest.fixture
def orders(account: Account, place: str) -> Account:
    assert place == str(account.folder / "ledger.sqlite")
    account.pipeline()
    account.minutes(since=5, units=3000, throttled=400)
    return account


def test_a_sweep_while_a_backup_reads_the_ledger_does_its_work(
    orders: Account, place: str, hold: Hold
) -> None:
    orders.sweep(FIVE_LINES)
    hold(place, *READS)
    result = orders.sweep()
    assert "UpdateTable" in [name for name, _ in orders.changes]
    assert '"outcome": "done"' in result.stdout


def test_a_sweep_that_can_not_have_the_ledger_asks_nothing_and_exits_with_3(
    orders: Account, place: str, hold: Hold
) -> None:
    orders.sweep(FIVE_LINES)
    let_go = hold(place, *WRITES)
    result = orders.sweep()
    assert result.exit_code == 3
    assert "AWS was not called: the ledger" in result.stdout
    assert "is busy: another process has held it for 0.2 s" in result.stdout
    assert orders.changes == []
    let_go()
    orders.sweep()
    assert orders.changes != []


def test_a_ledger_that_is_busy_from_the_start_exits_with_3(
    orders: Account, place: str, hold: Hold
) -> None:
    with_rollback_journal(place)
    hold(place, "BEGIN EXCLUSIVE")
    for command in (
        ("sweep", "--config", orders.file(FIVE_LINES), "--ledger", place),
        ("sweep", "--config", orders.file(FIVE_LINES), "--ledger", place, "--dry-run"),
        ("history", "--ledger", place),
        ("reshard", "orders", "--to", "2", "--dry-run", "--ledger", place),
    ):
        result = orders.tidegate(*command)
        assert (result.exit_code, result.stderr.count("\n")) == (3, 1), command
        assert f"the ledger {place} is busy" in result.stderr


@pytest.mark.parametrize("holds", [READS, WRITES])
def test_who_only_looks_is_never_held_up(
    orders: Account, place: str, hold: Hold, holds: tuple[str, ...]
) -> None:
    orders.sweep()
    hold(place, *holds)
    told = orders.tidegate("history", "--ledger", place)
    assert told.exit_code == 0
    assert "write capacity of orders" in told.stdout
    told = orders.sweep(FIVE_LINES, "--dry-run")
    assert (told.exit_code, json.loads(told.stdout)["unreached"]) == (0, [])


# ---- only looking
def files(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def test_looking_changes_no_file_and_makes_none(place: str) -> None:
    with_rollback_journal(place)
    folder = Path(place).parent
    before = files(folder)
    with closing(SqliteLedger(place, to_look=True)) as ledger:
        assert ledger.kept("note") is None
        with pytest.raises(ConfigurationError, match="readonly"):
            ledger.keep("note", "value")
    assert files(folder) == before
    with pytest.raises(ConfigurationError, match="unable to open"):
        SqliteLedger(str(folder / "none.sqlite"), to_look=True)
    assert files(folder) == before


def test_history_changes_no_file(account: Account, place: str) -> None:
    with_rollback_journal(place)
    before = files(Path(place).parent)
    assert account.tidegate("history", "--ledger", place).exit_code == 0
    assert files(Path(place).parent) == before


def test_an_empty_file_is_looked_at_as_an_empty_ledger(place: str) -> None:
    Path(place).touch()
    with closing(SqliteLedger(place, to_look=True)) as ledger:
        assert ledger.pipelines() == ()
        assert ledger.change_records("orders", NOON) == ()
    assert Path(place).read_bytes() == b""


def test_what_a_killed_sweep_left_in_the_log_is_seen(place: str) -> None:
    code = (
        "import os, sys; from tests.losses.test_sqlite_commits import *; "
        "ledger = SqliteLedger(sys.argv[1]); ledger.begin(ENTRY); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, place], check=False, cwd=Path(__file__).parents[2])
    assert Path(f"{place}-wal").stat().st_size > 0
    with closing(SqliteLedger(place, to_look=True)) as ledger:
        assert ledger.change_records("orders", NOON) == (ENTRY,)


def test_where_no_log_can_be_begun_a_closed_ledger_is_looked_at_all_the_same(place: str) -> None:
    with closing(SqliteLedger(place)) as ledger:
        ledger.begin(ENTRY)
    # As in a folder that can't be written to: SQLite can't make the log, even to read.
    Path(f"{place}-wal").mkdir()
    with closing(SqliteLedger(place, to_look=True)) as ledger:
        assert ledger.change_records("orders", NOON) == (ENTRY,)


# ---- where the log can't be had
def journal(place: str) -> Any:
    with closing(sqlite3.connect(place)) as file:
        return file.execute("PRAGMA journal_mode").fetchone()[0]


def test_a_ledger_has_a_log_that_readers_do_not_block(place: str) -> None:
    with_rollback_journal(place)
    SqliteLedger(place).close()
    assert journal(place) == "wal"


def test_where_no_memory_can_be_shared_the_rollback_journal_stays(place: str) -> None:
    # SQLite keeps the log's index in this file, which every process maps.
    Path(f"{place}-shm").mkdir()
    for _ in range(2):
        with closing(SqliteLedger(place)) as ledger, closing(SqliteLedger(place)) as other:
            assert ledger.acquire("stream/orders", "me", NOON, 60)
            assert not other.acquire("stream/orders", "you", NOON, 60)
            assert other.acquire("stream/orders", "you", NOON + timedelta(minutes=2), 60)
            assert other.acquire("stream/orders", "you", NOON, 0)
        assert journal(place) == "delete"


MOUNTS = """\
/dev/vda / ext4 rw 0 0
files:/home /home nfs4 rw,vers=4.2 0 0
/dev/vdb /home/local ext4 rw 0 0
host /Users fuse.virtiofs rw 0 0
//nas/share /mnt/nas cifs rw 0 0

odd
"""


@pytest.mark.parametrize(
    ("path", "networked"),
    [
        ("/var/ledger.sqlite", False),
        ("/home/me/ledger.sqlite", True),
        ("/home/local/ledger.sqlite", False),
        ("/homes/ledger.sqlite", False),
        ("/Users/me/ledger.sqlite", True),
        ("/mnt/nas/ledger.sqlite", True),
    ],
)
def test_a_file_that_other_machines_may_have_too_is_known_by_its_mount(
    path: str, networked: bool
) -> None:
    assert is_networked(Path(path), MOUNTS) is networked
    assert not is_networked(Path(path), "")


def test_on_a_network_the_rollback_journal_stays(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"files:/all {tmp_path} nfs4 rw 0 0\n", encoding="utf-8")
    monkeypatch.setattr(ledger_file, "MOUNTS", mounts)
    with closing(SqliteLedger(place)) as ledger:
        ledger.begin(ENTRY)
    assert journal(place) == "delete"
