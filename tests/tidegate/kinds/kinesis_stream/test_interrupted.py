"""A reshard that is ended in the middle is gone on with at once, and leaves nothing open."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.shape import ROOT
from tests.tidegate.kinds.kinesis_stream.conftest import summary, wait_active
from tidegate.rules.cause import LeverKind
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome

COMMAND = [sys.executable, "-c", "from tidegate.cli import main; main()"]


def begun(name: str, *more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*COMMAND, "reshard", name, "--yes", *more], env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def finished(name: str, *more: str) -> tuple[int, str]:
    with begun(name, *more) as process:
        told, _ = process.communicate(timeout=120)
        return process.returncode, told


@pytest.fixture
def ledger() -> SqliteLedger:
    return SqliteLedger(os.environ["TIDEGATE_LEDGER"])


def records(ledger: SqliteLedger, name: str) -> tuple[ChangeRecord, ...]:
    since = datetime.now(UTC) - timedelta(days=7)
    return ledger.change_records_of(Lever.of(LeverKind.SHARD_COUNT, name), since)


def wait_for_intention(ledger: SqliteLedger, name: str, *, number: int) -> None:
    deadline = time.monotonic() + 60
    while len(records(ledger, name)) < number:
        assert time.monotonic() < deadline, "the reshard wrote no intention"
        time.sleep(0.002)


@pytest.mark.parametrize("number", [1, 2], ids=["first operation", "second operation"])
def test_after_a_kill_the_next_run_goes_on_at_once(
    kinesis: Any, stream: str, ledger: SqliteLedger, number: int
) -> None:
    with begun(stream, "--to", "7") as process:
        wait_for_intention(ledger, stream, number=number)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    code, told = finished(stream, "--to", "7")
    assert code == 0, told
    wait_active(kinesis, stream)
    assert summary(kinesis, stream)["OpenShardCount"] == 7
    assert ledger.open_change_records() == ()
    assert ledger.leases() == ()


def test_sigterm_gives_the_lock_back_and_exits_as_interrupted(
    kinesis: Any, stream: str, ledger: SqliteLedger
) -> None:
    with begun(stream, "--to", "7") as process:
        wait_for_intention(ledger, stream, number=1)
        process.send_signal(signal.SIGTERM)
        told, _ = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert "Interrupted. The next run settles what was under way." in told
    assert ledger.leases() == ()
    wait_active(kinesis, stream)
    assert finished(stream, "--to", "7")[0] == 0
    assert ledger.open_change_records() == ()


@pytest.mark.parametrize(("to", "outcome"), [(2, Outcome.DONE), (3, Outcome.SUPERSEDED)])
def test_what_a_killed_run_left_open_is_settled_though_nothing_is_to_be_done(
    stream: str, ledger: SqliteLedger, to: int, outcome: Outcome
) -> None:
    """Days ago: the stream has the shards that are asked for now."""
    left = ChangeRecord(
        "left", f"reshard/{stream}", Lever.of(LeverKind.SHARD_COUNT, stream),
        "kinesis:SplitShard", to ^ 1, to, "", datetime.now(UTC) - timedelta(days=3),
    )  # fmt: skip
    ledger.begin(left)
    code, told = finished(stream, "--to", "2")
    assert (code, told) == (0, f"{stream} already has the requested shards: nothing to do.\n")
    assert [each.outcome for each in records(ledger, stream)] == [outcome]


def test_a_dry_run_settles_nothing(stream: str, ledger: SqliteLedger) -> None:
    left = ChangeRecord(
        "left", f"reshard/{stream}", Lever.of(LeverKind.SHARD_COUNT, stream),
        "kinesis:SplitShard", 1, 2, "", datetime.now(UTC) - timedelta(days=3),
    )  # fmt: skip
    ledger.begin(left)
    assert finished(stream, "--to", "2", "--dry-run")[0] == 0
    assert ledger.open_change_records() == (left,)
