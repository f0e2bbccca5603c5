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
from tidegate.scaling.config.specification import LeverSpec
from tidegate.scaling.kinds.flink_application.after_scale_in import (
    rest_after_a_reverted_scale_in,
    revert_of_a_scale_in,
)
from tidegate.scaling.kinds.flink_application.raises import subtasks_in_vain
from tidegate.scaling.kinds.flink_application.take_back import subtasks_taken_back
from tidegate.scaling.model.change_record import TAKEN_BACK, ChangeRecord, Lever
from tidegate.scaling.model.effect import is_take_back
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Plan
from tidegate.scaling.model.raises import Raises
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation
from tidegate.scaling.plan.decide import decide

PARALLELISM = Lever.of(LeverKind.PARALLELISM, "counter")
PER_KPU = Lever.of(LeverKind.PARALLELISM_PER_KPU, "counter")
WAITING = JobMinute(busy=100.0, busiest=120.0, cpu_percent=20.0, hottest_cpu_percent=22.0)
"""Its subtasks are hardly busy: what they call lets no more through."""


def raised(before: int, after: int, minutes_ago: float) -> ChangeRecord:
    return change(PARALLELISM, before, after, minutes_ago=minutes_ago, pipeline="clicks")


FIRST, SECOND = raised(1, 2, 60), raised(2, 4, 20)
ONLY = raised(2, 4, 35)


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


def processed(before: float, after: float) -> Signals:
    """By so many records a second until and since the newest raise."""
    return newest(seen(), "counter", records_per_second=[before] * 55 + [after] * 35)


@pytest.mark.parametrize(
    ("before", "after", "is_taken_back"),
    [(1000, 1000, True), (1000, 1040, True), (1000, 960, True), (1000, 1060, False),
     (1000, 900, False)],
    ids=["the same", "a little more", "a little less", "it helped", "something else"],
)  # fmt: skip
def test_the_first_raise_that_plainly_did_not_help_is_taken_back(
    before: float, after: float, is_taken_back: bool
) -> None:
    assert taken_back(processed(before, after), ONLY) == ([2] if is_taken_back else [])


def test_the_first_raise_is_kept_where_the_job_had_caught_up_since() -> None:
    behind = [300_000.0 + 10_000 * at for at in range(35)]
    caught_up = [*behind[:15], 1000.0, 1000.0, *behind[17:]]
    for of, expected in ((behind, [2]), (caught_up, [])):
        assert taken_back(newest(seen(), "counter", behind_milliseconds=of), ONLY) == expected


def test_the_first_raise_stands_for_half_an_hour() -> None:
    assert taken_back(seen(), raised(2, 4, 31)) == [2]
    assert taken_back(seen(), raised(2, 4, 29)) == []


def test_a_job_that_drains_is_not_raised_again_after_its_first_raise_was_taken_back() -> None:
    behind = [3_000_000.0 - 30_000 * at for at in range(60)]
    of = newest(seen(), "counter", behind_milliseconds=behind)
    for last, is_held in ((BACK, True), (LOWERED, False)):
        raises = Raises(of, history(ONLY, last), NOON, {PARALLELISM: 2})
        assert bool(list(subtasks_in_vain(raises, PARALLELISM))) is is_held


def test_the_reason_of_a_first_raise_taken_back_says_what_did_not_help() -> None:
    (told,) = (
        str(each.because) for each in plan_of(seen(), history(ONLY)).decisions if is_take_back(each)
    )
    assert told == (
        "the increase from 2 to 4 at 11:25 did not help and is taken back: 1,000 records/s "
        "processed before and 1,000 after the increase"
    )


@pytest.mark.parametrize(
    "minute",
    [
        replace(WAITING, heap_percent=95.0),
        replace(WAITING, heap_percent=None),
    ],
    ids=["a full heap", "an unknown heap"],
)
def test_they_are_kept_where_the_heap_may_need_them(minute: JobMinute) -> None:
    assert taken_back(seen(minute), FIRST, SECOND) == []


