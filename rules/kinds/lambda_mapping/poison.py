"""Batches that fail each time, and block what is behind them."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.lambda_mapping import words
from tidegate.rules.kinds.lambda_mapping.out_of_memory import exception_or_memory
from tidegate.rules.kinds.lambda_mapping.progress import is_outrun, stands_still
from tidegate.rules.kinds.lambda_mapping.state import Consumer, EventSourceMapping
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals

__all__ = ["is_near_timeout", "partly_failing", "poison_batch"]


def poison_batch(signals: Signals, consumer: Consumer) -> Iterator[Diagnosis]:
    """A batch that fails each time, while the age grows and the timeout is not near."""
    series = signals.of(consumer.function)
    errors = series.errors.last(RECENT_SECONDS)
    invocations = series.invocations.last(RECENT_SECONDS).total
    failing = _fails_often(signals, consumer) or _blocks_an_execution(signals, consumer)
    if not failing or is_near_timeout(signals, consumer) or not signals.age_is_sick:
        return
    yield Diagnosis(
        Cause.POISON_BATCH,
        consumer.function.name,
        (
            words.BATCHES_FAILED(
                failed_invocations=errors.total,
                invocations=invocations,
                name=consumer.function.name,
                minutes=len(errors.samples),
            ),
            words.NOT_THE_TIMEOUT(
                longest_seconds=_longest_seconds(signals, consumer),
                timeout_seconds=consumer.function.timeout_seconds,
            ),
            words.BATCH_BLOCKS_SHARD(seconds_per_minute=signals.age_growth * 60),
        ),
        advice=f"{_advice(consumer.mapping)}; {exception_or_memory(signals, consumer)}",
    )


def is_near_timeout(signals: Signals, consumer: Consumer) -> bool:
    """Whether a recent invocation may have failed for want of time."""
    near = signals.thresholds["duration-near-timeout"] * consumer.function.timeout_seconds
    return _longest_seconds(signals, consumer) >= near


def _longest_seconds(signals: Signals, consumer: Consumer) -> float:
    durations = signals.of(consumer.function).duration_maximum_milliseconds
    return (durations.last(RECENT_SECONDS).peak or 0.0) / 1000


def _fails_often(signals: Signals, consumer: Consumer) -> bool:
    series = signals.of(consumer.function)
    newest = series.errors.last(RECENT_SECONDS).latest or 0.0
    invocations = series.invocations.last(RECENT_SECONDS).latest or 0.0
    return newest > 0 and newest >= signals.thresholds["function-failing"] * invocations


def _blocks_an_execution(signals: Signals, consumer: Consumer) -> bool:
    """Whether invocations fail minute after minute while the oldest record is not read. One
    execution of many is enough for that, and its failing batch a small share of all invocations."""
    newest = signals.of(consumer.function).errors.last(2 * 60).samples
    most = signals.thresholds["function-errors"]
    fail = len(newest) == 2 and all((errors or 0.0) > most for errors in newest)
    return fail and stands_still(signals)


def partly_failing(signals: Signals, consumer: Consumer) -> Iterator[Diagnosis]:
    """A batch that the function reports as failed from the same record on, each time: such an
    invocation counts as a success, and only the oldest record tells that it does not pass."""
    series, mapping = signals.of(consumer.function), consumer.mapping
    invocations = series.invocations.last(RECENT_SECONDS)
    refused = series.throttles.last(RECENT_SECONDS).total
    failed = series.errors.last(RECENT_SECONDS).total > signals.thresholds["function-errors"]
    stands = signals.age_is_sick and stands_still(signals)
    if not mapping.report_batch_item_failures or failed or refused or not invocations.latest:
        return
    if not stands or is_outrun(signals, invocations.total):
        return
    read = signals.series.source.read_records.last(RECENT_SECONDS)
    yield Diagnosis(
        Cause.POISON_BATCH,
        consumer.function.name,
        (
            words.INVOCATIONS_WITHOUT_PROGRESS(
                name=consumer.function.name,
                invocations=invocations.total,
                minutes=len(invocations.samples),
                age_growth=signals.age_growth * 60,
            ),
            words.RECORDS_REPORTED_AS_FAILED(records=read.total),
        ),
        advice=_advice(mapping),
    )


def _advice(mapping: EventSourceMapping) -> str:
    missing = []
    if not mapping.bisect_batch_on_function_error:
        missing.append("set BisectBatchOnFunctionError to isolate the bad record")
    if mapping.maximum_retry_attempts < 0 and mapping.maximum_record_age_seconds < 0:
        missing.append("set MaximumRetryAttempts (now unlimited)")
    if mapping.on_failure_destination is None:
        missing.append("set an on-failure destination to keep the discarded batches")
    if not mapping.report_batch_item_failures:
        missing.append("return ReportBatchItemFailures to retry from the failed record onwards")
    steps = "; ".join(missing) or "find the record that fails in the function's log"
    return f"more capacity does not help a batch that fails each time: {steps}"
