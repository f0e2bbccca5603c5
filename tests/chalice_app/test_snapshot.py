"""The endpoint from a snapshot (Lambda SnapStart): what all its copies have, and what each has alone.

Run by the Python of the tests, and where there is one by that which Lambda restores.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.chalice_app.gateway import REGION, proxy_event, serving
from tests.orders import create_ledger_table, put_pipeline
from tidegate.deployment.functions import SNAP_START_RUNTIME

COPIES = Path(__file__).with_name("copies.py")
DIMENSIONS = ("shard_count~orders", "parallelization_factor~order-writer", "write_capacity~orders")


def restored() -> str | None:
    """A Python of the version that the function has from a snapshot."""
    version = SNAP_START_RUNTIME.removeprefix("python")
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for each in (shutil.which(f"python{version}"), *root.glob(f"versions/{version}.*/bin/python")):
        told = each and subprocess.run([each, "--version"], capture_output=True, text=True).stdout
        if told and f"Python {version}." in told:
            return str(each)
    return None


@pytest.fixture(params=["of the tests", "of the snapshot"])
def python(request: pytest.FixtureRequest) -> str:
    found = sys.executable if request.param == "of the tests" else restored()
    if found is None:
        pytest.skip(f"there is no {SNAP_START_RUNTIME} here")
    return found


@pytest.fixture
def credentials() -> Iterator[str]:
    """Where a function from a snapshot has its credentials from (Lambda guide, SnapStart with the
    SDKs), each time other ones."""
    numbers = count()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            ends = datetime.now(UTC) + timedelta(hours=1)
            told = {
                "AccessKeyId": f"KEY{next(numbers)}", "SecretAccessKey": "s", "Token": "t",
                "Expiration": ends.isoformat(),
            }  # fmt: skip
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with serving(Handler) as url:
        yield url


def test_each_copy_answers_at_once_with_credentials_of_its_own(
    python: str,
    unpacked: tuple[Path, Path],
    aws: dict[str, Any],
    endpoint: str,
    credentials: str,
) -> None:
    put_pipeline(aws)
    create_ledger_table(aws["dynamodb"], "ledger")
    task, own = unpacked
    body = json.dumps({"desiredCapacity": 2})
    events = [proxy_event("GET", name, None, "application/json") for name in DIMENSIONS]
    events.append(proxy_event("PATCH", DIMENSIONS[1], body, "application/json"))
    done = subprocess.run(
        [python, "-S", str(COPIES), json.dumps(events)], cwd=task, capture_output=True, text=True,
        check=False, env={
            "PATH": os.environ["PATH"], "PYTHONPATH": f"{task}:{own}", "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": endpoint, "AWS_CONTAINER_CREDENTIALS_FULL_URI": credentials,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start", "TIDEGATE_LEDGER_TABLE": "ledger",
        },
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    # Between the lines stand log entries, and where a request was late its metric.
    told = [json.loads(line) for line in done.stdout.splitlines()]
    start, *copies = (each for each in told if "kept" in each or "statuses" in each)
    assert (start["kept"], start["drawing"]) == ([], [])
    first, second = (copy.pop("key") for copy in copies)
    # None were asked for before the snapshot, and no copy has those of another.
    assert first == "KEY0" != second
    as_if_warm = {"statuses": [200] * len(events), "imported": [], "read": [], "collects": True}
    assert copies == [as_if_warm] * 2
