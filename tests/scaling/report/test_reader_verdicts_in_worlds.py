"""Readers are judged by what they tell themselves, while others of their stream fall behind."""

from dataclasses import replace
from itertools import groupby
from typing import Any

import pytest

from tests.losses.test_flink_seeds import FlinkWorld
from tests.losses.worlds import a_world
from tests.scaling.test_sweep_scenarios import Run
from tidegate.pipeline_file import load_value
from tidegate.rules.cause import Cause
from tidegate.scaling.model.health import Health
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.simulator.kinds.foreign.reader import ForeignReaderData
from tidegate.simulator.kinds.lambda_mapping.data import FunctionData
from tidegate.simulator.scenario import Scenario
from tidegate.simulator.traffic import Points, Traffic
from tidegate.simulator.world import World

LOAD = ((0, 700), (840, 700), (841, 900))


SLOWLY = ((0, 700), (300, 700), (2100, 980))


def beside_slow_readers(
    objective_seconds: int, of_each_shard: tuple[int, ...], load: Points = LOAD
) -> Scenario:
    """They keep up with the load of four shards until that rises."""
    of = FlinkWorld("foreign", load, (None,), {"shards": 4}).scenario(1)
    (pipeline,) = of.pipeline_file["pipelines"]
    return beside(of, pipeline, objective_seconds, of_each_shard)


def beside(
    of: Scenario, pipeline: dict[str, Any], objective_seconds: int, of_each_shard: tuple[int, ...]
) -> Scenario:
    objective = {"catch_up_seconds": 600, "iterator_age_max_seconds": objective_seconds}
    slow = (
        ForeignReaderData(f"archiver-{at}", pipeline["stream"], records_per_second=reads)
        for at, reads in enumerate(of_each_shard)
    )
    return replace(
        of,
        duration_seconds=1620,
        iterator_age_max_seconds=objective_seconds,
        resources=(*of.resources, *slow),
        pipeline_file={"pipelines": [{**pipeline, "objective": objective}]},
    )


def function_beside_slow_readers(
    objective_seconds: int, of_each_shard: tuple[int, ...], load: Points
) -> Scenario:
    """A function that is wide enough for the load, which those readers are not."""
    of = a_world(Traffic(((-86_400, load[0][1]), *load)), WRITER, shards=4, factor=2)
    pipeline = {"name": "orders", "stream": "orders", "consumers": [{"function": WRITER.name}]}
    return beside(of, pipeline, objective_seconds, of_each_shard)


def reports_of(scenario: Scenario) -> list[PipelineReport]:
    specs = load_value(scenario.pipeline_file, "foreign").pipelines
    return list(Run(World(scenario, 1)).minutes(specs))


WRITER = FunctionData("order-writer", 30)


def verdicts(reports: list[PipelineReport]) -> list[Cause]:
    """One after the other; who is well may have more than it needs."""
    causes = [report.diagnoses[0].cause for report in reports]
    told = (Cause.HEALTHY if cause is Cause.OVERSIZED else cause for cause in causes)
    return [cause for cause, _ in groupby(told)]


@pytest.mark.parametrize(
    ("objective", "reads", "load"),
    [(30, (200,), LOAD), (60, (200, 190), LOAD), (30, (195,), SLOWLY)],
)
def test_a_job_is_healthy_while_other_readers_fall_behind_and_its_pipeline_never_unknown(
    objective: int, reads: tuple[int, ...], load: Points
) -> None:
    reports = reports_of(beside_slow_readers(objective, reads, load))
    assert {each for report in reports for each in report.reader_healths} == {Health.HEALTHY}
    assert verdicts(reports) == [Cause.HEALTHY, Cause.OTHER_READER_BEHIND]
    assert reports[-1].health is Health.SICK


@pytest.mark.parametrize(
    ("objective", "reads", "load"), [(30, (200, 190), LOAD), (30, (195,), SLOWLY)]
)
def test_so_is_a_function_that_hands_young_batches_on_and_fails_at_none(
    objective: int, reads: tuple[int, ...], load: Points
) -> None:
    reports = reports_of(function_beside_slow_readers(objective, reads, load))
    assert {each for report in reports for each in report.reader_healths} == {Health.HEALTHY}
    assert verdicts(reports) == [Cause.HEALTHY, Cause.OTHER_READER_BEHIND]
    assert reports[-1].health is Health.SICK
