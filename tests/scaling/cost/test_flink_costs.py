"""What a Flink pipeline costs: its KPUs with the one for orchestration, and their storage."""

from datetime import timedelta

import pytest

from tidegate.costs import bill
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load_value
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("flink-lag", ["stream clicks", "application click-counter"]),
        ("flink-kafka", ["application click-counter"]),
    ],
)
def test_kpus_are_billed_with_one_for_orchestration(name: str, layers: list[str]) -> None:
    scenario = load_scenario(name)
    (spec,) = load_value(scenario.pipeline_file, name).pipelines
    world = World(scenario, 1)
    world.advance(1200)
    since = world.now - timedelta(minutes=15)
    found = bill(DirectCloud(world).describe(spec), spec, DirectMetrics(world), (since, world.now))
    assert list(dict.fromkeys(each.layer for each in found.items)) == layers
    lines = {each.what: (each.amount, round(each.now_usd, 2)) for each in found.items}
    assert lines["KPUs, one of them for orchestration"] == ("3", 240.90)
    assert lines["running storage, GB"] == ("100", 10.00)
