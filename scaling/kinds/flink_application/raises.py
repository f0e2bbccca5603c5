"""Whether more subtasks processed more records, and more KPUs emptied a full heap.

A raise for the heap is one of KPUs: fewer subtasks a KPU, or more of them for the same state.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.flink_application.own import own_signals
from tidegate.rules.kinds.flink_application.series import ApplicationSeries
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import LOOK_BACK
from tidegate.scaling.kinds.flink_application import words
from tidegate.scaling.kinds.flink_application.sizing import arrivals
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.effect import (
    EFFECT,
    LOWERED,
    NOT_SEEN_TO_HELP_YET,
    REMEMBERED,
    SAMPLES,
    SHOWN,
    in_vain,
    mean_before,
    mean_of,
    mean_since,
)
from tidegate.scaling.model.history import History
from tidegate.scaling.model.raises import Raises

__all__ = ["effective_from", "heap_raise_in_vain", "subtasks_in_vain"]

EMPTIED = 0.9
"""Of the heap use afterwards, as a share of before: less of a fall may be a collection's doing.
Twice the KPUs for the same state nearly halve it."""

FILLED_AGAIN = timedelta(minutes=15)
"""A restart alone empties a heap: one that is full again so soon after it was not helped."""

JOINT = timedelta(seconds=1)
"""Levers that were changed by one call were so at the same moment."""


@dataclass(frozen=True, slots=True)
class _Raise:
    """A raise of KPUs, how many there were in the day with it, and whether the minutes before it
    tell what it did: not where there were more KPUs shortly before."""

    from_kpus: int
    to_kpus: int
    begun_at: datetime
    of_the_day: int
    is_judged: bool


def effective_from(series: ApplicationSeries, begun_at: datetime) -> datetime:
    """From when on the metrics are those of an updated job: it has started again, and its first
    whole minute is over. Where its uptime shows no start, once an update shows for sure."""
    window = series.uptime_milliseconds
    period = timedelta(seconds=window.metric.period_seconds)
    for at, milliseconds in window.points():
        is_up, up = milliseconds > 0, timedelta(milliseconds=milliseconds)
        if is_up and at >= begun_at and at + period - up > begun_at:
            return at + EFFECT
    return begun_at + SHOWN


def subtasks_in_vain(raises: Raises, lever: Lever) -> Iterator[Reason]:
    """Why a job gets no more subtasks: those that the last raise gave it process no more records.
    That the age falls is no sign that they do: a load that fell does it as well. Where records have
    waited ever since, a larger load finds the same limit. One that was taken back doesn't help to
    drain either."""
    of_all = raises.signals
    application = next(a for a in applications_of(of_all.pipeline) if a.name == lever.where)
    signals = own_signals(of_all, application)
    raises = replace(raises, signals=signals)
    series = signals.of(application)
    processed, came = series.records_per_second, arrivals(signals, application)
    for last in raises.last_try(lever):
        stands_back = raises.was_taken_back(last) and not raises.was_cured(last)
        is_late = signals.age_is_sick or (signals.is_out_of_objective and stands_back)
        if not is_late or (raises.was_cured(last) and raises.has_grown(last, came)):
            continue
        since = effective_from(series, last.begun_at)
        if mean_since(processed, since) is None:
            yield NOT_SEEN_TO_HELP_YET(lever=last.lever, begun_at=last.begun_at)
        if raises.is_after_lowering(last, lever) or _is_after_fewer_kpus(
            _moves(application, raises.history, lever, last.begun_at - LOWERED), last.begun_at
        ):
            continue
        if mean_before(processed, last.begun_at) is None and not raises.was_cured(last):
            yield from raises.until_caught_up(last, processed)
        yield from in_vain(last, processed, "records/s processed", since)


def heap_raise_in_vain(
    signals: Signals, history: History, lever: Lever, now: datetime
) -> Iterator[Reason]:
    """Why an application gets no more KPUs for its heap: after the last raise of them it was as
    full, or the effect can't be seen yet. How much the load has grown since doesn't matter: more
    KPUs don't empty this heap."""
    application = next(
        each for each in applications_of(signals.pipeline) if each.name == lever.where
    )
    for last in _last_raise(application, history, lever, now):
        raised = {"from_": last.from_kpus, "to": last.to_kpus, "begun_at": last.begun_at}
        series, full = signals.of(application), signals.thresholds["heap-high"]
        before = mean_before(series.heap_percent, last.begun_at)
        since = _heap_since(series, last.begun_at)
        again = last.begun_at + LOOK_BACK * last.of_the_day
        if since is None:
            yield words.RAISE_NOT_SEEN_YET(**raised)
        elif not last.is_judged:
            continue
        elif before is not None and before >= full and since > EMPTIED * before:
            yield words.RAISE_IN_VAIN(**raised, before_percent=before, since_percent=since)
        elif before is None and since >= full and now < again:
            yield words.RAISE_NOT_SEEN(**raised, again=again)


def _heap_since(series: ApplicationSeries, begun_at: datetime) -> float | None:
    """The heap use a quarter of an hour after the restart, or the oldest that is still in the
    window. What came later doesn't count: the state may have grown after a raise that helped."""
    start = effective_from(series, begun_at)
    told = [(at, value) for at, value in series.heap_percent.points() if at >= start]
    soon = [value for at, value in told if at < start + FILLED_AGAIN]
    oldest = [value for _, value in told[:SAMPLES]]
    return mean_of(soon[-SAMPLES:] or oldest, series.heap_percent)


def _last_raise(
    application: FlinkApplication, history: History, lever: Lever, now: datetime
) -> Iterator[_Raise]:
    """The newest change of the application's KPUs in this day, where that was a raise that stands.

    More subtasks at the same density leave each with the memory that it had: they are no reason
    against fewer a KPU.
    """
    moves = _moves(application, history, lever, now - REMEMBERED)
    made = sum(after > before for _, before, after in moves)
    for at, before, after in moves[-1:]:
        if before < after <= application.kpus:
            yield _Raise(before, after, at, made, not _is_after_fewer_kpus(moves, at))


def _moves(
    application: FlinkApplication, history: History, lever: Lever, since: datetime
) -> list[tuple[datetime, int, int]]:
    """When the application's KPUs were changed after a moment, from and to how many."""
    density = Lever.of(LeverKind.PARALLELISM_PER_KPU, application.name)
    changes = history.changes((lever, density), since)
    kpus = [
        (at, _kpus_at(application, history, at - JOINT), _kpus_at(application, history, at))
        for at in sorted({change_record.begun_at for change_record in changes})
    ]
    return [each for each in kpus if each[1] != each[2]]


def _is_after_fewer_kpus(moves: Iterable[tuple[datetime, int, int]], moment: datetime) -> bool:
    """Whether the minutes before a moment are in part from before the KPUs were lowered."""
    return any(after < before and moment - LOWERED < at < moment for at, before, after in moves)


def _kpus_at(application: FlinkApplication, history: History, moment: datetime) -> int:
    """The KPUs that the application had, as far as is known."""
    parallelism, density = (
        history.capacity_at(Lever.of(kind, application.name), moment, current)
        for kind, current in (
            (LeverKind.PARALLELISM, application.parallelism),
            (LeverKind.PARALLELISM_PER_KPU, application.parallelism_per_kpu),
        )
    )
    return -(-parallelism // density)
