"""Cold start: importing the packaged app and answering a first request, against ``import boto3``
with one client, in one run.

    python benchmarks/cold_start.py [RUNS]

Each run is a fresh interpreter that sees the unpacked zip and what Lambda's runtime brings, as on
Lambda. The request is a GET of a stream's shard count with moto as AWS on this machine. What is
measured is the CPU time of the process, user and system, from its first line to the answer: nothing
is taken off, and waiting for AWS costs none. Both sides have their bytecode cached. From a snapshot
(SnapStart) only the request is measured: all before it was done when the snapshot was taken. Exits
with 1 when the ratio is above 1.1.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.chalice_app.gateway import proxy_event
from tests.chalice_app.runtime_api import lay_out
from tests.conftest import moto_server
from tests.orders import create_ledger_table

ROOT = Path(__file__).parents[1]
RATIO_MAX = 1.1

BASE = """
import time
began = time.process_time()
import boto3
boto3.client("kinesis", region_name="us-east-1")
print(time.process_time() - began)
"""

APP = """
import time
began = time.process_time()
import json, sys
import app
answer = app.app(json.loads(sys.argv[1]), None)
took = time.process_time() - began
assert answer["statusCode"] == 200, answer
print(took)
"""

FROM_SNAPSHOT = APP.replace("import app\n", "import app\nbegan = time.process_time()\n")


def main(runs: int) -> int:
    """Measure, print, and judge."""
    with tempfile.TemporaryDirectory() as name, moto_server() as endpoint:
        base, app, restored = measured(Path(name), endpoint, runs)
    ratio = app / base
    print(f"import boto3 and one client: {base * 1000:.0f} ms of CPU")
    print(f"the packaged app with a first request: {app * 1000:.0f} ms of CPU")
    print(f"a first request from a snapshot: {restored * 1000:.0f} ms of CPU")
    print(f"ratio {ratio:.2f} (median of {runs}; at most {RATIO_MAX} is wanted)")
    return int(ratio > RATIO_MAX)


def measured(folder: Path, endpoint: str, runs: int) -> tuple[float, float, float]:
    """Medians of the CPU seconds of the base, of the app, and of a request from a snapshot."""
    task, environment = packaged(folder, endpoint)
    event = json.dumps(proxy_event("GET", "shard_count~racers", None, "application/json"))

    def once(code: str, *arguments: str, **more: str) -> float:
        done = subprocess.run(
            [sys.executable, "-S", "-c", code, *arguments],
            env={**environment, **more}, capture_output=True, text=True, cwd=task, check=True,
        )  # fmt: skip
        return float(done.stdout.splitlines()[-1])

    once(BASE)
    once(APP, event)
    # In turns, so that what slows the machine slows both.
    pairs = [(once(BASE), once(APP, event)) for _ in range(runs)]
    snapshot = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
    restored = median(once(FROM_SNAPSHOT, event, **snapshot) for _ in range(runs))
    base, app = (median(side) for side in zip(*pairs, strict=True))
    return base, app, restored


def packaged(folder: Path, endpoint: str) -> tuple[Path, dict[str, str]]:
    """The unpacked zip with a stream and a ledger behind the endpoint, and what it is run with."""
    import boto3

    config = ROOT / "examples" / "race-day.yaml"
    subprocess.run(
        [sys.executable, "-m", "tidegate.deployment.package", str(config), str(folder / "b")],
        check=True, capture_output=True, cwd=ROOT,
    )  # fmt: skip
    task, own = lay_out(folder / "b" / "deploy" / "deployment.zip", folder)
    session = boto3.Session("testing", "testing", region_name="us-east-1")
    stream = session.client("kinesis", endpoint_url=endpoint)
    stream.create_stream(StreamName="racers", ShardCount=1)
    create_ledger_table(session.client("dynamodb", endpoint_url=endpoint), "ledger")
    return task, {
        "PATH": os.environ["PATH"], "PYTHONPATH": f"{task}:{own}", "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
        "TIDEGATE_LEDGER_TABLE": "ledger", "PYTHONPYCACHEPREFIX": str(folder / "cache"),
    }  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 9))
