"""What must not creep up: the work of a sweep, and what the deployed app loads before it answers.

Counted, not timed: the same on every machine. The ratios are in ``architecture.toml``.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.chalice_app.gateway import proxy_event
from tests.shape import ROOT, SHAPE
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load, load_value
from tidegate.scaling.config.compiled import compiled
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.sweep_report import SweepReport
from tidegate.scaling.sweep import sweep
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World

RATIOS: dict[str, float] = SHAPE["ratios"]
LOADED = """
import os, sys
{first}
before = set(sys.modules)
{code}
files = [getattr(sys.modules[each], "__file__", None) for each in set(sys.modules) - before]
print(sum(os.path.getsize(file) for file in files if file and file.endswith(".py")))
"""
CLIENT = "import boto3; boto3.client('kinesis', region_name='us-east-1')"
REQUEST = """
import json, app
from pathlib import Path
from chalicelib import configuration
configuration.PACKAGED = Path("pipelines.json")
answer = app.app(json.loads(sys.argv[1]), None)
assert answer["statusCode"] == 200, answer
"""


def bytes_loaded(code: str, *arguments: str, first: str = "", cwd: Path = ROOT) -> int:
    """Source that code loads, with everything that it imports in turn, but for what ``first`` does."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "chalice_app")])
    command = [sys.executable, "-c", LOADED.format(code=code, first=first), *arguments]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": path},
        capture_output=True, text=True, check=True, cwd=cwd,
    )  # fmt: skip
    return int(done.stdout.splitlines()[-1])


def test_beside_botocore_the_app_loads_no_more_up_to_its_first_answer_than_it_did(
    aws: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws["kinesis"].create_stream(StreamName="racers", ShardCount=1)
    file = load(ROOT / "examples" / "race-day.yaml")
    (tmp_path / "pipelines.json").write_text(json.dumps(compiled(file)), encoding="utf-8")
    monkeypatch.setenv("TIDEGATE_LEDGER_TABLE", "ledger")
    event = json.dumps(proxy_event("GET", "shard_count~racers", None, "application/json"))
    loaded = bytes_loaded(REQUEST, event, first=CLIENT, cwd=tmp_path)
    assert loaded / bytes_loaded(CLIENT) < RATIOS["app_to_boto3"]


def test_a_scheduled_sweep_loads_no_more_than_it_did() -> None:
    share = bytes_loaded("import chalicelib.sweeping") / bytes_loaded("import boto3")
    assert share < RATIOS["sweep_to_boto3"]


def calls_of(work: Callable[[], object]) -> int:
    """Calls of functions, Python's and C's."""
    count = 0

    def counted(_: FrameType, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.fixture
def ledger() -> Iterator[SqliteLedger]:
    opened = SqliteLedger(":memory:")
    yield opened
    opened.close()


def calls_per_sample(ledger: SqliteLedger) -> float:
    """What a sweep of the race day does for each sample that it is given, in the 31st minute."""
    scenario = load_scenario("race-day")
    world = World(scenario, 1)
    specs = load_value(scenario.pipeline_file, "race-day").pipelines
    edges = Edges(DirectCloud(world), DirectMetrics(world), ledger)
    for _ in range(30):
        world.advance(60)
        sweep(specs, edges, world.now, holder="test")
    world.advance(60)
    reports: list[SweepReport] = []
    calls = calls_of(lambda: reports.append(sweep(specs, edges, world.now, holder="test")))
    (pipeline,) = reports[0].pipelines
    samples = sum(len(window.samples) for window in pipeline.windows.values())
    assert samples > 1000
    return calls / samples


def test_a_sweep_makes_no_more_calls_for_each_sample_that_it_is_given(ledger: SqliteLedger) -> None:
    assert calls_per_sample(ledger) < RATIOS["calls_per_sample"]
