from datetime import datetime, timedelta

import pytest

from tests.builders import NOON
from tests.change_records import change, history
from tests.flink_builders import DOWN, JobMinute, a_flink_pipeline, an_application, job_signals
from tidegate.rules.cause import LeverKind
from tidegate.rules.reason import Reason
from tidegate.scaling.kinds.flink_application import words
from tidegate.scaling.kinds.flink_application.raises import effective_from, heap_raise_in_vain
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome

PARALLELISM, PER_KPU = (
    Lever.of(kind, "counter") for kind in (LeverKind.PARALLELISM, LeverKind.PARALLELISM_PER_KPU)
)
FULL, EMPTY = JobMinute(heap_percent=95.0), JobMinute(heap_percent=60.0)
STARTED = JobMinute(uptime_seconds=30.0, heap_percent=30.0)
BEGUN = NOON - timedelta(minutes=30)
RAISE = change(PARALLELISM, 2, 4, minutes_ago=30)
RAISED = {"from_": 2, "to": 4, "begun_at": BEGUN}


def minutes_since(*after: JobMinute, before: JobMinute = FULL) -> list[JobMinute]:
    """An hour, and then half an hour with those minutes first: down, up again, and so on."""
    rest = [after[-1]] * (30 - len(after))
    return [before] * 60 + [*after, *rest]


def found(
    minutes: list[JobMinute],
    *records: ChangeRecord,
    parallelism: int = 4,
    per_kpu: int = 1,
    now: datetime = NOON,
) -> list[Reason]:
    application = an_application(parallelism, parallelism_per_kpu=per_kpu)
    signals = job_signals(a_flink_pipeline(application), *minutes)
    return list(heap_raise_in_vain(signals, history(*records), PARALLELISM, now))


def in_vain(before: float, since: float) -> Reason:
    return words.RAISE_IN_VAIN(**RAISED, before_percent=before, since_percent=since)


@pytest.mark.parametrize(
    ("since", "reasons"),
    [(95.0, [in_vain(95, 95)]), (86.0, [in_vain(95, 86)]), (85.5, []), (60.0, [])],
    ids=["as-full", "less-than-a-tenth", "a-tenth", "emptied"],
)
def test_a_raise_that_left_the_heap_as_full_was_in_vain(
    since: float, reasons: list[Reason]
) -> None:
    after = [DOWN, STARTED, JobMinute(heap_percent=since)]
    assert found(minutes_since(*after), RAISE) == reasons


def test_a_heap_that_was_not_full_before_is_no_reason_against_the_next_raise() -> None:
    before = JobMinute(heap_percent=50.0)
    assert found(minutes_since(DOWN, STARTED, FULL, before=before), RAISE) == []


def test_state_that_grew_long_after_a_raise_does_not_count_against_it() -> None:
    assert found(minutes_since(DOWN, STARTED, *[EMPTY] * 16, FULL), RAISE) == []
    soon = minutes_since(DOWN, STARTED, *[EMPTY] * 5, FULL)
    assert found(soon, RAISE) == [in_vain(95, 95)]


@pytest.mark.parametrize(("minutes", "counts"), [(14, True), (15, False)])
def test_the_first_quarter_of_an_hour_of_the_new_job_counts(minutes: int, counts: bool) -> None:
    """A heap of 84 % is less by a tenth; the mean of the last minutes of the quarter is not."""
    after = [DOWN, STARTED, *[JobMinute(heap_percent=84.0)] * minutes, FULL]
    assert bool(found(minutes_since(*after), RAISE)) is counts


@pytest.mark.parametrize(("before", "is_judged"), [(84.9, False), (85.0, True)])
def test_a_heap_is_full_from_what_is_called_high_on(before: float, is_judged: bool) -> None:
    as_before = JobMinute(heap_percent=before)
    minutes = minutes_since(DOWN, STARTED, as_before, before=as_before)
    assert bool(found(minutes, RAISE)) is is_judged


def test_of_two_raises_the_newest_is_judged() -> None:
    first = change(PARALLELISM, 1, 2, minutes_ago=60)
    assert found(minutes_since(DOWN, STARTED, FULL), first, RAISE) == [in_vain(95, 95)]


@pytest.mark.parametrize(("minutes", "holds"), [(89, True), (90, False)])
def test_changes_of_the_same_kpus_are_no_raises_of_the_day(minutes: int, holds: bool) -> None:
    raised = change(PARALLELISM, 2, 4, minutes_ago=minutes + 1)
    same = [change(PARALLELISM, 4, 8, minutes_ago=9), change(PER_KPU, 1, 2, minutes_ago=9)]
    now = NOON - timedelta(minutes=1)
    of = found([FULL] * 90, raised, *same, parallelism=8, per_kpu=2, now=now)
    assert bool(of) is holds


