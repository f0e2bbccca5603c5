"""Moves of each lever while a load plainly rises: a lever that follows it goes one way."""

from collections import Counter
from importlib.resources import files
from typing import Any

import pytest
import yaml

from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load_value
from tidegate.rules.cause import LeverKind
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.ports import Edges
from tidegate.scaling.sweep import sweep
from tidegate.simulator.scenarios import scenario_from
from tidegate.simulator.world import World


def moves(changes: dict[str, Any], points: list[list[int]]) -> Counter[tuple[LeverKind, str]]:
    """How often each kind of lever went up and down in the minutes of ``points``."""
    text = files("tidegate.simulator.scenarios").joinpath("table-throttled.yaml").read_text()
    written: dict[str, Any] = yaml.safe_load(text)
    for section, values in changes.items():
        written[section] |= values
    written |= {"duration_seconds": points[-1][0], "traffic": {"points": points}}
    scenario = scenario_from(written)
    specs = load_value(scenario.pipeline_file, scenario.name).pipelines
    world, ledger = World(scenario, 1), SqliteLedger(":memory:")
    found: Counter[tuple[LeverKind, str]] = Counter()
    edges = Edges(DirectCloud(world), DirectMetrics(world), ledger)
    world.advance(180)
    while world.second <= scenario.duration_seconds:
        for decision in sweep(specs, edges, world.now, holder="test").pipelines[0].decisions:
            if decision.changes:
                way = "up" if decision.allowed > decision.current else "down"
                found[decision.lever.kind, way] += 1
        world.advance(60)
    ledger.close()
    return found


@pytest.mark.sampled(2)
@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "points"),
    [
        ({"table": {"write_units": 200}}, [[0, 100], [600, 100], [5400, 900], [6600, 900]]),
        ({"table": {"write_units": 1500}, "stream": {"shards": 4}}, [[0, 300], [6600, 1800]]),
        ({"mapping": {"parallelization_factor": 8}}, [[0, 60], [6600, 500]]),
    ],
    ids=["ninefold", "from above", "far below its capacity"],
)
def test_shards_and_factor_are_not_turned_up_and_down_by_a_rise(
    changes: dict[str, Any], points: list[list[int]]
) -> None:
    found = moves(changes, points)
    for kind in (LeverKind.SHARD_COUNT, LeverKind.PARALLELIZATION_FACTOR):
        assert not (found[kind, "up"] and found[kind, "down"])
        assert found[kind, "up"] <= 2
    assert sum(found[LeverKind.WRITE_CAPACITY, way] for way in ("up", "down")) <= 6
