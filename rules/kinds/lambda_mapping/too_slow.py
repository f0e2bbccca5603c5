"""A function that has too few concurrent executions for what comes in."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.lambda_mapping import words
from tidegate.rules.kinds.lambda_mapping.concurrency import busy_concurrency, executions
from tidegate.rules.kinds.lambda_mapping.own_age import seen_by
from tidegate.rules.kinds.lambda_mapping.state import Consumer, consumers_of
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.reason import Reason

__all__ = ["executions_in_use", "slow_to_drain", "too_slow"]

_EXECUTIONS: tuple[LeverKind, ...] = (LeverKind.PARALLELIZATION_FACTOR, LeverKind.SHARD_COUNT)


def executions_in_use(signals: Signals, consumer: Consumer) -> Reason:
    """How many of a consumer's concurrent executions are busy, in words."""
    if others := consumer.mapping.reading.other_sources:
        return words.OTHER_SOURCES(name=consumer.function.name, others=len(others))
    return words.EXECUTIONS_BUSY(
        name=consumer.function.name,
        busy_executions=busy_concurrency(signals, consumer),
        executions=executions(signals, consumer),
    )


def _is_partly_unread(signals: Signals, consumer: Consumer) -> bool:
    """Whether CloudWatch failed to read something of the function or of its tables: then that
    nothing fails and nothing throttles there isn't known."""
    names = {consumer.function.name, *(table.name for table in consumer.writes)}
    unread = (each.metric.dimensions for each in signals.series.unread)
    return any(value in names for dimensions in unread for _, value in dimensions)


def too_slow(signals: Signals, consumer: Consumer) -> Iterator[Diagnosis]:
    """Late, with next to all executions busy."""
    if signals.age_is_sick:
        age, growth = signals.age_seconds or 0, signals.age_growth * 60
        told = words.AGE_GROWS(age_seconds=age, seconds_per_minute=growth)
        yield from _all_busy(signals, consumer, told)


def slow_to_drain(signals: Signals) -> Iterator[Diagnosis]:
    """What keeps each consumer late whose age is over the objective and falls, where nothing of it
    fails or throttles."""
    if not signals.age_falls:
        return
    for consumer in consumers_of(signals.pipeline):
        seen = seen_by(signals, consumer)
        failed = seen.of(consumer.function).errors.last(RECENT_SECONDS).total
        is_late = seen.is_out_of_objective and seen.age_falls
        if is_late and not failed and not seen.is_throttled_downstream(consumer):
            age, fall = seen.age_seconds or 0, -seen.age_growth * 60
            told = words.AGE_FALLS(age_seconds=age, seconds_per_minute=fall)
            yield from _all_busy(seen, consumer, told)


def _all_busy(signals: Signals, consumer: Consumer, age: Reason) -> Iterator[Diagnosis]:
    """Where the shards from before a reshard are read for long, all of the executions that these
    have."""
    earlier, busy = signals.earlier_units, busy_concurrency(signals, consumer)
    most = executions(signals, consumer, None if earlier is None else earlier.count)
    # With a whole execution more than they have, the new shards are read already, by some.
    if round(busy) > most:
        earlier, most = None, executions(signals, consumer)
    if busy < signals.thresholds["executions-busy"] * most:
        return
    if _is_partly_unread(signals, consumer):
        return
    in_use = executions_in_use(signals, consumer)
    if earlier is not None and most < executions(signals, consumer):
        in_use = words.EXECUTIONS_BUSY_OF_PARENTS(
            name=consumer.function.name,
            busy_executions=busy,
            executions=most,
            shard_count=earlier.count,
            changed_at=earlier.changed_at,
        )
        levers = _EXECUTIONS[:1]
    else:
        in_use, levers = _of_shards(signals, consumer, in_use)
    yield Diagnosis(
        Cause.CONSUMER_TOO_SLOW,
        consumer.function.name,
        (in_use, age, words.NOTHING_FAILS()),
        cured_by=levers,
    )


def _of_shards(
    signals: Signals, consumer: Consumer, in_use: Reason
) -> tuple[Reason, tuple[LeverKind, ...]]:
    """The executions of all shards in words, and what gives more of them."""
    mapping = consumer.mapping
    if window := mapping.reading.tumbling_window_seconds:
        told = words.ONE_BATCH_A_SHARD(executions_in_use=in_use, window=window)
    elif consumer.beside:
        told = words.EXECUTIONS_OF_MAPPINGS(
            executions_in_use=in_use, mappings=len(consumer.mappings)
        )
    else:
        told = words.EXECUTIONS_BUSY_OF_SHARDS(
            executions_in_use=in_use,
            shard_count=stream_of(signals.pipeline).shard_count,
            parallelization_factor=mapping.parallelization_factor,
        )
        return told, _EXECUTIONS
    return told, _EXECUTIONS[1:]
