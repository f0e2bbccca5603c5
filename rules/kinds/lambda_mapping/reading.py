"""Whether a consumer is seen to read: health has to be shown, and silence shows nothing.

Lambda publishes no metric of a function that nobody invokes, and Kinesis none of a stream that
nobody reads: a mapping that has lost its role, its key or its network is silent, not slow.
"""

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.lambda_mapping import words
from tidegate.rules.kinds.lambda_mapping.concurrency import busy_concurrency
from tidegate.rules.kinds.lambda_mapping.shared_reads import (
    read_by_all,
    read_by_someone_else,
    reads_tell,
)
from tidegate.rules.kinds.lambda_mapping.state import Consumer, Reading, consumers_of
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.kinds.sinks import written
from tidegate.rules.reason import Reason

__all__ = [
    "has_problem",
    "is_throttled",
    "not_reading",
    "patience_seconds",
    "waits",
    "where_to_look",
]

EXECUTION_BUSY_SECONDS = 54
"""Of a minute: between two batches a concurrent execution waits for the next poll."""

ADVICE = (
    "see the last result of the event source mapping, and whether its role may read the stream, "
    "use its key and reach it; unread records are lost when the retention ends"
)

INVOKE_ADVICE = (
    "see whether the event source mapping may invoke the function, and whether the version or "
    "alias that it names is there; unread records are lost when the retention ends"
)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Records that came in after a consumer was last seen to read: how many, and since when."""

    since: datetime
    records: float


def has_problem(reading: Reading) -> bool:
    """Whether the last attempt failed (ListEventSourceMappings, API reference)."""
    return reading.last_result.startswith("PROBLEM")


def not_reading(signals: Signals, consumer: Consumer) -> Diagnosis | None:
    """Records wait longer than a mapping in order lets them, its last attempt failed and none has
    followed, or no attempt of it gets to the function. UNKNOWN where someone reads and the sinks
    are written, so that only the function's metrics may be missing."""
    name, told = consumer.function.name, consumer.mapping.reading
    newest = signals.of(consumer.function).invocations.samples[-1:]
    if newest and newest[0] and not told.other_sources:
        return None
    is_seen = _is_seen(signals, consumer)
    if is_seen and (refused := _refused_invocations(signals, consumer)):
        minutes = ceil(patience_seconds(signals, consumer) / 60)
        evidence: tuple[Reason, ...] = (
            words.NO_ATTEMPT_SUCCEEDS(name=name, records=refused, minutes=minutes),
        )
        return Diagnosis(Cause.NOT_READING, name, evidence, advice=INVOKE_ADVICE)
    waiting = _waiting(signals, consumer) if is_seen else None
    late = waiting is not None and _waits_too_long(signals, consumer, waiting.since)
    failed = has_problem(told) and not _follows(signals, consumer)
    if not late and not failed:
        return None
    evidence = ()
    if waiting is not None:
        evidence += (
            words.NOT_INVOKED_SINCE(name=name, records=waiting.records, since=waiting.since),
        )
    if told.last_result:
        evidence += (words.LAST_RESULT(name=name, result=told.last_result),)
    if waiting is not None and not failed and _others_show_reading(signals, consumer):
        evidence += (words.STREAM_IS_READ(name=name),)
        return Diagnosis(Cause.UNKNOWN, name, evidence, advice=ADVICE)
    if waiting is not None and not _reads(signals, patience_seconds(signals, consumer)):
        evidence += (words.STREAM_IS_UNREAD(),)
    return Diagnosis(Cause.NOT_READING, name, evidence, advice=ADVICE)


def _is_seen(signals: Signals, consumer: Consumer) -> bool:
    """Whether CloudWatch tells in full how often the function was invoked: what it failed to read
    is not zero."""
    series = signals.of(consumer.function)
    unread = {each.metric for each in signals.series.unread}
    return unread.isdisjoint((series.invocations.metric, series.throttles.metric))


def _refused_invocations(signals: Signals, consumer: Consumer) -> float:
    """The records of attempts to invoke the function where none got to it: no permission, no such
    version. By the mapping's own counts; of a function that was invoked something else is wrong."""
    series, seconds = signals.of(consumer.function), patience_seconds(signals, consumer)
    if series.failed_events is None or series.invoked_events is None:
        return 0.0
    failed = series.failed_events.last(seconds).total
    reached = series.invocations.last(seconds).total or series.throttles.last(seconds).total
    none_succeeds = failed >= series.invoked_events.last(seconds).total
    return failed if none_succeeds and not reached else 0.0


