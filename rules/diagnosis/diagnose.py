"""From the series of a pipeline to the causes of its incident, in the order of cure."""

from collections.abc import Iterator, Sequence
from itertools import islice

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.diagnosis import words
from tidegate.rules.diagnosis.aws_event import aws_event
from tidegate.rules.flow import ReaderHealth
from tidegate.rules.kinds.signal_kind import SignalKind
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.reason import Reason

__all__ = ["are_readers_shown", "diagnose", "readers_of"]

_ORDER = list(Cause)

NOT_READ_MAX = 3
"""Metrics named as not read: where one fails, many may."""


def diagnose(signals: Signals) -> tuple[Diagnosis, ...]:
    """Every cause that holds now, the one to treat first in front; never empty.

    Without fresh data it is one UNKNOWN, since silence is neither health nor low load, with an
    AWS event where all layers fell silent at once; or what is stopped or can't be written. With
    nothing wrong it is one HEALTHY. What CloudWatch failed to read is one UNKNOWN beside the
    others.
    """
    kinds = _kinds(signals)
    unread = tuple(_not_read(signals))
    if signals.series.judged_until is None:
        told = tuple(each for kind in kinds for each in kind.causes_without_metrics(signals))
        return told or unread or (_no_data(signals), *aws_event(signals))
    found = [(kind, each) for kind in kinds for each in kind.causes(signals)]
    causes = [*unread, *_not_of_a_sink(signals, found)]
    if not causes:
        causes = [_nothing_found(signals)]
    return tuple(sorted(causes, key=lambda diagnosis: _ORDER.index(diagnosis.cause)))


def _kinds(signals: Signals) -> Sequence[SignalKind]:
    return signals.pipeline.kinds.signals


def _not_of_a_sink(
    signals: Signals, found: list[tuple[SignalKind, Diagnosis]]
) -> Iterator[Diagnosis]:
    """Without what is found in a processor whose sink can't be written, where its kind fails with
    its sinks. By the kind, since a stream, a function and a table may have the same name."""
    gone = {each.where for _, each in found if each.cause is Cause.TABLE_UNAVAILABLE}
    blocked = {
        each.name
        for each in signals.pipeline.processors
        if gone.intersection(sink.name for sink in each.writes)
    }
    for kind, each in found:
        explained = kind.fails_with_its_sinks and each.where in blocked
        if each.cause is Cause.UNKNOWN or not explained:
            yield each


def _not_read(signals: Signals) -> Iterator[Diagnosis]:
    unread = signals.series.unread
    if not unread:
        return
    told = (
        words.NOT_READ(
            metric=each.metric.name,
            where="/".join(value for _, value in each.metric.dimensions) or "the account",
            why=each.unread,
        )
        for each in unread
    )
    yield Diagnosis(
        Cause.UNKNOWN,
        signals.pipeline.name,
        (*islice(dict.fromkeys(told), NOT_READ_MAX), words.NOT_READ_IS_NOT_ZERO()),
        advice="see whether CloudWatch has a service event, and whether the role may read all of "
        "them (cloudwatch:GetMetricData)",
    )


def _no_data(signals: Signals) -> Diagnosis:
    seen = signals.series.last_seen
    if seen is None:
        evidence: tuple[Reason, ...] = (words.NO_METRICS_YET(),)
    else:
        evidence = (
            words.SILENT_SINCE(seen=seen),
            words.SILENCE_IS_NO_LOW_LOAD(),
        )
    return Diagnosis(
        Cause.UNKNOWN,
        signals.pipeline.name,
        evidence,
        advice="check whether records are written, and whether CloudWatch has a service event",
    )


