"""A Flink job is judged by what it tells itself, while another reader of its stream falls behind."""

from dataclasses import replace

import pytest

from tests.losses.test_flink_seeds import FlinkWorld
from tests.scaling.test_sweep_scenarios import Run
from tidegate.pipeline_file import load_value
from tidegate.scaling.model.health import Health
from tidegate.simulator.kinds.foreign.reader import ForeignReaderData
from tidegate.simulator.scenario import Scenario
from tidegate.simulator.world import World

LOAD = ((0, 700), (1200, 700), (1201, 900))


def beside_a_slow_reader(objective_seconds: int, of_each_shard: int) -> Scenario:
    """It keeps up with the load of four shards until that rises."""
    of = FlinkWorld("foreign", LOAD, (None,), {"shards": 4}).scenario(1)
    (pipeline,) = of.pipeline_file["pipelines"]
    objective = {**pipeline["objective"], "iterator_age_max_seconds": objective_seconds}
    slow = ForeignReaderData("archiver", "clicks", records_per_second=of_each_shard)
    return replace(
        of,
        duration_seconds=2400,
        iterator_age_max_seconds=objective_seconds,
        resources=(*of.resources, slow),
        pipeline_file={"pipelines": [{**pipeline, "objective": objective}]},
    )


@pytest.mark.parametrize(("objective", "reads"), [(30, 200), (30, 190), (60, 200)])
def test_a_job_is_healthy_while_another_reader_falls_behind(objective: int, reads: int) -> None:
    scenario = beside_a_slow_reader(objective, reads)
    specs = load_value(scenario.pipeline_file, "foreign").pipelines
    reports = list(Run(World(scenario, 1)).minutes(specs))
    assert {each for report in reports for each in report.reader_healths} == {Health.HEALTHY}
    assert reports[-1].health is Health.SICK
