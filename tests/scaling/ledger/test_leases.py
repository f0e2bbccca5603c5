"""A lease of a process that has died is free at once, on the machine of the file."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import NOON
from tests.lease_holder import holding
from tidegate.scaling.ledger.sqlite import SqliteLedger

STREAM = "stream/racers"
SOON = NOON + timedelta(seconds=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[SqliteLedger]:
    opened = SqliteLedger(str(path))
    yield opened
    opened.close()


def test_a_living_process_keeps_its_lease_until_it_ends(path: Path, ledger: SqliteLedger) -> None:
    with holding(path, STREAM, NOON):
        assert not ledger.acquire(STREAM, "me", SOON, 60)
        assert [each.is_held for each in ledger.leases()] == [True]
        assert ledger.acquire(STREAM, "me", NOON + timedelta(seconds=61), 60)


@pytest.mark.parametrize("other", ["link", "links/ledger.sqlite", "real/../real/ledger.sqlite"])
def test_a_living_process_keeps_its_lease_by_whatever_name_the_file_is_reached(
    tmp_path: Path, other: str
) -> None:
    path = tmp_path / "real" / "ledger.sqlite"
    path.parent.mkdir()
    (tmp_path / "link").symlink_to(path)
    (tmp_path / "links").symlink_to(path.parent)
    with holding(path, STREAM, NOON), closing(SqliteLedger(str(tmp_path / other))) as ledger:
        assert not ledger.acquire(STREAM, "me", SOON, 60)
        assert [each.is_held for each in ledger.leases()] == [True]


def test_the_lease_of_a_killed_process_is_taken_at_once(path: Path, ledger: SqliteLedger) -> None:
    with holding(path, STREAM, NOON) as process:
        process.kill()
        process.wait()
        assert [each.is_held for each in ledger.leases()] == [False]
        assert ledger.acquire(STREAM, "me", SOON, 60)
    assert [(each.holder, each.is_held) for each in ledger.leases()] == [("me", True)]


def test_a_suspended_process_keeps_its_lease(path: Path, ledger: SqliteLedger) -> None:
    with holding(path, STREAM, NOON) as process:
        os.kill(process.pid, signal.SIGSTOP)
        assert not ledger.acquire(STREAM, "me", SOON, 60)
        os.kill(process.pid, signal.SIGCONT)


def test_a_lease_without_a_lock_ends_by_time_alone(path: Path, ledger: SqliteLedger) -> None:
    """As one that an earlier version, or a process that could lock no file, has taken."""
    other = SqliteLedger(str(path))
    with other._file.alone() as connection:
        row = (STREAM, "earlier version", SOON.timestamp() + 30)
        connection.execute("INSERT INTO lease (resource, holder, ends_at) VALUES (?, ?, ?)", row)
    other.close()
    assert not ledger.acquire(STREAM, "me", SOON, 60)
    assert ledger.acquire(STREAM, "me", SOON + timedelta(seconds=31), 60)


def test_where_no_file_can_be_locked_a_lease_ends_by_time(path: Path) -> None:
    Path(f"{path}-leases").write_text("no folder")
    mine, other = SqliteLedger(str(path)), SqliteLedger(str(path))
    assert other.acquire(STREAM, "other", NOON, 60)
    other.close()
    assert not mine.acquire(STREAM, "me", SOON, 60)
    assert mine.acquire(STREAM, "me", NOON + timedelta(seconds=61), 60)
    mine.close()


def test_who_only_looks_at_leases_leaves_no_lock_behind(path: Path, ledger: SqliteLedger) -> None:
    ledger.acquire(STREAM, "me", NOON, 60)
    looking = SqliteLedger(str(path), to_look=True)
    assert [each.is_held for each in looking.leases()] == [True]
    ledger.release(STREAM, "me")
    assert looking.leases() == ()
    looking.close()
    assert ledger.acquire(STREAM, "another", SOON, 60)