def test_a_raise_is_not_judged_before_two_minutes_of_the_new_job_are_told() -> None:
    young = change(PARALLELISM, 2, 4, minutes_ago=3)
    early = words.RAISE_NOT_SEEN_YET(from_=2, to=4, begun_at=young.begun_at)
    assert found([FULL] * 87 + [DOWN, STARTED, FULL], young) == [early]
    judged = words.RAISE_IN_VAIN(
        from_=2, to=4, begun_at=young.begun_at, before_percent=95.0, since_percent=95.0
    )
    assert found([FULL] * 87 + [STARTED, FULL, FULL], young) == [judged]


@pytest.mark.parametrize(("minutes", "holds"), [(179, True), (180, False)])
def test_a_raise_older_than_the_windows_holds_the_next_for_them_times_the_raises_of_the_day(
    minutes: int, holds: bool
) -> None:
    first = change(PARALLELISM, 1, 2, minutes_ago=minutes + 300)
    second = change(PARALLELISM, 2, 4, minutes_ago=minutes)
    again = second.begun_at + timedelta(minutes=180)
    held = words.RAISE_NOT_SEEN(from_=2, to=4, begun_at=second.begun_at, again=again)
    assert found([FULL] * 90, first, second) == [held] * holds
    assert found([JobMinute(heap_percent=85.0)] * 90, first, second) == [held] * holds
    assert found([JobMinute(heap_percent=84.9)] * 90, first, second) == []


@pytest.mark.parametrize(
    ("records", "parallelism", "per_kpu"),
    [
        ([], 4, 1),
        ([change(PARALLELISM, 2, 4, minutes_ago=30, outcome=Outcome.FAILED)], 2, 1),
        ([RAISE, change(PARALLELISM, 4, 2, minutes_ago=20)], 2, 1),
        ([RAISE], 2, 1),
        ([change(PARALLELISM, 2, 4), change(PER_KPU, 1, 2)], 4, 2),
        ([change(PARALLELISM, 2, 4, minutes_ago=24 * 60)], 4, 1),
    ],
    ids=["none", "failed", "lowered-since", "does-not-stand", "same-kpus", "yesterday"],
)
def test_only_a_raise_of_kpus_of_this_day_that_stands_is_judged(
    records: list[ChangeRecord], parallelism: int, per_kpu: int
) -> None:
    minutes = minutes_since(DOWN, STARTED, FULL)
    assert found(minutes, *records, parallelism=parallelism, per_kpu=per_kpu) == []


def test_fewer_subtasks_a_kpu_are_a_raise_of_kpus_as_well() -> None:
    minutes = minutes_since(DOWN, STARTED, FULL)
    raised = change(PER_KPU, 2, 1, minutes_ago=30)
    assert found(minutes, raised) == [in_vain(95, 95)]


def test_a_later_change_of_the_same_kpus_leaves_the_raise_the_one_to_be_judged() -> None:
    same = [change(PARALLELISM, 4, 8, minutes_ago=20), change(PER_KPU, 1, 2, minutes_ago=20)]
    minutes = minutes_since(DOWN, STARTED, FULL)
    assert found(minutes, RAISE, *same, parallelism=8, per_kpu=2) == [in_vain(95, 95)]


def effect(*minutes: JobMinute) -> datetime:
    application = an_application()
    signals = job_signals(a_flink_pipeline(application), *minutes)
    return effective_from(signals.of(application), NOON - timedelta(minutes=10))


def test_an_update_is_in_effect_after_the_first_whole_minute_of_the_job_that_it_started() -> None:
    started = JobMinute(uptime_seconds=20.0)
    assert effect(*[DOWN] * 3, started, *[FULL] * 6) == NOON - timedelta(minutes=6)
    assert effect(started, *[FULL] * 9) == NOON - timedelta(minutes=9)


def test_an_update_whose_start_does_not_show_is_in_effect_when_it_shows_for_sure() -> None:
    assert effect(JobMinute(uptime_seconds=60.0), *[FULL] * 9) == (
        NOON - timedelta(minutes=10) + timedelta(seconds=180)
    )
    assert effect(*[FULL] * 10) == NOON - timedelta(minutes=10) + timedelta(seconds=180)
    assert effect(JobMinute(uptime_seconds=20.0), *[FULL] * 10) == (
        NOON - timedelta(minutes=10) + timedelta(seconds=180)
    )
