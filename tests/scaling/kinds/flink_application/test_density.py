"""A parallelism per KPU that a policy asks for is weighed as the restart that it is."""

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, newest
from tests.change_records import change, history
from tests.flink_builders import (
    FLINK_SPEC,
    JobMinute,
    a_flink_pipeline,
    an_application,
    job_signals,
)
from tests.looks import a_look
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.kinds.flink_application.density import density_asked_of
from tidegate.scaling.kinds.flink_application.planning import ApplicationPlanning
from tidegate.scaling.kinds.flink_application.sizing import learn_job
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.recommendation import Recommendation

PARALLELISM, DENSITY = (
    Lever.of(kind, "counter") for kind in (LeverKind.PARALLELISM, LeverKind.PARALLELISM_PER_KPU)
)
JOB = an_application(8, parallelism_per_kpu=2)
WHY = Reason.told("desired-capacity", "a policy asks for it")


def ages(*seconds: float, **minute: Any) -> Signals:
    """Eight subtasks on four KPUs, half busy with 1,000 records/s: each does 250 a second."""
    told = [JobMinute(behind_seconds=each, **minute) for each in (*[1.0] * 80, *seconds)]
    return job_signals(a_flink_pipeline(JOB), *told)


def held(seen: Signals, to: int, past: History | None = None) -> list[str]:
    recommendation = Recommendation(DENSITY, 2, to, WHY, asked_at=NOON - timedelta(minutes=1))
    planning = ApplicationPlanning((JOB,), a_flink_pipeline(JOB))
    found = planning.why_not_worth(a_look(seen, (), FLINK_SPEC, past), recommendation)
    return [str(each.reason) for each in found]


def test_what_is_asked_of_the_density_alone_says_so_too() -> None:
    look = a_look(ages(90.0, 90.0, 90.0), (), FLINK_SPEC)
    model = learn_job(look.signals, JOB)
    assert model is not None
    (told,) = density_asked_of(look, model, Recommendation(DENSITY, 2, 4, WHY))
    assert str(told.reason) == (
        "counter is 90 s behind, and a restart costs more: a parallelism per KPU of 4 waits"
    )


def test_a_job_that_keeps_up_is_given_and_spared_kpus_at_once() -> None:
    quiet = ages(1.0, cpu_percent=20.0)
    assert (held(quiet, 1), held(quiet, 4)) == ([], [])


@pytest.mark.parametrize(
    ("cpu", "to", "waits"), [(20.0, 4, False), (40.0, 4, False), (60.0, 8, True), (30.0, 8, True)]
)
def test_fewer_kpus_must_have_the_cpu_for_all_that_comes_in(
    cpu: float, to: int, waits: bool
) -> None:
    """Half of the subtasks' time is enough; on a quarter of the KPUs 30 % of CPU are 120."""
    told = held(ages(1.0, cpu_percent=cpu, busy=900.0, busiest=900.0), to)
    assert ["would exceed the budget" in each for each in told] == [True] * waits


@pytest.mark.parametrize(
    ("lever", "before", "after", "waits"),
    [
        (DENSITY, 1, 2, True),
        (DENSITY, 4, 2, False),
        (PARALLELISM, 16, 8, True),
        (PARALLELISM, 4, 8, False),
    ],
)
def test_one_restart_a_day_saves_money_by_whichever_lever(
    lever: Lever, before: int, after: int, waits: bool
) -> None:
    past = history(change(lever, before, after, minutes_ago=300))
    told = held(ages(1.0, cpu_percent=20.0), 4, past)
    assert ["the next one is allowed at" in each for each in told] == [True] * waits


@pytest.mark.parametrize("to", [1, 4])
def test_a_job_that_is_behind_by_its_restart_is_not_restarted_for_that(to: int) -> None:
    young = newest(ages(*[90.0 * at for at in range(1, 9)]), "counter", uptime_milliseconds=[6e4])
    (told,) = held(young, to)
    assert told == (
        "counter has just been restarted, and what it needs does not show yet: a parallelism per "
        f"KPU of {to} waits"
    )


def test_a_job_that_is_behind_gets_more_kpus_where_that_pays_and_never_fewer() -> None:
    grows = ages(*[30.0 * at for at in range(1, 11)])
    falls = ages(*[60.0 * at for at in range(9, 1, -1)])
    assert held(grows, 1) == []
    for seen, to in ((falls, 1), (grows, 4), (falls, 4)):
        (told,) = held(seen, to)
        assert "s behind, and a restart costs more" in told
