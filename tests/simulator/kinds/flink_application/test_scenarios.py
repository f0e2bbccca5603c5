"""Each Flink scenario, left alone, shows what its cause is known by."""

from typing import Any

import pytest

from tests.simulator.kinds.flink_application.flink_worlds import APPLICATION, metric
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.kinds.flink_application.data import ApplicationData
from tidegate.simulator.scenarios import load_scenario, scenario_names
from tidegate.simulator.world import World

BUSY, HELD_BACK = "busyTimeMsPerSecond", "backPressuredTimeMsPerSecond"

SINK, KEYED, SOURCE = "Sink:_out", "Process", "Source:_clicks"

# Per scenario: metric, statistic, its least and largest value in the thirtieth to fiftieth minute,
# and of which task where the job has more than one.
SIGNS: dict[str, list[tuple[str, str, float, float, *tuple[str, ...]]]] = {
    "flink-lag": [(BUSY, "Average", 990, 1000), ("cpuUtilization", "Average", 75, 100)],
    "flink-update-fails": [(BUSY, "Average", 990, 1000)],
    "flink-kafka": [(BUSY, "Average", 990, 1000), ("records_lag_max", "Maximum", 50_000, 1e7)],
    "flink-sink-slow": [
        (BUSY, "Average", 990, 1000, SINK), (HELD_BACK, "Average", 500, 1000, KEYED),
        (HELD_BACK, "Average", 900, 1000, SOURCE), ("cpuUtilization", "Maximum", 0, 50),
    ],
    "flink-skewed-key": [
        (BUSY, "Maximum", 990, 1000, KEYED), (BUSY, "Average", 0, 500, KEYED),
        (HELD_BACK, "Average", 900, 1000, SOURCE),
    ],
    "flink-narrow-source": [(BUSY, "Maximum", 990, 1000), (BUSY, "Average", 490, 510)],
    "flink-checkpoints": [("numberOfFailedCheckpoints", "Maximum", 1, 9), (BUSY, "Average", 0, 700)],
    "flink-heap": [("heapMemoryUtilization", "Maximum", 75, 100)],
    "flink-crash-loop": [("fullRestarts", "Maximum", 10, 99), ("uptime", "Maximum", 0, 41_000)],
    "flink-steady": [(BUSY, "Average", 550, 650), ("fullRestarts", "Maximum", 0, 0)],
}  # fmt: skip


def test_every_flink_scenario_has_its_signs() -> None:
    flink = {name for name in scenario_names() if load_scenario(name).find(ApplicationData)}
    assert flink - set(SIGNS) == {"flink-autoscaling-conflict"}  # a test of its own below


@pytest.mark.parametrize("name", SIGNS)
def test_left_alone_it_shows_what_its_cause_is_known_by(name: str) -> None:
    world = World(load_scenario(name), 5)
    world.advance(55 * 60)
    for sign, statistic, least, largest, *task in SIGNS[name]:
        of = (*APPLICATION, ("Task", task[0])) if task else None
        values = [metric(world, sign, statistic, minute, of) for minute in range(30, 51)]
        told = [value for value in values if value is not None]
        assert len(told) >= 15, sign
        assert all(least <= value <= largest + 1e-6 for value in told), (sign, told)


def test_the_services_own_scaling_reaches_the_load_in_two_restarts_of_its_own() -> None:
    """Doubling after fifteen minutes, twice (guide, "Use automatic scaling")."""
    world = World(load_scenario("flink-autoscaling-conflict"), 5)
    world.advance(world.scenario.duration_seconds)
    assert sorted({minute.total("parallelism") for minute in world.series}) == [2, 4, 8]
    kinds = [(each.kind, each.status) for each in world.the(EmbeddedApplication).service.operations]
    assert kinds == [("ScaleUp", "SUCCESSFUL")] * 2


def test_the_same_seed_is_the_same_job_and_another_is_not() -> None:
    def figures(seed: int) -> Any:
        world = World(load_scenario("flink-heap"), seed)
        world.advance(4000)
        return world.figures()

    assert figures(5) == figures(5)
    assert figures(5) != figures(6)
