"""AWS as moto answers it, from another process over HTTP."""

import gc
import subprocess
import sys
import urllib.request
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import botocore.session
import pydantic
import pytest
from hypothesis import settings

from tests.moto_items import quicken_items
from tests.moto_metrics import quicken

# A deadline would judge the machine, which may be busy, and not the code.
settings.register_profile("tidegate", deadline=None, max_examples=30)
settings.register_profile("whole", deadline=None, max_examples=300)
settings.load_profile("tidegate")

# The models of AWS's services are read from their files once for all sessions of this process, as a
# program with one session does. Nothing else of a client is shared.
botocore.session.create_loader = cache(botocore.session.create_loader)

# So is the form of the pipeline file, which a program reads once, and tests thousands of times.
PYDANTIC: Any = pydantic
PYDANTIC.TypeAdapter = cache(pydantic.TypeAdapter)

# moto in this process, as the server has it.
quicken()
quicken_items()


SLOW = (
    "scaling/aws", "scaling/ledger", "scaling/notify/test_incident.py",
    "scaling/observability/test_watching.py", "scaling/test_sweep_batching_window.py",
    "scaling/test_sweep_scenarios.py",
)  # fmt: skip
"""Files and folders that ``make test-fast`` leaves out: they play the embedded world for long, or ask
moto. Single tests of more than half a second are marked where they stand."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--all-seeds", action="store_true", help="sampled tests by every seed (make verify)"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """``by_seed(3)`` plays a test by the seeds 1 to 3 in ``make verify``, and by the first else;
    ``by_seed(3, 2)`` by the first two."""
    marked = metafunc.definition.get_closest_marker("by_seed")
    if marked is not None:
        every, sample = (*marked.args, 1)[:2]
        whole = metafunc.config.getoption("--all-seeds")
        metafunc.parametrize("seed", range(1, 1 + (every if whole else sample)))


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--all-seeds"):
        settings.load_profile("whole")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--all-seeds"):
        _leave_to_verify(config, items)
    places = [Path(__file__).parent / each for each in SLOW]
    assert [place for place in places if not place.exists()] == []
    for item in items:
        if any(item.path.is_relative_to(place) for place in places):
            item.add_marker("slow")


def _leave_to_verify(config: pytest.Config, items: list[pytest.Item]) -> None:
    """All but every third of a test marked ``sampled(3)``, the first among those that stay."""
    seen: Counter[str] = Counter()
    left: list[pytest.Item] = []
    for item in items:
        marked = item.get_closest_marker("sampled")
        if marked is not None:
            name = item.nodeid.partition("[")[0]
            if seen[name] % marked.args[0]:
                left.append(item)
            seen[name] += 1
    config.hook.pytest_deselected(items=left)
    dropped = set(left)
    items[:] = [item for item in items if item not in dropped]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Modules and tests, a million objects, stay to the end: garbage isn't sought among them."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    with moto_server() as url:
        yield url


@contextmanager
def moto_server() -> Iterator[str]:
    command = [sys.executable, str(Path(__file__).with_name("moto_and_more.py")), "-p", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        line = next(line for line in server.stderr if "Running on http" in line)
        # It logs every request: a pipe that nobody reads would fill up and stop it.
        Thread(target=deque, args=(server.stderr, 0), daemon=True).start()
        try:
            yield line.split("Running on ")[1].strip()
        finally:
            server.terminate()


class Clients(dict[str, Any]):
    """A test's own clients by service, each made when it is first asked for."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._session: Any = boto3.Session("testing", "testing", region_name="us-east-1")

    def __missing__(self, service: str) -> Any:
        self[service] = self._session.client(service, endpoint_url=self._endpoint)
        return self[service]


@pytest.fixture(scope="session")
def made_clients(endpoint: str) -> Clients:
    return Clients(endpoint)


@pytest.fixture
def clients(endpoint: str, made_clients: Clients) -> Clients:
    """Those of an account in which nothing is left of another test."""
    request = urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST")
    urllib.request.urlopen(request).close()
    return made_clients


@pytest.fixture
def aws(endpoint: str, clients: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The clients, with an environment in which Tidegate's own go to the same place."""
    for key, value in {
        "AWS_ENDPOINT_URL": endpoint, "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
    }.items():  # fmt: skip
        monkeypatch.setenv(key, value)
    return clients
