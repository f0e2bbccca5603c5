"""The embedded world's job is held to what was measured of a real Flink (``make flink-fidelity``)."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from tests.shape import ROOT
from tests.simulator.kinds.flink_application.fidelity.cases import CASES, Case
from tests.simulator.kinds.flink_application.fidelity.played import causes, simulated
from tests.simulator.kinds.flink_application.fidelity.seen import (
    POINTS_MOST,
    Seen,
    TaskSeen,
    measured,
    points_apart,
    slow_task,
)

REAL = measured()
RECORDS_APART_MOST = 0.15

PAGE = (ROOT / "docs" / "flink-fidelity.md").read_text(encoding="utf-8")

world_of = cache(simulated)


def name(case: Case) -> str:
    return case.name


def test_every_case_was_measured_with_the_flink_that_is_required() -> None:
    assert list(REAL.cases) == [case.name for case in CASES]
    folder = ROOT / "tests/simulator/kinds/flink_application/fidelity"
    required = (folder / "requirements.txt").read_text(encoding="utf-8").split("==")
    assert required[-1].strip() == REAL.flink


@pytest.mark.parametrize("case", CASES, ids=name)
def test_tasks_are_busy_and_held_back_as_those_of_flink(case: Case) -> None:
    assert points_apart(REAL.cases[case.name], world_of(case)) <= POINTS_MOST


@pytest.mark.parametrize("case", CASES, ids=name)
def test_the_slow_task_and_the_records_are_those_of_flink(case: Case) -> None:
    real, world = REAL.cases[case.name], world_of(case)
    assert slow_task(world) == slow_task(real)
    records = pytest.approx(real.records_per_second, rel=RECORDS_APART_MOST)
    assert world.records_per_second == records


@pytest.mark.parametrize("case", CASES, ids=name)
def test_what_flink_shows_has_the_cause_that_the_world_shows(case: Case) -> None:
    """The first one, by the same rules."""
    assert causes(case, world_of(case))[0] == causes(case, REAL.cases[case.name])[0]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_the_page_has_what_was_measured(case: Case) -> None:
    real = REAL.cases[case.name]
    assert f"| {case.name} | {case.what} | {real.records_per_second:,.0f} / " in PAGE
    for task in real.tasks:
        assert f"| {task.busy / 10:.0f} / " in PAGE


def test_a_job_that_is_further_apart_is_noticed() -> None:
    def seen(**fields: Any) -> Seen:
        quiet = TaskSeen("Source", 100, 100, 800, 100)
        return Seen((quiet, replace(TaskSeen("Process", 900, 900, 0, 100), **fields)), 500, 50, 0)

    assert points_apart(seen(), seen()) == 0
    assert points_apart(seen(), seen(busy=740)) == points_apart(seen(), seen(held_back=160)) == 16
    assert points_apart(seen(busiest=1000), seen(busiest=840)) == 16
    assert points_apart(seen(busiest=790), seen(busiest=630)) == 0
    assert (slow_task(seen()), slow_task(seen(busiest=790)), slow_task(seen(held_back=510))) == (
        1, None, None,
    )  # fmt: skip