def _nothing_found(signals: Signals) -> Diagnosis:
    name, age = signals.pipeline.name, signals.age_seconds
    if signals.is_out_of_objective and not signals.age_is_sick:
        evidence = (words.BACKLOG_DRAINS(age_name=signals.age_name, age_seconds=age),)
        return Diagnosis(Cause.HEALTHY, name, evidence)
    catching_up = (kind.is_catching_up(signals) for kind in _kinds(signals))
    if signals.age_is_sick and (signals.is_in_cooldown or any(catching_up)):
        return Diagnosis(Cause.HEALTHY, name, (_settles(signals),))
    if signals.age_is_sick and signals.is_out_of_objective:
        known = _slow_to_drain(signals) or _still_settling(signals)
        return known or Diagnosis(
            Cause.UNKNOWN,
            name,
            (
                words.AGE_GROWS(
                    age_name=signals.age_name,
                    age_seconds=age or 0,
                    seconds_per_minute=signals.age_growth * 60,
                ),
                words.NOTHING_AT_A_LIMIT(),
                *(each for kind in _kinds(signals) for each in kind.in_use(signals)),
                *_unconfirmed(signals),
            ),
            advice=_where_to_look(signals),
        )
    return _as_shown(signals)


def _still_settling(signals: Signals) -> Diagnosis | None:
    """What an earlier change explains for longer than it may take: no cause is to be looked for,
    nor another change to be made. By the deadline of that change it is healing, or sick."""
    told = (kind.settling(signals) for kind in _kinds(signals))
    if not any(told):
        return None
    return Diagnosis(
        Cause.HEALTHY,
        signals.pipeline.name,
        (_settles(signals),),
        advice=f"wait until readers of {signals.pipeline.source.name} are past that change: until "
        "then another one has no effect",
    )


def _slow_to_drain(signals: Signals) -> Diagnosis | None:
    """Why a reader whose own age falls is late; the source's age may fall less."""
    slow = (each for kind in _kinds(signals) for each in kind.slow_to_drain(signals))
    return next(slow, None)


def readers_of(signals: Signals) -> tuple[ReaderHealth, ...]:
    """What shows of every reader that it is well."""
    return tuple(each for kind in _kinds(signals) for each in kind.readers(signals))


def are_readers_shown(signals: Signals) -> bool:
    """Whether something shows of every reader that it is well: of one whose kind tells nothing,
    nothing does."""
    readers = readers_of(signals)
    shown = {each.name for each in readers if each.grade is not None}
    unshown = any(each.grade is None for each in readers)
    return not unshown and shown.issuperset(each.name for each in signals.pipeline.processors)


def _as_shown(signals: Signals) -> Diagnosis:
    """HEALTHY with what shows it of every reader; UNKNOWN where nothing shows it of one."""
    name, age = signals.pipeline.name, signals.age_seconds
    in_order = (
        words.AGE_UNKNOWN(age_name=signals.age_name)
        if age is None
        else words.IN_ORDER(age_name=signals.age_name, age_seconds=age)
    )
    told = (each.evidence for each in readers_of(signals))
    evidence = (in_order, *told, *_unconfirmed(signals))
    is_shown = are_readers_shown(signals) and (age is not None or _nothing_came(signals))
    if signals.is_in_cooldown or is_shown:
        return Diagnosis(Cause.HEALTHY, name, evidence)
    return Diagnosis(
        Cause.UNKNOWN, name, (*evidence, words.NOT_SHOWN()), advice=_where_to_look(signals)
    )


def _nothing_came(signals: Signals) -> bool:
    came = signals.series.source.incoming_records.last(RECENT_SECONDS).present
    return bool(came) and not any(came)


def _unconfirmed(signals: Signals) -> Iterator[Reason]:
    """The age of the newest minute where no second one confirms it."""
    newest = signals.series.source.iterator_age_milliseconds.last(RECENT_SECONDS).latest
    if newest is not None and newest / 1000 != signals.age_seconds:
        yield words.UNCONFIRMED_AGE(age_name=signals.age_name, newest_seconds=newest / 1000)


def _settles(signals: Signals) -> Reason:
    told = (kind.settling(signals) for kind in _kinds(signals))
    unseen = words.CHANGE_NOT_SEEN_YET(changed_at=signals.changed_at)
    return words.SETTLING(
        age_name=signals.age_name,
        age_seconds=signals.age_seconds or 0,
        settling_words=next((each for each in told if each is not None), unseen),
    )


def _where_to_look(signals: Signals) -> str:
    told = (kind.where_to_look(signals) for kind in _kinds(signals))
    source = signals.pipeline.source.name
    return next((each for each in told if each), f"check who reads {source}, and what fails there")
