"""Whether a consumer is seen to read: health has to be shown, and silence shows nothing.

Lambda publishes no metric of a function that nobody invokes, and Kinesis none of a stream that
nobody reads: a mapping that has lost its role, its key or its network is silent, not slow.
"""

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.dynamodb_table.state import tables_behind
from tidegate.rules.kinds.lambda_mapping import words
from tidegate.rules.kinds.lambda_mapping.concurrency import busy_concurrency
from tidegate.rules.kinds.lambda_mapping.state import Consumer, Reading, consumers_of
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.reason import Reason

__all__ = ["age_shown", "has_problem", "not_reading", "reading_shown", "where_to_look"]

EXECUTION_BUSY_SECONDS = 54
"""Of a minute: between two batches a concurrent execution waits for the next poll."""

ADVICE = (
    "see the last result of the event source mapping, and whether its role may read the stream, "
    "use its key and reach it; unread records are lost when the retention ends"
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
    """Records wait longer than a mapping in order lets them, or its last attempt failed and none
    has followed. UNKNOWN where someone reads and the sinks are written, so that only the
    function's metrics may be missing."""
    name, told = consumer.function.name, consumer.mapping.reading
    newest = signals.of(consumer.function).invocations.samples[-1:]
    if newest and newest[0] and not told.other_sources:
        return None
    waiting = _waiting(signals, consumer)
    late = waiting is not None and _waits_too_long(signals, consumer, waiting.since)
    failed = has_problem(told) and not _acts(signals, consumer, _patience(signals, consumer))
    if not late and not failed:
        return None
    evidence: tuple[Reason, ...] = ()
    if waiting is not None:
        evidence += (
            words.NOT_INVOKED_SINCE(name=name, records=waiting.records, since=waiting.since),
        )
    if told.last_result:
        evidence += (words.LAST_RESULT(name=name, result=told.last_result),)
    if waiting is not None and not failed and _others_show_reading(signals, consumer):
        evidence += (words.STREAM_IS_READ(name=name),)
        return Diagnosis(Cause.UNKNOWN, name, evidence, advice=ADVICE)
    if waiting is not None and not _reads(signals, _patience(signals, consumer)):
        evidence += (words.STREAM_IS_UNREAD(),)
    return Diagnosis(Cause.NOT_READING, name, evidence, advice=ADVICE)


def reading_shown(signals: Signals, consumer: Consumer) -> Reason | None:
    """By what a consumer is seen to read: inferred or idle; None where nothing shows it."""
    name, seconds = consumer.function.name, _patience(signals, consumer)
    invoked = signals.of(consumer.function).invocations.last(seconds)
    if invoked.total and not consumer.mapping.reading.other_sources:
        return words.INVOKED_FOR_RECORDS(
            name=name, invocations=invoked.total, minutes=len(invoked.samples)
        )
    reads = signals.series.source.read_records.last(seconds)
    if reads.total and _reads_tell(consumer):
        return words.READ_AND_FILTERED(name=name, records=reads.total, minutes=len(reads.samples))
    if _waiting(signals, consumer) is None and not has_problem(consumer.mapping.reading):
        return words.READER_IDLE(name=name)
    return None


def age_shown(signals: Signals, consumer: Consumer) -> float | None:
    """How old what the function reads is by its own metric, in seconds."""
    age = signals.of(consumer.function).iterator_age_milliseconds.last(RECENT_SECONDS).latest
    return None if age is None else age / 1000


def where_to_look(signals: Signals) -> str | None:
    """What to check where records wait and nothing is at a limit; None without a consumer."""
    consumers = consumers_of(signals.pipeline)
    if any(_is_reading(signals, consumer) for consumer in consumers):
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


def _reads_tell(consumer: Consumer) -> bool:
    """Whether it is by the stream's reads that the consumer's are seen: a filter keeps invocations
    away, and those of another source say nothing."""
    return consumer.mapping.reading.has_filter or bool(consumer.mapping.reading.other_sources)


def _patience(signals: Signals, consumer: Consumer) -> float:
    """How long records may be without an invocation: until a batch is full or its window over, the
    one before it done, and both are told. Invocations are counted when they end."""
    mapping = consumer.mapping
    windows = mapping.batching_window_seconds + mapping.reading.tumbling_window_seconds
    return signals.thresholds["not-reading"] + windows + consumer.function.timeout_seconds


def _waits_too_long(signals: Signals, consumer: Consumer, since: datetime) -> bool:
    end = signals.series.source.incoming_records.end
    return (end - since).total_seconds() >= _patience(signals, consumer)


def _acted(signals: Signals, consumer: Consumer) -> list[bool]:
    """Minute by minute, whether the consumer is seen to have read."""
    series = signals.of(consumer.function)
    others = bool(consumer.mapping.reading.other_sources)
    own = [] if others else [series.invocations, series.throttles]
    read = [signals.series.source.read_records] if _reads_tell(consumer) else []
    acted = [False] * len(series.invocations.samples)
    for window in (*own, *read):
        pairs = zip(acted, window.samples, strict=True)
        acted = [did or (sample or 0.0) > 0 for did, sample in pairs]
    return acted


def _acts(signals: Signals, consumer: Consumer, seconds: float) -> bool:
    acted = _acted(signals, consumer)
    period = signals.series.source.incoming_records.metric.period_seconds
    return any(acted[-ceil(seconds / period) :])


def _waiting(signals: Signals, consumer: Consumer) -> _Waiting | None:
    """The records that came in after the minute in which the consumer last read."""
    incoming, acted = signals.series.source.incoming_records, _acted(signals, consumer)
    last = len(acted) - 1
    while last >= 0 and not acted[last]:
        last -= 1
    unread = incoming.last((len(acted) - 1 - last) * incoming.metric.period_seconds)
    points = [(at, came) for at, came in unread.points() if came] if acted[last + 1 :] else []
    return _Waiting(points[0][0], sum([came for _, came in points])) if points else None


def _reads(signals: Signals, seconds: float) -> float:
    return signals.series.source.read_records.last(seconds).total


def _others_show_reading(signals: Signals, consumer: Consumer) -> bool:
    """Whether the stream is read lately, and a sink of the consumer written, where it names any."""
    written = [
        signals.of(table.capacity).consumed_write_units.last(RECENT_SECONDS).total
        for table in tables_behind(consumer)
    ]
    return bool(_reads(signals, RECENT_SECONDS)) and (not written or any(written))
