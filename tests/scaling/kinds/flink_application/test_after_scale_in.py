"""A scale-in that hurt is reverted, and not made again for a while."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, a_table
from tests.flink_builders import (
    FLINK_SPEC,
    JobMinute,
    a_flink_pipeline,
    an_application,
    job_signals,
)
from tests.looks import a_look
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.reason import Reason
from tidegate.scaling.kinds.flink_application.after_scale_in import (
    rest_after_a_reverted_scale_in,
    revert_of_a_scale_in,
)
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation
from tidegate.scaling.plan.decide import decide

PARALLELISM = Lever.of(LeverKind.PARALLELISM, "counter")
WAITS = JobMinute(
    arrivals_per_second=1400, records_per_second=1000, busy=None, busiest=None,
    back_pressured=None, cpu_percent=30, hottest_cpu_percent=31,
)  # fmt: skip
"""By CPU nothing is at a limit: the subtasks wait for I/O."""


def change(minutes_ago: float, before: int, after: int) -> ChangeRecord:
    at = NOON - timedelta(minutes=minutes_ago)
    operation = "kinesisanalytics:UpdateApplication"
    return ChangeRecord(
        f"{minutes_ago}", "clicks", PARALLELISM, operation, before, after, "", at, Outcome.DONE
    )


def behind(minutes: int = 15, minute: JobMinute = WAITS) -> list[JobMinute]:
    before = [replace(minute, records_per_second=1400)] * (90 - minutes)
    return [*before, *[replace(minute, behind_seconds=25.0 * at) for at in range(minutes)]]


def parallelism(
    application: FlinkApplication, minutes: list[JobMinute], *changes: ChangeRecord
) -> Decision:
    seen = job_signals(a_flink_pipeline(application), *minutes)
    plan = decide(a_look(seen, diagnose(seen), FLINK_SPEC, History(changes), NOON))
    (found,) = [each for each in plan.decisions if each.lever == PARALLELISM]
    return found


def test_a_job_that_is_late_since_a_scale_in_gets_back_what_it_had() -> None:
    found = parallelism(an_application(2), behind(), change(20, 4, 2))
    assert (found.current, found.allowed) == (2, 4)
    assert "since the scale-in from 4 to 2 at 11:40 counter is 350 s behind" in str(found.because)


@pytest.mark.parametrize(
    "changes",
    [
        (),
        (change(20, 2, 4), change(19, 4, 2), change(18, 1, 2)),
        (change(91, 4, 2),),
        (change(20, 4, 3),),
    ],
    ids=["nothing was lowered", "raised since", "longer ago than is known", "set otherwise since"],
)
def test_without_a_scale_in_that_stands_nothing_is_reverted(
    changes: tuple[ChangeRecord, ...],
) -> None:
    assert parallelism(an_application(2), behind(), *changes).wanted == 2


def test_in_health_nothing_is_reverted() -> None:
    minutes = [replace(each, behind_seconds=1) for each in behind()]
    assert parallelism(an_application(2), minutes, change(20, 4, 2)).wanted == 2


def test_nor_at_a_larger_load_than_there_was_at_the_scale_in() -> None:
    before, since = behind()[:72], behind()[72:]
    grown = [replace(each, arrivals_per_second=1550) for each in since]
    assert parallelism(an_application(2), before + since, change(18, 4, 2)).wanted == 4
    assert parallelism(an_application(2), before + grown, change(18, 4, 2)).wanted == 2


def reverted(*diagnoses: Diagnosis, application: FlinkApplication | None = None) -> bool:
    application = application or an_application(2)
    minutes = [replace(each, table_throttles=6000.0) for each in behind()]
    seen = job_signals(a_flink_pipeline(application), *minutes)
    look = a_look(seen, diagnoses, FLINK_SPEC, History((change(20, 4, 2),)))
    stay = Recommendation(PARALLELISM, 2, 2, UNCHANGED)
    return revert_of_a_scale_in(look, application, stay) is not None


def test_nor_where_something_else_explains_it() -> None:
    why = (Reason.of("seen", "as seen"),)
    assert reverted()
    assert reverted(Diagnosis(Cause.SKEWED_KEY, "counter", why, advice="look"))
    assert not reverted(Diagnosis(Cause.CRASH_LOOP, "counter", why, advice="look"))
    assert reverted(Diagnosis(Cause.CRASH_LOOP, "another", why, advice="look"))
    assert not reverted(application=an_application(2, writes=(a_table(1000),)))


def test_where_the_job_is_too_small_anyway_it_gets_at_least_what_it_had() -> None:
    full = JobMinute(
        arrivals_per_second=1400, records_per_second=1380, busy=980, busiest=1000, cpu_percent=95
    )
    few = behind(3, replace(full, behind_seconds=40))
    assert parallelism(an_application(2), few, change(20, 9, 2)).wanted == 9
    assert parallelism(an_application(2), few, change(20, 3, 2)).wanted > 3


# ---- remembered

LOWER = Recommendation(PARALLELISM, 4, 2, UNCHANGED)


def rests(*changes: ChangeRecord, recommendation: Recommendation = LOWER) -> bool:
    found = list(rest_after_a_reverted_scale_in(recommendation, History(changes), NOON))
    return bool(found)


DAY = 24 * 60


@pytest.mark.parametrize(
    ("days", "is_held"),
    [((0.99,), True), ((1.01,), False), ((1.99, 3.5), True), ((2.01, 3.5), False),
     ((3.9, 7, 9), True), ((4.1, 7, 9), False)],
)  # fmt: skip
def test_a_reverted_scale_in_rests_for_a_day_and_twice_as_long_after_each_further(
    days: tuple[float, ...], is_held: bool
) -> None:
    made = []
    for each in sorted(days, reverse=True):
        made += [change(each * DAY, 4, 2), change(each * DAY - 30, 2, 4)]
    assert rests(*made) is is_held


@pytest.mark.parametrize(
    "changes",
    [
        (change(200, 4, 2), change(140, 2, 4)),
        (change(200, 4, 2), change(170, 2, 3)),
        (change(200, 2, 4), change(170, 4, 8)),
        (change(200, 4, 2),),
    ],
    ids=["raised for a later load", "not as far", "two raises", "stands"],
)
def test_other_changes_are_no_reverts(changes: tuple[ChangeRecord, ...]) -> None:
    assert not rests(*changes)


def test_a_raise_and_the_other_lever_need_not_rest() -> None:
    made = (change(100, 4, 2), change(70, 2, 4))
    assert rests(*made)
    assert not rests(*made, recommendation=replace(LOWER, wanted=8))
    per_kpu = Lever.of(LeverKind.PARALLELISM_PER_KPU, "counter")
    assert not rests(*made, recommendation=replace(LOWER, lever=per_kpu))


def test_a_reverted_scale_in_is_held_with_its_date() -> None:
    quiet = JobMinute(
        arrivals_per_second=400, records_per_second=400, busy=200, busiest=200, heap_percent=20
    )
    found = parallelism(an_application(8), [quiet] * 90, change(200, 8, 2), change(170, 2, 8))
    assert (found.wanted, found.allowed) == (2, 8)
    assert str(found.held_by[-1]) == (
        "the scale-in of counter to 2 at 05 January 08:40 had to be reverted; the next scale-in is "
        "allowed at 06 January 08:40"
    )
