"""Producers that bring far less, or far more, than is usual at this time on other days, or whose
calls fail.

A load that stops looks like a load that is easily carried: the age is low and nothing throttles.
So does one of which a part is not let in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from itertools import groupby, takewhile

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.kinesis_stream import words
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.puts import failing_puts
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.kinds.uncut import newest_of_source
from tidegate.rules.kinds.usual_load import UsualLoad, usual_load
from tidegate.rules.reason import Reason
from tidegate.rules.window import LATE_SECONDS, Window

__all__ = ["producers"]

HELD_MINUTES = 2
HELD_SECONDS = HELD_MINUTES * 60
LULL_MINUTES = 10
"""Two periods of the load history: what lasts longer is not hidden in the mean of one."""


def producers(signals: Signals) -> Iterator[Diagnosis]:
    """What comes in against the load's own history, where two days of that are known; where that
    is as usual, whether it is all that producers try to put."""
    against_the_usual = tuple(_against_the_history(signals))
    yield from against_the_usual or _failing(signals)


def _against_the_history(signals: Signals) -> Iterator[Diagnosis]:
    history, judged = signals.load_history, signals.series.judged_until
    if history is None or judged is None:
        return
    usual = usual_load(history, judged)
    if usual is None:
        return
    offered = _offered(signals)
    rates = offered.samples
    least = signals.thresholds["producers-quiet"] * usual.least
    most = signals.thresholds["producers-surging"] * usual.most
    few = [each is not None and each < least for each in rates]
    many = [each is not None and each > most for each in rates]
    counted = signals.thresholds["producers-counted"] / HELD_SECONDS
    if usual.least >= counted and _is_new(few):
        told = _against_the_usual(signals, usual, offered, few)
        seen = _as_offered(signals, offered)
        yield _kept_out(seen, told, least) or _quiet(seen, told)
    elif all(many[-HELD_MINUTES:]) and (rates[-1] or 0.0) >= max(counted, _highest(history)):
        yield _surging(signals, _against_the_usual(signals, usual, offered, many))


def _offered(signals: Signals) -> Window:
    """Records a second that producers bring, minute by minute, refused ones included. A stream that
    is asked for records and has none got none: Kinesis publishes no zero."""
    source = signals.series.source
    found: list[float | None] = []
    columns = (source.write_throttles, source.read_records, source.iterator_age_milliseconds)
    rows = zip(source.incoming_records.samples, *(each.samples for each in columns), strict=True)
    for came, refused, read, age in rows:
        is_told = came is not None or (age is not None and not read)
        found.append(((came or 0.0) + (refused or 0.0)) / 60 if is_told else None)
    incoming = source.incoming_records
    return Window(incoming.metric, incoming.start, (*found, *_idle(signals, len(found))))


def _idle(signals: Signals, judged: int) -> list[float]:
    """The minutes on end after those judged in which readers were at the end of the stream. All
    that stops with the producers is silent, and is waited for as if it were late: three minutes
    that the age alone has told are no delay any more."""
    newest = newest_of_source(signals)
    if newest is None:
        return []
    rows = zip(
        newest.incoming_records.samples[judged:],
        newest.read_records.samples[judged:],
        newest.iterator_age_milliseconds.samples[judged:],
        strict=True,
    )
    idle = list(takewhile(lambda row: not row[0] and not row[1] and row[2] == 0, rows))
    is_told = all(read == 0 for _, read, _ in idle)
    return [0.0] * len(idle) if is_told or len(idle) * 60 >= LATE_SECONDS else []


def _as_offered(signals: Signals, offered: Window) -> Signals:
    """The same signals with the source's minutes as far as what is offered is known: in those
    judged the calls of producers that have stopped since still succeed."""
    newest, count = newest_of_source(signals), len(offered.samples)
    if newest is None or count == len(signals.series.source.incoming_records.samples):
        return signals
    windows = {each.name: getattr(newest, each.name) for each in fields(newest)}
    cut = {
        name: replace(window, samples=window.samples[:count])
        for name, window in windows.items()
        if window is not None
    }
    return replace(signals, series=replace(signals.series, source=replace(newest, **cut)))


def _is_new(few: Sequence[bool]) -> bool:
    """Whether the newest minutes are few for longer than any others lately: some producers bring
    what they have once every few minutes."""
    runs = [(is_few, len(list(minutes))) for is_few, minutes in groupby(few)]
    if not runs or not runs[-1][0]:
        return False
    before = max((length for is_few, length in runs[:-1] if is_few), default=0)
    return runs[-1][1] >= min(LULL_MINUTES, max(HELD_MINUTES, before + 1))


def _highest(history: Window) -> float:
    """Of the days before this one."""
    day = int(timedelta(days=1).total_seconds()) // history.metric.period_seconds
    return max((each or 0.0 for each in history.samples[:-day]), default=0.0) / (
        history.metric.period_seconds
    )


def _quiet(signals: Signals, told: Reason) -> Diagnosis:
    name = stream_of(signals.pipeline).name
    return Diagnosis(
        Cause.PRODUCERS_QUIET,
        name,
        (told, _puts(signals)),
        advice=(
            f"see whether the producers of {name} run and reach it; nothing is scaled in before "
            "so few records are usual"
        ),
        holds_raises=False,
    )


def _surging(signals: Signals, told: Reason) -> Diagnosis:
    name = stream_of(signals.pipeline).name
    return Diagnosis(
        Cause.PRODUCERS_SURGING,
        name,
        (told, _puts(signals)),
        advice=(
            f"see whether the producers of {name} send what they should, or records all over "
            "again; capacity follows them as far as the pipeline file allows"
        ),
        holds_raises=False,
    )


def _kept_out(signals: Signals, told: Reason, least: float) -> Diagnosis | None:
    """Few records come in, and producers try to put as many as is usual: by the share of their
    calls that succeeds no fewer than the ``least``."""
    shares = failing_puts(signals, HELD_SECONDS)
    came = signals.series.source.incoming_records.last(HELD_SECONDS).samples
    failing = [each for each in shares if each is not None]
    if len(failing) < HELD_MINUTES or any(
        (records or 0.0) / 60 < least * share for records, share in zip(came, failing, strict=True)
    ):
        return None
    return _calls_fail(signals, failing, told)


def _failing(signals: Signals) -> Iterator[Diagnosis]:
    """Calls that fail in each of the newest minutes. What the stream refuses is not meant: that has
    a cause of its own, and a lever."""
    newest = failing_puts(signals, RECENT_SECONDS)
    shares = [each for each in newest if each is not None]
    if shares and len(shares) == len(newest):
        yield _calls_fail(signals, shares)


def _calls_fail(signals: Signals, shares: Sequence[float], *told: Reason) -> Diagnosis:
    name = stream_of(signals.pipeline).name
    return Diagnosis(
        Cause.PRODUCERS_FAILING,
        name,
        (words.PUTS_FAIL_UNREFUSED(share=min(shares), minutes=len(shares)), *told),
        advice=(
            f"see in the producers' logs what their calls to {name} fail with, such as its KMS key "
            "or a service event: more shards don't help; nothing is scaled in meanwhile"
        ),
        holds_raises=False,
    )


def _against_the_usual(
    signals: Signals, usual: UsualLoad, offered: Window, odd: Sequence[bool]
) -> Reason:
    newest = offered.last(HELD_SECONDS).present
    count = next((n for n, is_odd in enumerate(reversed(odd)) if not is_odd), len(odd))
    name, rate = stream_of(signals.pipeline).name, sum(newest) / len(newest)
    most, days, since = usual.most, usual.days, offered.end - timedelta(minutes=count)
    if round(usual.least) == round(most):
        return words.AGAINST_THE_USUAL_RATE(
            name=name, records_per_second=rate, usual=most, days=days, since=since
        )
    return words.AGAINST_THE_USUAL(
        name=name, records_per_second=rate, least=usual.least, most=most, days=days, since=since
    )


def _puts(signals: Signals) -> Reason:
    """Whether it is the producers, or the stream that doesn't take what they bring: by the minutes
    that are odd, since calls that succeeded before them tell nothing."""
    source = signals.series.source
    refused = source.write_throttles.last(RECENT_SECONDS).total
    if refused:
        return words.PUTS_REFUSED(records=refused)
    shares = [
        each
        for window in (source.put_record_success, source.put_records_success)
        if window is not None
        for each in window.last(HELD_SECONDS).present
    ]
    if not shares:
        return words.PUTS_UNSEEN()
    least = signals.thresholds["put-records-failing"]
    if min(shares) < least:
        return words.PUTS_FAIL(share=min(shares))
    return words.PUTS_SUCCEED(share=min(shares))
