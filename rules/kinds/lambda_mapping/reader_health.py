"""What shows that a consumer does its work: its mapping's counts, else invocations, reads and ages.

Health has to be shown: silence shows nothing.
"""

from tidegate.rules.flow import Flow, Grade, ReaderHealth
from tidegate.rules.kinds.lambda_mapping import words
from tidegate.rules.kinds.lambda_mapping.counted import Counts, counts
from tidegate.rules.kinds.lambda_mapping.reading import (
    is_throttled,
    patience_seconds,
    waits,
)
from tidegate.rules.kinds.lambda_mapping.records_dropped import discards
from tidegate.rules.kinds.lambda_mapping.shared_reads import reads_show, reads_tell
from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.lambda_mapping.written import unwritten, written_units
from tidegate.rules.kinds.rates import highest
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.reason import Reason

__all__ = ["reader_health"]

FLOW_SECONDS = 900


def reader_health(signals: Signals, consumer: Consumer) -> ReaderHealth:
    """The best grade that is shown; none where something contradicts it, or nothing shows it."""
    counted = counts(signals, consumer)
    missing = _contradiction(signals, consumer, counted)
    grade, evidence = (None, missing) if missing else _shown(signals, consumer, counted)
    flow = (
        _inferred_flow(signals, consumer, is_read=grade is not None)
        if counted is None
        else _flow(signals, consumer, counted)
    )
    age = highest(signals.of(consumer.function).own_age_milliseconds)
    own_age = None if age is None else age / 1000
    keeps_up = grade is not None and _keeps_up(signals, consumer, own_age, counted)
    return ReaderHealth(consumer.name, grade, evidence, flow, own_age, keeps_up)


def _keeps_up(
    signals: Signals, consumer: Consumer, own_age: float | None, counted: Counts | None
) -> bool:
    """Whether every batch is handed on young, and none may be retried: while it is, Lambda does not
    poll its shard, and no age tells of what waits there. A throttled one tells no low age."""
    if own_age is None or own_age > signals.age_well_seconds:
        return False
    if counted is not None:
        return counted.is_every_record_done
    return not signals.of(consumer.function).errors.last(RECENT_SECONDS).total


def _contradiction(signals: Signals, consumer: Consumer, counted: Counts | None) -> Reason | None:
    name = consumer.name
    if counted is not None and counted.unpolled:
        return words.NOT_POLLED(
            name=name, incoming=counted.incoming, polled=counted.polled, minutes=_minutes(counted)
        )
    if counted is not None and counted.not_handed_on:
        return words.NOT_HANDED_ON(
            name=name, records=counted.not_handed_on, minutes=_minutes(counted)
        )
    sink = unwritten(signals, consumer)
    if sink is not None:
        return words.NOT_WRITTEN(name=name, where=sink.where, since=sink.since)
    return None


def _shown(
    signals: Signals, consumer: Consumer, counted: Counts | None
) -> tuple[Grade | None, Reason]:
    name, seconds = consumer.name, patience_seconds(signals, consumer)
    if counted is not None and counted.polled and counted.is_every_record_done:
        return Grade.COUNTED, words.EVERY_RECORD_COUNTED(
            name=name,
            polled=counted.polled,
            incoming=counted.incoming,
            filtered=counted.filtered,
            succeeded=counted.succeeded,
            minutes=_minutes(counted),
        )
    series = signals.of(consumer.function)
    invoked, failed = series.invocations.last(seconds), series.errors.last(seconds).total
    if invoked.total and not consumer.mapping.reading.other_sources:
        if failed >= invoked.total:
            return None, words.EVERY_INVOCATION_FAILS(name=name, failed=failed)
        return Grade.INFERRED, words.INVOKED_FOR_RECORDS(
            name=name, invocations=invoked.total, minutes=len(invoked.samples)
        )
    reads = signals.series.source.read_records.last(seconds)
    if reads.total and reads_tell(signals, consumer) and reads_show(signals, consumer, seconds):
        return Grade.INFERRED, words.READ_AND_FILTERED(
            name=name, records=reads.total, minutes=len(reads.samples)
        )
    if not waits(signals, consumer) and not is_throttled(signals, consumer):
        return Grade.IDLE, words.READER_IDLE(name=name)
    return None, words.READING_NOT_SHOWN(name=name)


def _minutes(counted: Counts) -> int:
    return counted.seconds // 60


def _flow(signals: Signals, consumer: Consumer, counted: Counts) -> Flow:
    return Flow(
        counted.seconds,
        counted.incoming,
        counted.polled,
        counted.filtered,
        counted.succeeded,
        counted.failed,
        counted.discarded,
        written_units(signals, consumer, counted.seconds),
    )


def _inferred_flow(signals: Signals, consumer: Consumer, *, is_read: bool) -> Flow:
    """By rates alone: each reader gets what comes in while nothing waits. How much of what it
    handed on succeeded, no metric tells in records; nor what a filter left out, or was discarded
    where the mapping may discard."""
    incoming = signals.series.source.incoming_records.last(FLOW_SECONDS).total
    age = signals.age_seconds
    at_the_tip = is_read and age is not None and age <= signals.age_well_seconds
    mapping, failed = consumer.mapping, _failed_records(signals, consumer)
    return Flow(
        FLOW_SECONDS,
        incoming,
        incoming if at_the_tip else None,
        filtered_out=None if mapping.reading.has_filter else 0.0,
        failed=failed,
        discarded=None if discards(mapping) else 0.0,
        written_units=written_units(signals, consumer, FLOW_SECONDS),
        failed_is_inferred=failed is not None,
    )


def _failed_records(signals: Signals, consumer: Consumer) -> float | None:
    """Invocations that failed, times the records of a usual batch. None where others invoke the
    function, where it reports single records as failed, which no error counts, or where the size of
    a batch doesn't follow from what came in: with a filter, or bisected ones."""
    mapping, series = consumer.mapping, signals.of(consumer.function)
    invoked, errors = series.invocations, series.errors
    failed = errors.last(FLOW_SECONDS).total
    is_told = invoked.last(FLOW_SECONDS).total and errors.last(FLOW_SECONDS).present
    if not is_told or mapping.reading.other_sources or mapping.report_batch_item_failures:
        return None
    if not failed:
        return 0.0
    passed = invoked.total - errors.total
    if passed <= 0 or mapping.reading.has_filter or mapping.bisect_batch_on_function_error:
        return None
    handed = len(consumer.mappings) * signals.series.source.incoming_records.total
    usual = handed / passed
    return failed * min(float(mapping.batch_size), max(1.0, usual))
