"""One request to the packaged zip in the real Lambda runtime client, and what must hold of it."""

import json
import queue
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chalice_app.gateway import REGION
from tests.chalice_app.runtime_api import RuntimeApi, booted, lay_out
from tests.fuzz.endpoint.aws import Aws, Fault, fault, state, watched
from tests.fuzz.endpoint.events import FILE, event
from tests.fuzz.endpoint.form import ill_formed
from tests.orders import create_ledger_table, put_pipeline
from tests.shape import ROOT

__all__ = ["Ran", "Stage", "play", "stage_of", "unpack"]

SECONDS = 20
"""More than any request takes on a busy machine; API Gateway waits for 29."""
OF_AWS = ("Denied", "LedgerUnavailable", "Throttled", "Unreachable")
"""What the log calls AWS's own failures."""
SLOW = {"LedgerUnavailable", "Unreachable"}
"""Those of them that a busy machine makes as well, when it runs into the endpoint's time limit."""
TRIES = 3
"""An answer that was too slow is asked for again, as any client would."""


@dataclass(frozen=True)
class Ran:
    """A request: its answer's status, -1 where there is none, the promises that it broke, and
    whether AWS failed meanwhile or was changed."""

    event: Any
    status: int
    broken: tuple[str, ...]
    has_failed: bool = False
    has_changed: bool = False


@dataclass
class Stage:
    """The function, AWS behind it, and what its state was last known to be."""

    runtime: RuntimeApi
    aws: Aws
    clients: dict[str, Any]
    endpoint: str
    log: Path
    known: dict[str, Any] | None = None

    def reset(self) -> None:
        """An account with the pipeline and an empty ledger."""
        request = urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST")
        urllib.request.urlopen(request).close()
        put_pipeline(self.clients)
        create_ledger_table(self.clients["dynamodb"], "ledger")
        self.known = None

    def ask(self, event: Any, fault: Fault | None) -> tuple[str, bytes, set[str]]:
        """What the function sends, and the exceptions that it logs. Raises queue.Empty."""
        self.aws.begin(fault)
        start = self.log.stat().st_size
        kind, body = self.runtime.ask(event, SECONDS)
        with self.log.open("rb") as opened:
            opened.seek(start)
            lines = [json.loads(line) for line in opened if line.startswith(b'{"')]
        return kind, body, {line["exception_name"] for line in lines if "exception_name" in line}


def unpack(folder: Path) -> tuple[Path, Path]:
    """The zip as ``make package`` leaves it, laid out as Lambda does."""
    (folder / "p.yaml").write_text(FILE, encoding="utf-8")
    command = [sys.executable, "-m", "tidegate.deployment.package", str(folder / "p.yaml")]
    subprocess.run([*command, str(folder / "build")], cwd=ROOT, check=True, capture_output=True)
    return lay_out(folder / "build" / "deploy" / "deployment.zip", folder)


@contextmanager
def stage_of(
    unpacked: tuple[Path, Path], endpoint: str, clients: dict[str, Any], log: Path
) -> Iterator[Stage]:
    """The function of an unpacked zip, running before moto."""
    with watched(endpoint) as aws:
        environment = {
            "AWS_ENDPOINT_URL": aws.url, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
            "TIDEGATE_LEDGER_TABLE": "ledger",
        }  # fmt: skip
        with booted(*unpacked, "app.app", environment, log) as runtime:
            stage = Stage(runtime, aws, clients, endpoint, log)
            stage.reset()
            yield stage


def play(seed: int, stage: Stage) -> Ran:
    """A seed's request."""
    asked, before = event(seed), stage.known or state(stage.clients)
    for _ in range(TRIES):
        try:
            kind, body, named = stage.ask(asked, fault(seed))
        except queue.Empty:
            is_there = stage.runtime.process.poll() is None
            return Ran(asked, -1, (f"hung for {SECONDS} s" if is_there else "it died",))
        if kind != "response":
            return Ran(asked, -1, (f"the function failed: {body.decode()[:500]}",))
        answer = json.loads(body)
        if stage.aws.struck or answer.get("statusCode") != 500:
            break
    stage.aws.settle()
    is_read = answer.get("statusCode") == 200 and not stage.aws.changes
    stage.known = state(stage.clients) if stage.aws.calls and not is_read else before
    has_failed, has_changed = bool(stage.aws.struck or named & SLOW), stage.known != before
    broken = [*ill_formed(answer)]
    if not broken:
        if answer["statusCode"] >= 500 and not named & {*OF_AWS}:
            broken.append(f"500, and AWS has not failed: {named}, {answer['body'][:300]}")
        if not has_failed:
            broken += _ill_done(asked, answer["statusCode"], stage.aws.changes, has_changed)
    return Ran(asked, answer.get("statusCode", -1), tuple(broken), has_failed, has_changed)


def _ill_done(asked: Any, status: int, changes: Sequence[str], has_changed: bool) -> Iterator[str]:
    """What a status may not mean where AWS did all that it was asked for."""
    if status == 429:
        yield "429, and AWS has throttled nothing"
    if status == 200 and asked["requestContext"]["httpMethod"] == "PATCH":
        return
    if changes:
        yield f"{status}, and AWS was asked for {', '.join(changes)}"
    if has_changed:
        yield f"{status}, and something has changed"
