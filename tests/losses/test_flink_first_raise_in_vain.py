"""A Flink job whose first raise processes no more costs no KPU more an hour later, and is late for no
longer than if it had been restarted once as it was."""

from dataclasses import dataclass

import pytest

from tests.losses.test_flink import in_world
from tests.losses.test_flink_graphs import left_alone
from tests.losses.test_flink_seeds import (
    CHANGE_AT,
    MINUTE,
    SINK,
    TOO_LOW,
    FlinkWorld,
    restart_seconds,
    step,
)
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.kinds.flink_application.operation import ApplicationUpdate
from tidegate.simulator.scenario import Scenario
from tidegate.simulator.traffic import Points
from tidegate.simulator.world import World


def ramp(low: float, high: float, minutes: int) -> Points:
    return ((0, low), (CHANGE_AT, low), (CHANGE_AT + MINUTE * minutes, high))


SHORT, LONG = 50, 170
"""Minutes: a step comes in the tenth, a slow ramp is too much after one to two hours; a raise stands
for half an hour."""


def a_sink(share: float, points: Points, minutes: int = SHORT, tasks: int = 3) -> FlinkWorld:
    """One that takes a share of what the operators can do."""
    data = {"sink_records_per_second": 2000 * share, "tasks": tasks}
    name = f"{tasks} tasks, a sink at {share:.0%}, up to {points[-1][1]:,.0f} at {points[-1][0]} s"
    return FlinkWorld(name, points, (SINK, TOO_LOW), data, minutes)


def on_groups(subtasks: int, groups: int, points: Points, minutes: int = SHORT) -> FlinkWorld:
    """Subtasks of which some have a key group more than others, which nobody names."""
    data = {"parallelism": subtasks, "max_parallelism": groups, "shards": subtasks}
    name = f"{subtasks} subtasks on {groups} key groups, up to {points[-1][1]:,.0f}"
    return FlinkWorld(name, points, (TOO_LOW,), data, minutes)


IN_VAIN = (
    a_sink(0.95, step(1000, 2200)),
    a_sink(0.90, step(1000, 1950), tasks=2),
    a_sink(0.85, step(1000, 1950), tasks=1),
    on_groups(12, 20, step(2600, 5400)),
    on_groups(8, 16, step(2600, 4400)),
    a_sink(0.85, ramp(1200, 3000, 100), 90, tasks=2),
    a_sink(0.90, ramp(1000, 4000, 150), 90),
    a_sink(0.85, ramp(1200, 2600, 250), LONG, tasks=2),
    on_groups(12, 20, ramp(4000, 7000, 300), LONG),
)


@dataclass(frozen=True)
class Change:
    """Of the parallelism, in a minute of the sweeps."""

    minute: int
    before: int
    after: int


def changes(reports: list[PipelineReport]) -> list[Change]:
    return [
        Change(minute, decision.current, decision.allowed)
        for minute, report in enumerate(reports)
        for made in report.changes
        for decision in made.decisions
    ]


def restarted_once(scenario: Scenario, minute: int, until_second: int, seed: int) -> World:
    """Left alone, but that somebody updates the application to what it is."""
    world = World(scenario, seed)
    world.advance(3 * MINUTE + MINUTE * minute)
    job = world.the(EmbeddedApplication)
    update = ApplicationUpdate(parallelism=job.state.parallelism, token=job.service.token)
    job.service.update(update)
    world.advance(until_second - world.second)
    return world


@pytest.mark.sampled(4)
@pytest.mark.by_seed(20)
@pytest.mark.parametrize("world", IN_VAIN, ids=[each.name for each in IN_VAIN])
def test_it_is_taken_back_within_the_hour_and_not_made_again(world: FlinkWorld, seed: int) -> None:
    scenario = world.scenario(seed)
    there, reports = in_world(scenario, world.minutes, seed=seed)
    made = changes(reports)
    if not made:
        return
    up, *back = made
    assert [(each.before, each.after) for each in back] == [(up.after, up.before)]
    assert back[0].minute - up.minute < 60
    late, alone, once = (
        each.figures().seconds_out_of_objective
        for each in (
            there,
            left_alone(scenario, there.second, seed),
            restarted_once(scenario, up.minute, there.second, seed),
        )
    )
    assert late <= max(once + MINUTE, alone + restart_seconds(scenario, seed))
