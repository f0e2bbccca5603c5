"""npm's kinesis-local: a real emulator in a process of its own."""

import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import boto3
import pytest

SYSTEM_CAS = "/etc/ssl/certs/ca-certificates.crt"
VERSION = "0.6.2"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tidegate-tests"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _installed() -> Path:
    folder = CACHE / f"kinesis-local-{VERSION}"
    if not folder.exists():
        # Test workers may get here at the same time: each installs apart, the first one moves in.
        CACHE.mkdir(parents=True, exist_ok=True)
        apart = Path(mkdtemp(dir=CACHE))
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(apart)]
        # Node does not read the system's certificates by itself.
        certificates = {"NODE_EXTRA_CA_CERTS": ssl.get_default_verify_paths().cafile or SYSTEM_CAS}
        subprocess.run(
            [*command, f"kinesis-local@{VERSION}"], check=True, env={**certificates, **os.environ}
        )
        try:
            apart.rename(folder)
        except OSError:
            shutil.rmtree(apart)
    return folder / "node_modules" / "kinesis-local"


def _is_up(url: str) -> bool:
    try:
        urlopen(url).close()
    except HTTPError:
        return True
    except (URLError, ConnectionError):
        return False
    return True


@pytest.fixture(scope="session")
def kinesis_local() -> Iterator[str]:
    if shutil.which("npm") is None and not os.environ.get("CI"):
        pytest.skip("Node is not installed: kinesis-local can't be started")
    port, tls_port = _free_port(), _free_port()
    environment = {
        **os.environ,
        "KINESIS_MOCK_PLAIN_PORT": str(port),
        "KINESIS_MOCK_TLS_PORT": str(tls_port),
        "SHARD_LIMIT": "400",
        **dict.fromkeys(
            ("CREATE_STREAM_DURATION", "UPDATE_SHARD_COUNT_DURATION", "SPLIT_SHARD_DURATION",
             "MERGE_SHARDS_DURATION"), "150ms"),
    }  # fmt: skip
    with subprocess.Popen(
        ["node", "main.js"], cwd=_installed(), env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as emulator:  # fmt: skip
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 30
        while not _is_up(url):
            assert time.monotonic() < deadline, "kinesis-local did not come up"
            time.sleep(0.1)
        yield url
        emulator.kill()


names = (f"stream-{number}" for number in count())


@pytest.fixture
def kinesis(kinesis_local: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    for key, value in {
        "AWS_ENDPOINT_URL": kinesis_local, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
        "TIDEGATE_LEDGER": str(tmp_path / "ledger.sqlite"),
    }.items():  # fmt: skip
        monkeypatch.setenv(key, value)
    return boto3.client("kinesis", "us-east-1")


def wait_active(kinesis: Any, name: str) -> None:
    while summary(kinesis, name)["StreamStatus"] != "ACTIVE":
        time.sleep(0.05)


def summary(kinesis: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = kinesis.describe_stream_summary(StreamName=name)
    return found["StreamDescriptionSummary"]


@pytest.fixture
def stream(kinesis: Any) -> Iterator[str]:
    name = next(names)
    kinesis.create_stream(StreamName=name, ShardCount=2)
    wait_active(kinesis, name)
    yield name
    wait_active(kinesis, name)
    kinesis.delete_stream(StreamName=name)
