"""An account in which a whole stage runs: MiniStack in a process of its own.

Application Auto Scaling, which MiniStack lacks, is moto's. MiniStack checks signatures and policies
(``AUTH``), and runs each function under its own role.
"""

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.stage import ACCOUNT, REGION, Account, package

PYTHON = "TIDEGATE_EMULATOR"
"""The Python of an environment that has MiniStack; ``make verify`` makes one."""

HERE = Path(__file__).parent

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


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(900):
        assert process.poll() is None, "MiniStack ended"
        try:
            urllib.request.urlopen(f"{url}/_ministack/health", timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("MiniStack does not answer")


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory, endpoint: str) -> Iterator[str]:
    python = os.environ.get(PYTHON)
    if python is None:
        pytest.skip(f"{PYTHON} names no Python that has MiniStack (make verify)")
    folder, port = tmp_path_factory.mktemp("ministack"), free_port()
    environment = {
        "PATH": os.environ["PATH"], "TMPDIR": str(folder), "AUTH": "true",
        "GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        # The functions inherit it.
        "AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING": endpoint,
        # Hosts of APIs are made of it: then they are the ones of AWS.
        "MINISTACK_HOST": f"{REGION}.amazonaws.com",
    }  # fmt: skip
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [python, str(HERE / "ministack_and_more.py")],
            cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT,
        ) as process,
    ):  # fmt: skip
        url = f"http://127.0.0.1:{port}"
        try:
            wait_for(url, process)
            yield url
        finally:
            process.terminate()


@pytest.fixture
def account(ministack: str, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Empty before each test, but for a stream and a table that a pipeline has."""
    for url in (f"{ministack}/_ministack/reset", f"{endpoint}/moto-api/reset"):
        urllib.request.urlopen(urllib.request.Request(url, method="POST")).close()
    for name, value in {
        "AWS_ENDPOINT_URL": ministack,
        "AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING": endpoint,
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    return Account(ministack)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package(tmp_path_factory.mktemp("package"), FILE)


@pytest.fixture
def pipeline(account: Account) -> Account:
    """The stream and the table that the file names."""
    account.client("kinesis").create_stream(StreamName="orders", ShardCount=2)
    account.client("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 20},
    )
    return account
