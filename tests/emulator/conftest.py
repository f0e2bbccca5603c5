"""An account in which a whole stage runs: MiniStack in a process of its own.

Application Auto Scaling, which MiniStack lacks, is moto's. MiniStack checks signatures and policies
(``AUTH``), and runs each function under its own role.
"""

import os
import socket
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.stage import Account, package
from tests.emulator.started import Emulator, started

PYTHON = "TIDEGATE_EMULATOR"
"""The Python of an environment that has MiniStack; ``make verify`` makes one."""

FILE = """\
pipelines:
  - name: orders
    stream: orders
    levers:
      shard_count: {min: 1, max: 8, owner: application-autoscaling}
    consumers:
      - function: order-writer
        tables:
          - name: orders
            levers:
              write_capacity: {min: 5, max: 4000, owner: application-autoscaling}
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory, endpoint: str) -> Iterator[Emulator]:
    python = os.environ.get(PYTHON)
    if python is None:
        pytest.skip(f"{PYTHON} names no Python that has MiniStack (make verify)")
    asked = Emulator(python, endpoint, free_port())
    with started(asked, tmp_path_factory.mktemp("ministack")):
        yield asked


@pytest.fixture
def account(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Empty before each test."""
    for url in (f"{emulator.url}/_ministack/reset", f"{emulator.auto_scaling}/moto-api/reset"):
        urllib.request.urlopen(urllib.request.Request(url, method="POST")).close()
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    return Account(emulator.url)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package(tmp_path_factory.mktemp("package"), FILE)


@pytest.fixture
def pipeline(account: Account) -> Account:
    """The stream and the table that the file names."""
    account.make_orders()
    return account
