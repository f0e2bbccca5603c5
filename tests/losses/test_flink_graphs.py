"""Jobs as Flink has them, in the embedded world: a source, operators and a sink of their own."""

from dataclasses import replace
from typing import Any

import pytest

from tests.losses.test_flink import in_world, operations
from tidegate.rules.cause import Cause
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.kinds.flink_application.data import ApplicationData
from tidegate.simulator.kinds.kinesis_stream.data import StreamData
from tidegate.simulator.scenario import Scenario
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.traffic import Traffic
from tidegate.simulator.world import World


def a_job(points: tuple[tuple[float, float], ...], *, shards: int = 8, **data: Any) -> Scenario:
    """Of subtasks that do 500 records/s each."""
    given = load_scenario("flink-lag")
    application = replace(
        given.the(ApplicationData),
        **{"tasks": 3, "parallelism": 4, "state_megabytes": 10, **data},
    )
    return given.put(application, Traffic(points=points, noise=0.0), StreamData("clicks", shards))


def first_illness(reports: list[PipelineReport]) -> Cause | None:
    causes = (each.diagnoses[0].cause for each in reports)
    return next((each for each in causes if each is not Cause.HEALTHY), None)


def late_seconds(world: World) -> int:
    """Of minutes that were over the objective of 60 s."""
    return 60 * sum(minute.iterator_age_seconds > 60 for minute in world.series)


def left_alone(scenario: Scenario, seconds: int, seed: int = 1) -> World:
    world = World(scenario, seed)
    world.advance(seconds)
    return world


STEP = ((0, 1000), (1200, 1000), (1201, 1600))


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("data", "cause"),
    [
        ({"sink_records_per_second": 1200}, Cause.SINK_BACK_PRESSURE),
        ({"sink_records_per_second": 1200, "tasks": 2}, Cause.SINK_BACK_PRESSURE),
        ({"sink_records_per_second": 1200, "tasks": 1}, Cause.SINK_BACK_PRESSURE),
        ({"skew": 0.42}, Cause.SKEWED_KEY),
        ({"skew": 0.5, "parallelism": 8}, Cause.SKEWED_KEY),
        ({"skew": 0.34, "max_parallelism": 6}, Cause.SKEWED_KEY),
        ({"skew": 0.45, "parallelism": 3}, Cause.SKEWED_KEY),
        ({"max_parallelism": 6}, Cause.SKEWED_KEY),
    ],
    ids=[
        "sink of its own",
        "chained sink",
        "one chain",
        "hot key",
        "hotter key",
        "beside few key groups",
        "of three subtasks",
        "few key groups",
    ],
)
def test_what_more_subtasks_do_not_help_is_named_first_and_costs_nothing(
    data: dict[str, Any], cause: Cause
) -> None:
    world, reports = in_world(a_job(STEP, **data), 60)
    assert first_illness(reports) is cause
    assert operations(world) == []


@pytest.mark.parametrize("io_share", [0.0, 0.7])
def test_operators_that_are_too_slow_are_raised_whether_they_work_or_wait(io_share: float) -> None:
    scenario = a_job(((0, 1000), (1200, 1000), (1201, 2800)), io_share=io_share)
    world, reports = in_world(scenario, 75)
    assert first_illness(reports) is Cause.PARALLELISM_TOO_LOW
    updates = [kind for kind, _ in operations(world)]
    assert 1 <= len(updates) <= 2
    assert world.series[-1].iterator_age_seconds < 60
    alone = left_alone(scenario, 78 * 60)
    assert late_seconds(world) < late_seconds(alone) / 3


@pytest.mark.parametrize("level", ["APPLICATION", "TASK"])
def test_a_job_that_waits_for_io_at_seventy_percent_keeps_its_subtasks(level: str) -> None:
    scenario = a_job(((0, 1400),), io_share=0.7, metrics_level=level)
    world, _ = in_world(scenario, 150)
    assert (operations(world), late_seconds(world)) == ([], 0)


DAY = 24 * 3600


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("rate", "io_share", "parallelism"), [(1000, 0.88, 4), (900, 0.7, 4), (1500, 0.95, 6)]
)
def test_what_asks_without_blocking_keeps_the_subtasks_that_nothing_proves_too_many(
    rate: float, io_share: float, parallelism: int
) -> None:
    """Half loaded it is busy for a few percent of the time, and does twice as much at most."""
    of_its_own: dict[str, Any] = {
        "parallelism": parallelism,
        "io_share": io_share,
        "io_is_async": True,
    }
    points = ((-DAY, rate), (0, rate))
    world, _ = in_world(a_job(points, metrics_level="TASK", **of_its_own), 100)
    assert (operations(world), late_seconds(world)) == ([], 0)


def test_six_shards_are_read_by_six_subtasks_in_the_end() -> None:
    """One of four reads two of them; the source is the slow task."""
    points = ((0, 900), (1200, 900), (1201, 1800))
    scenario = a_job(points, shards=6, source_share=1.1, sink_share=0.01)
    world, reports = in_world(scenario, 75)
    assert first_illness(reports) is Cause.PARALLELISM_TOO_LOW
    assert world.the(EmbeddedApplication).state.parallelism >= 6
    assert world.series[-1].iterator_age_seconds < 60


def test_a_short_spike_on_a_large_state_restarts_nothing() -> None:
    """60 GB: a restart takes a quarter of an hour, the spike four minutes."""
    points = ((0, 1400), (4800, 1400), (4801, 4200), (5040, 4200), (5041, 1400))
    scenario = a_job(points, state_megabytes=60_000, restore_megabytes_per_second=25)
    world, _ = in_world(scenario, 120)
    assert operations(world) == []


def test_a_step_is_cured_by_one_restart_that_is_not_sized_for_a_ramp() -> None:
    world, _ = in_world(a_job(((0, 1400), (1200, 1400), (1201, 2800))), 75)
    assert len(operations(world)) == 1
    assert 6 <= world.the(EmbeddedApplication).state.parallelism <= 14
    assert world.series[-1].iterator_age_seconds < 60
