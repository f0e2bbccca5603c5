"""Subtasks that did not help are taken back where that is worth the restart."""

from dataclasses import replace

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
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.kinds.flink_application.take_back import subtasks_taken_back
from tidegate.scaling.model.change_record import TAKEN_BACK, ChangeRecord, Lever
from tidegate.scaling.model.effect import is_take_back
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Plan
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation
from tidegate.scaling.plan.decide import decide

PARALLELISM = Lever.of(LeverKind.PARALLELISM, "counter")
PER_KPU = Lever.of(LeverKind.PARALLELISM_PER_KPU, "counter")
WAITING = JobMinute(busy=100.0, busiest=120.0, cpu_percent=20.0, hottest_cpu_percent=22.0)
"""Its subtasks are hardly busy: what they call lets no more through."""


def raised(before: int, after: int, minutes_ago: float) -> ChangeRecord:
    return change(PARALLELISM, before, after, minutes_ago=minutes_ago, pipeline="clicks")


FIRST, SECOND = raised(1, 2, 60), raised(2, 4, 20)


def seen(minute: JobMinute = WAITING) -> Signals:
    minutes = [replace(minute, behind_seconds=100 + 10.0 * at) for at in range(90)]
    of = job_signals(a_flink_pipeline(an_application(4)), *minutes)
    started = [60_000.0 * at for at in range(1, 19)]
    return newest(of, "counter", uptime_milliseconds=started)


def plan_of(of: Signals, past: History) -> Plan:
    return decide(a_look(of, diagnose(of), FLINK_SPEC, past, NOON))


def taken_back(of: Signals, *made: ChangeRecord) -> list[int]:
    decisions = plan_of(of, history(*made)).decisions
    return [each.allowed for each in decisions if is_take_back(each)]


def test_subtasks_that_process_no_more_are_taken_back_by_one_restart() -> None:
    assert taken_back(seen(), FIRST, SECOND) == [2]
    assert len(plan_of(seen(), history(FIRST, SECOND)).actions) == 1
    assert taken_back(seen(), SECOND) == []


@pytest.mark.parametrize(
    "minute",
    [
        replace(WAITING, heap_percent=95.0),
        replace(WAITING, heap_percent=None),
        replace(WAITING, busy=500.0, busiest=550.0),
    ],
    ids=["a full heap", "an unknown heap", "a restart that takes too long to catch up from"],
)
def test_they_are_kept_where_the_heap_may_need_them_or_the_restart_costs_too_much(
    minute: JobMinute,
) -> None:
    assert taken_back(seen(minute), FIRST, SECOND) == []


def test_no_second_restart_a_day_takes_subtasks_back() -> None:
    lowered = raised(4, 1, 600)
    assert taken_back(seen(), lowered, FIRST, SECOND) == []


def test_subtasks_a_kpu_are_never_taken_back() -> None:
    last = change(PER_KPU, 1, 2, minutes_ago=20, pipeline="clicks")
    back = Recommendation(PER_KPU, 2, 1, UNCHANGED)
    of = seen()
    assert subtasks_taken_back(a_look(of, diagnose(of), FLINK_SPEC), last, back) is None


def test_a_take_back_is_no_scale_in_that_hurt() -> None:
    back = replace(raised(4, 2, 10), entry_id=f"back{TAKEN_BACK}")
    minutes = [replace(WAITING, behind_seconds=100 + 10.0 * at) for at in range(90)]
    of = job_signals(a_flink_pipeline(an_application(2)), *minutes)
    plan = plan_of(of, history(FIRST, SECOND, back))
    assert plan.actions == ()
