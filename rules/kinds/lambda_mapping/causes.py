"""Causes that sit in a consumer: a concurrency cap, timeouts, slowness, a long batching window."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.lambda_mapping import words
from tidegate.rules.kinds.lambda_mapping.bad_deploy import bad_deploy
from tidegate.rules.kinds.lambda_mapping.concurrency import (
    concurrency_cap,
    executions,
)
from tidegate.rules.kinds.lambda_mapping.downstream_saturated import downstream_saturated
from tidegate.rules.kinds.lambda_mapping.failing_often import failing_often
from tidegate.rules.kinds.lambda_mapping.out_of_memory import out_of_memory
from tidegate.rules.kinds.lambda_mapping.own_age import seen_by
from tidegate.rules.kinds.lambda_mapping.poison import partly_failing, poison_batch
from tidegate.rules.kinds.lambda_mapping.reading import not_reading
from tidegate.rules.kinds.lambda_mapping.records_dropped import records_dropped
from tidegate.rules.kinds.lambda_mapping.replay import replay
from tidegate.rules.kinds.lambda_mapping.several_mappings import one_of_several
from tidegate.rules.kinds.lambda_mapping.state import Consumer, consumers_of
from tidegate.rules.kinds.lambda_mapping.too_slow import too_slow
from tidegate.rules.kinds.rates import is_repeated
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.reason import Reason

__all__ = ["consumer_causes"]


def consumer_causes(signals: Signals) -> Iterator[Diagnosis]:
    """The causes of each consumer by itself; where its tables throttle, that explains all but the
    loss of records, and old ones that are read again, which are always told."""
    for consumer in consumers_of(signals.pipeline):
        unread = _cut_off(consumer) or not_reading(signals, consumer)
        if unread is not None:
            yield unread
            continue
        seen = seen_by(signals, consumer)
        yield from records_dropped(seen, consumer)
        replayed = [*replay(signals, consumer)]
        yield from replayed
        if signals.is_throttled_downstream(consumer):
            continue
        deployed = [*out_of_memory(signals, consumer)] or [*bad_deploy(signals, consumer)]
        yield from deployed
        if any(each.holds_raises for each in (*replayed, *deployed)):
            continue
        causes = [
            *([*failing_often(seen, consumer)] or poison_batch(seen, consumer)),
            *partly_failing(seen, consumer),
            *_concurrency_cap(seen, consumer),
            *downstream_saturated(seen, consumer),
            *_timeout_near(seen, consumer),
        ]
        causes = causes or [*too_slow(seen, consumer)]
        causes = causes or [*one_of_several(signals, consumer)]
        yield from causes or _window_too_long(seen, consumer)


def _cut_off(consumer: Consumer) -> Diagnosis | None:
    """What AWS itself says of why no record gets to the function."""
    name, mapping = consumer.function.name, consumer.mapping
    if mapping.state not in ("Enabled", "Updating", "Enabling", "Creating"):
        told = words.MAPPING_DISABLED(name=name, state=mapping.state)
        evidence = (told, *_because(name, mapping.reading.state_reason))
        advice = "enable the event source mapping, or remove the consumer from the pipeline file"
        return Diagnosis(Cause.NOT_READING, name, evidence, advice=advice)
    if error := next(filter(None, (each.reading.filter_error for each in consumer.mappings)), ""):
        told = words.FILTER_NOT_APPLIED(name=name, error=error)
        advice = (
            "let the mapping's role use the key that its filter criteria are encrypted with, or set"
            " the criteria anew"
        )
        return Diagnosis(Cause.NOT_READING, name, (told,), advice=advice)
    if failure := consumer.function.failure:
        told = words.FUNCTION_FAILED(name=name, failure=failure)
        advice = "mend what the reason names, then update the function: only an update ends Failed"
        return Diagnosis(Cause.NOT_READING, name, (told,), advice=advice)
    return None


def _because(name: str, reason: str) -> tuple[Reason, ...]:
    return (words.STATE_REASON(name=name, reason=reason),) if reason else ()


def _concurrency_cap(signals: Signals, consumer: Consumer) -> Iterator[Diagnosis]:
    series = signals.of(consumer.function)
    throttles = series.throttles.last(RECENT_SECONDS)
    asked = throttles.total + series.invocations.last(RECENT_SECONDS).total
    few = throttles.total < signals.thresholds["function-throttled"] * asked
    # Executions take turns under a cap: the age of those that wait grows and falls again. Where
    # none runs, Lambda does not poll, and no metric tells an age.
    late = signals.age_is_sick or signals.is_out_of_objective
    seen = throttles.latest and not few and (late or asked == throttles.total)
    name, reserved = consumer.function.name, consumer.function.reserved_concurrency
    # With a reservation of 0 nothing is ever invoked, whatever the metrics tell yet.
    if reserved != 0 and not seen:
        return
    cap = concurrency_cap(signals, consumer)
    limit = (
        f"the account's unreserved concurrency of {cap:,}"
        if reserved is None
        else f"the reserved concurrency of {name}, {cap}"
    )
    yield Diagnosis(
        Cause.CONCURRENCY_CAP,
        name,
        (
            *_throttled(signals, consumer),
            words.EXECUTIONS_CAPPED(executions=executions(signals, consumer), limit=limit),
        ),
        advice=(
            f"raise the reserved concurrency of {name} from {cap} to what the function needs, at "
            f"most {executions(signals, consumer)}"
            if reserved is not None
            else "request a higher account concurrency, or reserve concurrency for this function"
        )
        + "; a higher factor or more shards would only increase throttling",
        is_odd=reserved != 0 and not late and not is_repeated(throttles),
    )


def _throttled(signals: Signals, consumer: Consumer) -> Iterator[Reason]:
    throttles, name = signals.of(consumer.function).throttles.last(RECENT_SECONDS), consumer.name
    if throttles.total:
        yield words.INVOCATIONS_THROTTLED(
            throttled_invocations=throttles.total, name=name, minutes=len(throttles.samples)
        )


def _timeout_near(signals: Signals, consumer: Consumer) -> Iterator[Diagnosis]:
    longest = signals.of(consumer.function).duration_maximum_milliseconds.last(RECENT_SECONDS)
    timeout = consumer.function.timeout_seconds
    least = signals.thresholds["duration-near-timeout"] * timeout
    near = [sample for sample in longest.present if sample / 1000 >= least]
    held = len(near) >= 2 or signals.age_is_sick
    if not held or longest.latest not in near:
        return
    errors = signals.of(consumer.function).errors.last(RECENT_SECONDS).total
    batch = consumer.mapping.batch_size
    yield Diagnosis(
        Cause.TIMEOUT_NEAR,
        consumer.function.name,
        (
            words.LONGEST_INVOCATION(
                name=consumer.function.name,
                longest_seconds=max(near) / 1000,
                timeout_seconds=timeout,
            ),
            words.INVOCATIONS_FAILED(
                failed_invocations=errors,
                name=consumer.function.name,
                minutes=len(longest.samples),
            ),
            words.NOT_THE_TABLE(),
        ),
        advice=(
            f"increase the timeout (now {timeout} s), make the batch smaller (now {batch} records)"
            " or give the function more memory; Lambda retries all of a batch that timed out"
        ),
    )


def _window_too_long(signals: Signals, consumer: Consumer) -> Iterator[Diagnosis]:
    """An age over the objective that is no more than records wait for a batch and for its
    invocation: by more shards, a higher factor or a faster function it doesn't get less. For the
    end of a tumbling window no record waits: each batch is an invocation in it, and the last one
    gets the result alone (Lambda guide, tumbling windows)."""
    window, well = consumer.mapping.batching_window_seconds, signals.age_well_seconds
    series = signals.of(consumer.function)
    longest = (series.duration_maximum_milliseconds.last(RECENT_SECONDS).peak or 0.0) / 1000
    age, objective = signals.age_seconds or 0.0, signals.iterator_age_max_seconds
    name = consumer.function.name
    is_steady = signals.is_out_of_objective and not signals.age_falls  # Else a backlog drains.
    if not is_steady or window <= well or age > window + longest + well:
        return
    yield Diagnosis(
        Cause.BATCHING_WINDOW_TOO_LONG,
        name,
        (words.WINDOW_EXPLAINS_AGE(name=name, window=window, age=age, objective=objective),),
        cured_by=(LeverKind.BATCHING_WINDOW,),
    )
