"""One run of the command line in a small account, and what it must never do."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import botocore.client
from click.testing import CliRunner
from moto import mock_aws

from tests.fuzz.files import mutated
from tests.fuzz.lines import command_line
from tests.losses.account import MUTATIONS, PIPELINES, Account
from tidegate.cli import main

__all__ = ["Ran", "account_of", "play_file", "play_line"]

SECONDS = 20
"""More than any of these commands takes on a busy machine."""
CODES = (0, 1, 2, 3, 4)
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
API = "https://abcdef1234.execute-api.us-east-1.amazonaws.com/prod"
OTHERS = ("sweep --dry-run --config", "targets --config", "rules --config", "alarms --dry-run",
          "dashboard --dry-run", "costs", f"register --dry-run --api {API} --config", "sweep --config")  # fmt: skip


class Hung(BaseException):
    """It did not end in time; no handler of the command's own takes it for an error."""


@dataclass(frozen=True)
class Ran:
    """A run: the words after ``tidegate``, and the promises that it broke."""

    args: tuple[str, ...]
    broken: tuple[str, ...]
    code: int


@contextmanager
def account_of(folder: Path) -> Iterator[list[str]]:
    """A stream, a function and a table in moto, and the names of the calls made there."""
    calls: list[str] = []
    client: Any = botocore.client.BaseClient
    real = client._make_api_call

    def call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        calls.append(operation)
        if operation == "PutCompositeAlarm":
            return {}  # moto has none
        return real(client, operation, parameters)

    environment = {
        "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "NO_COLOR": "1",
        "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "us-east-1", "HOME": str(folder),
        "AWS_DEFAULT_REGION": "us-east-1", "TIDEGATE_LEDGER": str(folder / "ledger.sqlite"),
    }  # fmt: skip
    before = Path.cwd()
    with patch.dict(os.environ, environment), mock_aws():
        account = Account(folder)
        account.pipeline(shards=2)
        account.minutes()
        account.deliver()
        (folder / "file.yaml").write_text(PIPELINES, encoding="utf-8")
        os.chdir(folder)
        try:
            with patch.object(botocore.client.BaseClient, "_make_api_call", call):
                yield calls
        finally:
            os.chdir(before)


def play_file(seed: int, calls: list[str]) -> Ran:
    """A mutated file, before ``check`` or, one in ten, before another command."""
    Path("mutated.yaml").write_bytes(mutated(seed))
    random = Random(f"{seed}/command")
    words = random.choice(OTHERS).split() if random.random() < 0.1 else ["check"]
    return _ran((*words, "mutated.yaml"), calls, has_file=True)


def play_line(seed: int, calls: list[str]) -> Ran:
    """An odd command line."""
    return _ran(command_line(seed), calls)


def _ran(args: tuple[str, ...], calls: list[str], *, has_file: bool = False) -> Ran:
    calls.clear()
    try:
        with _in_time():
            result = CliRunner().invoke(main, list(args))
    except Hung:
        return Ran(args, (f"hung for {SECONDS} s",), -1)
    broken, error = [], result.exception
    if error is not None and not isinstance(error, SystemExit):
        broken.append(f"a traceback: {error!r}")
    if result.exit_code not in CODES:
        broken.append(f"exit code {result.exit_code}: {result.stderr[-300:]}")
    if "Traceback" in result.output:
        broken.append("a traceback in the output")
    changed = MUTATIONS.intersection(calls)
    if result.exit_code == 2:
        broken += [f"bad input, and yet {each} was called" for each in changed]
        broken += [] if result.output.strip() else ["bad input without a word"]
        if args == ("check", "mutated.yaml") and "mutated.yaml" not in result.stderr:
            broken.append(f"the file isn't named: {result.stderr[:300]}")
    # What a file says may be somebody else's; the words of a command line are one's own.
    if has_file and CONTROLS.search(result.output):
        broken.append(f"control characters in the output: {ascii(result.output)[:300]}")
    return Ran(args, tuple(broken), result.exit_code)


@contextmanager
def _in_time() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise Hung

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