def _follows(signals: Signals, consumer: Consumer) -> bool:
    """Whether the mapping is seen to do anything after an attempt that failed. That the stream is
    read shows it only of a function whose own metrics are those of other sources as well."""
    by_reads = bool(consumer.mapping.reading.other_sources)
    acted = _acted(signals, consumer, by_reads=by_reads)
    period = signals.series.source.incoming_records.metric.period_seconds
    return any(acted[-ceil(patience_seconds(signals, consumer) / period) :])


def waits(signals: Signals, consumer: Consumer) -> bool:
    """Whether records came in since it was last seen to read, or its last attempt failed."""
    return _waiting(signals, consumer) is not None or has_problem(consumer.mapping.reading)


def is_throttled(signals: Signals, consumer: Consumer) -> bool:
    """Whether attempts were made within its patience, of which none was let through."""
    series, seconds = signals.of(consumer.function), patience_seconds(signals, consumer)
    return bool(series.throttles.last(seconds).total) and not consumer.mapping.reading.other_sources


def where_to_look(signals: Signals) -> str | None:
    """What to check where nothing is at a limit and records wait, or nothing shows that they are
    read; None without a consumer. A key that is frequent shows as records that wait."""
    consumers = consumers_of(signals.pipeline)
    if signals.age_is_sick and any(_is_reading(signals, consumer) for consumer in consumers):
        return (
            "few concurrent executions are busy, and one of them reads all records of a partition "
            "key, whatever the factor: find the most frequent key, and spread its records over "
            "several partition keys"
        )
    look = "check the state and the last processing result of the event source mapping"
    return look if consumers else None


def _is_reading(signals: Signals, consumer: Consumer) -> bool:
    """Whether at least one concurrent execution is busy all the time, as each with records is."""
    return busy_concurrency(signals, consumer) >= EXECUTION_BUSY_SECONDS / 60


def patience_seconds(signals: Signals, consumer: Consumer) -> float:
    """How long records may be without an invocation: until a batch is full or its window over, the
    one before it done, and both are told. Invocations are counted when they end."""
    window, timeout = consumer.mapping.batching_window_seconds, consumer.function.timeout_seconds
    return signals.thresholds["not-reading"] + window + timeout


def _waits_too_long(signals: Signals, consumer: Consumer, since: datetime) -> bool:
    end = signals.series.source.incoming_records.end
    return (end - since).total_seconds() >= patience_seconds(signals, consumer)


def _acted(signals: Signals, consumer: Consumer, *, by_reads: bool) -> list[bool]:
    """Minute by minute, whether the consumer is seen to have read; ``by_reads`` also by what is
    read of the stream, where nothing else tells."""
    series = signals.of(consumer.function)
    others = bool(consumer.mapping.reading.other_sources)
    own = [] if others else [series.invocations, series.throttles]
    if series.polled_events is not None:
        own += [series.polled_events]
    acted = [False] * len(series.invocations.samples)
    for window in own:
        pairs = zip(acted, window.samples, strict=True)
        acted = [did or (sample or 0.0) > 0 for did, sample in pairs]
    if not by_reads or not reads_tell(signals, consumer):
        return acted
    read = read_by_all(signals, consumer)
    return [did or was_read for did, was_read in zip(acted, read, strict=True)]


def _waiting(signals: Signals, consumer: Consumer) -> _Waiting | None:
    """The records that came in after the minute in which the consumer last read."""
    incoming = signals.series.source.incoming_records
    acted = _acted(signals, consumer, by_reads=True)
    last = len(acted) - 1
    while last >= 0 and not acted[last]:
        last -= 1
    unread = incoming.last((len(acted) - 1 - last) * incoming.metric.period_seconds)
    points = [(at, came) for at, came in unread.points() if came] if acted[last + 1 :] else []
    return _Waiting(points[0][0], sum([came for _, came in points])) if points else None


def _reads(signals: Signals, seconds: float) -> float:
    return signals.series.source.read_records.last(seconds).total


def _others_show_reading(signals: Signals, consumer: Consumer) -> bool:
    """Whether the stream is read lately, by more than the other functions that are invoked, and a
    sink of the consumer written, where it names any."""
    units = [each.last(RECENT_SECONDS).total for each in written(signals, consumer).values()]
    return read_by_someone_else(signals, consumer) and (not units or any(units))
