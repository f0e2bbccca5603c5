"""Another process, which has the lease of a resource and lives."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

HOLDER = "another run"
PROGRAM = """
import sys
from datetime import datetime
from tidegate.scaling.ledger.sqlite import SqliteLedger
path, resource, holder, now = sys.argv[1:]
print(SqliteLedger(path).acquire(resource, holder, datetime.fromisoformat(now), 60), flush=True)
sys.stdin.read()
"""


@contextmanager
def holding(
    path: Path, resource: str, now: datetime | None = None
) -> Iterator[subprocess.Popen[str]]:
    """The process, which is ended afterwards."""
    moment = (now or datetime.now(UTC)).isoformat()
    command = [sys.executable, "-c", PROGRAM, str(path), resource, HOLDER, moment]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        yield process
        process.kill()
