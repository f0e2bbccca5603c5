"""Two Flink jobs of one file on one stream, and readers of it that no file names: what is found is
told of the one that it is about, and no job is restarted for another's backlog."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.losses.test_flink import in_world
from tests.losses.test_flink_graphs import first_illness, left_alone
from tests.losses.test_flink_seeds import (
    SINK,
    SKEWED,
    TOO_LOW,
    WELL,
    FlinkWorld,
    in_file,
    restart_seconds,
    step,
    updates_of,
)
from tidegate.rules.cause import Cause
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.kinds.flink_application.data import ApplicationData
from tidegate.simulator.kinds.foreign.reader import ForeignReaderData
from tidegate.simulator.scenario import Scenario

MINUTES = 25
OTHERS: Cause = Cause.OTHER_READER_BEHIND


def beside(job: dict[str, Any], *pollers: ForeignReaderData) -> Callable[[Scenario], Scenario]:
    """A second job, ``archiver``, which differs from the first in that; and foreign readers."""

    def changed(scenario: Scenario) -> Scenario:
        other = replace(scenario.the(ApplicationData), name="archiver", **job)
        (pipeline,) = scenario.pipeline_file["pipelines"]
        (entry,) = pipeline["applications"]
        return replace(
            scenario,
            resources=(*scenario.resources, other, *pollers),
            pipeline_file=in_file(
                scenario, applications=[entry, {**entry, "application": "archiver"}]
            ),
        )

    return changed


def polls(calls_per_second: float, records_per_second: int | None) -> ForeignReaderData:
    """Of each shard so many records; None for all that it is given."""
    return ForeignReaderData("poller", "clicks", calls_per_second, records_per_second)


def world(name: str, high: float, cause: Cause | None, job: dict[str, Any], *pollers: ForeignReaderData) -> FlinkWorld:  # fmt: skip
    changed = beside(job, *pollers)
    return FlinkWorld(name, step(1000, high), (cause,), minutes=MINUTES, changed=changed)


SLOW: dict[str, Any] = {"records_per_second_per_subtask": 330}
LEFT_ALONE = (
    world("the second has a hot key", 1600, SKEWED, {"skew": 0.42}),
    world("both are well", 1500, WELL, {}),
    world("the second waits for its sink, others poll", 1450, SINK,
          {"sink_records_per_second": 1200}, polls(2, None)),
    world("who polls is slow", 1500, OTHERS, {}, polls(5, 170)),
    world("who polls once a second is slow", 1500, OTHERS, {}, polls(1, 170)),
)  # fmt: skip
RAISED = (
    world("the second is too small", 1600, TOO_LOW, SLOW),
    world("the second is too small, others poll", 1600, TOO_LOW, SLOW, polls(2, None)),
)


def play(each: FlinkWorld, seed: int) -> tuple[Cause | None, dict[str, int], int]:
    """The first cause, how often each job was updated, and the seconds late beyond what they would
    be if left alone and restarted once."""
    scenario = each.scenario(seed)
    there, reports = in_world(scenario, each.minutes, seed=seed)
    jobs = tuple(there.site.all(EmbeddedApplication))
    updates = {
        "second" if job.state.data.name == "archiver" else "first": len(updates_of(job))
        for job in jobs
    }
    late = there.figures().seconds_out_of_objective
    if any(updates.values()):
        alone = left_alone(scenario, there.second, seed).figures().seconds_out_of_objective
        late -= alone + int(restart_seconds(scenario, seed))
    else:
        late = 0
    return first_illness(reports), updates, late


@pytest.mark.by_seed(20)
@pytest.mark.parametrize("each", LEFT_ALONE, ids=[each.name for each in LEFT_ALONE])
def test_what_no_parallelism_cures_is_told_and_restarts_neither(
    each: FlinkWorld, seed: int
) -> None:
    assert play(each, seed) == (each.causes[0], {"first": 0, "second": 0}, 0)


@pytest.mark.by_seed(20)
@pytest.mark.parametrize("each", RAISED, ids=[each.name for each in RAISED])
def test_the_one_that_is_too_small_is_raised_alone(each: FlinkWorld, seed: int) -> None:
    cause, updates, late = play(each, seed)
    assert cause is each.causes[0]
    assert updates["first"] == 0
    assert updates["second"] >= 1
    assert late <= 0
