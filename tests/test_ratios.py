"""What must not creep up: the work of a sweep, and what the deployed app loads before it answers.

Counted, not timed: the same on every machine. The ratios are in ``architecture.toml``.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from types import FrameType

import pytest

from tests.shape import ROOT, SHAPE
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load_value
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.sweep_report import SweepReport
from tidegate.scaling.sweep import sweep
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World

RATIOS: dict[str, float] = SHAPE["ratios"]
LOADED = """
import os, sys
before = set(sys.modules)
import {name}
files = [getattr(sys.modules[each], "__file__", None) for each in set(sys.modules) - before]
print(sum(os.path.getsize(file) for file in files if file and file.endswith(".py")))
"""


def bytes_loaded(name: str) -> int:
    """Source that an import loads, with everything that it imports in turn."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "chalice_app")])
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(name=name)],
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(done.stdout)


def test_the_app_loads_no_more_before_its_first_answer_than_it_did() -> None:
    share = bytes_loaded("app") / bytes_loaded("boto3")
    assert share < RATIOS["app_to_boto3"]


def test_a_scheduled_sweep_loads_no_more_than_it_did() -> None:
    share = bytes_loaded("chalicelib.sweeping") / bytes_loaded("boto3")
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