def test_they_are_kept_where_the_restart_adds_too_much_to_what_is_late_anyway() -> None:
    busier = seen(replace(WAITING, busy=500.0, busiest=550.0))
    for down_seconds, expected in ((60, [2]), (440, [])):
        of = newest(busier, "counter", downtime_milliseconds=[down_seconds * 1000.0, 0.0, 0.0])
        assert taken_back(of, FIRST, SECOND) == expected


def test_no_second_restart_a_day_takes_subtasks_back() -> None:
    lowered = raised(4, 1, 600)
    assert taken_back(seen(), lowered, FIRST, SECOND) == []


def test_subtasks_a_kpu_are_never_taken_back() -> None:
    last = change(PER_KPU, 1, 2, minutes_ago=20, pipeline="clicks")
    back = Recommendation(PER_KPU, 2, 1, UNCHANGED)
    of = seen()
    assert subtasks_taken_back(a_look(of, diagnose(of), FLINK_SPEC), last, back) is None


def test_nor_where_a_heap_that_is_full_by_now_needs_them() -> None:
    """The file allows no more of them than there are."""
    full = newest(seen(), "counter", heap_percent=[95.0] * 15)
    levers = replace(FLINK_SPEC.levers, parallelism=LeverSpec(max=4, owner="tidegate"))
    spec = replace(FLINK_SPEC, levers=levers)
    for of, expected in ((seen(), [2]), (full, [])):
        plan = decide(a_look(of, diagnose(of), spec, history(FIRST, SECOND), NOON))
        assert [each.allowed for each in plan.decisions if is_take_back(each)] == expected


BACK = replace(raised(4, 2, 10), entry_id=f"back{TAKEN_BACK}")
LOWERED = raised(4, 2, 10)
STAY = Recommendation(PARALLELISM, 2, 2, UNCHANGED)


def draining(minute: JobMinute = WAITING) -> Signals:
    minutes = [replace(minute, behind_seconds=9000 - 100.0 * at) for at in range(90)]
    return job_signals(a_flink_pipeline(an_application(4)), *minutes)


def back_of(of: Signals) -> Recommendation | None:
    back = Recommendation(PARALLELISM, 4, 2, UNCHANGED)
    return subtasks_taken_back(a_look(of, diagnose(of), FLINK_SPEC), SECOND, back)


def test_a_restart_is_not_worth_it_of_a_job_that_drains_or_has_just_started() -> None:
    assert back_of(seen()) is not None
    assert back_of(draining()) is None
    assert back_of(newest(seen(), "counter", uptime_milliseconds=[20_000.0])) is None


def behind() -> Signals:
    """With two subtasks, and as far behind as with four."""
    minutes = [replace(WAITING, behind_seconds=100 + 10.0 * at) for at in range(90)]
    return job_signals(a_flink_pipeline(an_application(2)), *minutes)


@pytest.mark.parametrize(("last", "is_held"), [(BACK, True), (LOWERED, False)], ids=str)
def test_what_was_taken_back_is_judged_as_if_it_stood(last: ChangeRecord, is_held: bool) -> None:
    raises = Raises(behind(), history(FIRST, SECOND, last), NOON, {PARALLELISM: 2})
    assert bool(list(subtasks_in_vain(raises, PARALLELISM))) is is_held


@pytest.mark.parametrize(("last", "is_reverted"), [(BACK, False), (LOWERED, True)], ids=str)
def test_a_take_back_is_no_scale_in_that_hurt(last: ChangeRecord, is_reverted: bool) -> None:
    of, known = behind(), history(FIRST, SECOND, last)
    look = a_look(of, diagnose(of), FLINK_SPEC, known)
    reverted = revert_of_a_scale_in(look, an_application(2), STAY)
    assert (reverted is not None) is is_reverted


@pytest.mark.parametrize(("last", "rests"), [(BACK, False), (LOWERED, True)], ids=str)
def test_nor_does_one_that_a_larger_load_undoes_keep_the_next_scale_in_back(
    last: ChangeRecord, rests: bool
) -> None:
    known = history(FIRST, SECOND, last, raised(2, 4, 5))
    lower = Recommendation(PARALLELISM, 4, 2, UNCHANGED)
    assert bool(list(rest_after_a_reverted_scale_in(lower, known, NOON))) is rests
