"""Causes that sit in a consumer: failing batches, a concurrency cap, timeouts, slowness."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Consumer, EventSourceMapping
from tidegate.rules.kinds.readings import RECENT_SECONDS, Readings
from tidegate.rules.reason import Reason

__all__ = ["consumer_causes", "lanes_in_use"]


def consumer_causes(readings: Readings) -> Iterator[Diagnosis]:
    """What ails each consumer by itself; nothing where its tables throttle, which explains it."""
    for consumer in readings.pipeline.consumers:
        if readings.is_throttled_downstream(consumer):
            continue
        causes = [
            *_not_reading(consumer),
            *_poison_batch(readings, consumer),
            *_concurrency_cap(readings, consumer),
            *_timeout_near(readings, consumer),
        ]
        yield from causes or _too_slow(readings, consumer)


def lanes_in_use(readings: Readings, consumer: Consumer) -> Reason:
    """How many of a consumer's concurrent executions are busy, in words."""
    return Reason.of(
        "executions-busy",
        "{name} is busy {busy_concurrency:.1f} of {lanes} concurrent executions",
        name=consumer.function.name,
        busy_concurrency=readings.busy_concurrency(consumer),
        lanes=readings.lanes(consumer),
    )


def _not_reading(consumer: Consumer) -> Iterator[Diagnosis]:
    state = consumer.mapping.state
    if state not in ("Enabled", "Updating", "Enabling", "Creating"):
        yield Diagnosis(
            Cause.UNKNOWN,
            consumer.function.name,
            (
                Reason.of(
                    "mapping-disabled",
                    "the event source mapping of {name} is {state}: nothing is read",
                    name=consumer.function.name,
                    state=state,
                ),
            ),
            advice="enable the event source mapping, or take the consumer out of the file",
        )


def _poison_batch(readings: Readings, consumer: Consumer) -> Iterator[Diagnosis]:
    vitals = readings.function(consumer)
    errors = vitals.errors.last(RECENT_SECONDS)
    invocations = vitals.invocations.last(RECENT_SECONDS).total
    longest = (vitals.duration_maximum_milliseconds.last(RECENT_SECONDS).peak or 0.0) / 1000
    timeout = consumer.function.timeout_seconds
    failing = _fails_often(readings, consumer) or _holds_a_lane_up(readings, consumer)
    near = longest >= readings.thresholds["duration-near-timeout"] * timeout
    if not failing or near or not readings.age_is_sick:
        return
    yield Diagnosis(
        Cause.POISON_BATCH,
        consumer.function.name,
        (
            Reason.of(
                "invocations-failed",
                "{total:,.0f} of {invocations:,.0f} invocations of {name} failed in {len} min",
                total=errors.total,
                invocations=invocations,
                name=consumer.function.name,
                len=len(errors.samples),
            ),
            Reason.of(
                "not-the-timeout",
                "the longest took {longest:.1f} s of {timeout} s, so it is not the timeout",
                longest=longest,
                timeout=timeout,
            ),
            Reason.of(
                "batch-blocks-shard",
                "the iterator age grows by {age_growth:.0f} s a minute: the batch is retried "
                "and blocks its shard",
                age_growth=readings.age_growth * 60,
            ),
        ),
        advice=_poison_advice(consumer.mapping),
    )


def _fails_often(readings: Readings, consumer: Consumer) -> bool:
    vitals = readings.function(consumer)
    newest = vitals.errors.last(RECENT_SECONDS).latest or 0.0
    invocations = vitals.invocations.last(RECENT_SECONDS).latest or 0.0
    return newest > 0 and newest >= readings.thresholds["function-failing"] * invocations


def _holds_a_lane_up(readings: Readings, consumer: Consumer) -> bool:
    """Whether invocations fail minute after minute while the oldest record is not read. One lane
    of many is enough for that, and its failing batch a small share of all invocations."""
    newest = readings.function(consumer).errors.last(2 * 60).samples
    most = readings.thresholds["function-errors"]
    fail = len(newest) == 2 and all((errors or 0.0) > most for errors in newest)
    return fail and readings.age_growth >= readings.thresholds["iterator-age-standing-still"]


def _poison_advice(mapping: EventSourceMapping) -> str:
    missing = []
    if not mapping.bisect_batch_on_function_error:
        missing.append("set BisectBatchOnFunctionError to find the bad record")
    if mapping.maximum_retry_attempts < 0 and mapping.maximum_record_age_seconds < 0:
        missing.append("set MaximumRetryAttempts (now without end)")
    if mapping.on_failure_destination is None:
        missing.append("name an on-failure destination to keep what is given up")
    if not mapping.report_batch_item_failures:
        missing.append("return ReportBatchItemFailures to retry from the failed record on")
    steps = "; ".join(missing) or "look at the function's log for the record that fails"
    return f"no capacity cures a batch that fails each time: {steps}"


def _concurrency_cap(readings: Readings, consumer: Consumer) -> Iterator[Diagnosis]:
    vitals = readings.function(consumer)
    throttles = vitals.throttles.last(RECENT_SECONDS)
    asked = throttles.total + vitals.invocations.last(RECENT_SECONDS).total
    few = throttles.total < readings.thresholds["function-throttled"] * asked
    # Lanes take turns under a cap: the age of those that wait grows and falls again.
    late = readings.age_is_sick or readings.is_out_of_objective
    if few or not throttles.latest or not late:
        return
    name = consumer.function.name
    reserved = consumer.function.reserved_concurrency
    cap = readings.concurrency_cap(consumer)
    owner = (
        f"the account's unreserved {cap:,}" if reserved is None else f"{cap} reserved for {name}"
    )
    yield Diagnosis(
        Cause.CONCURRENCY_CAP,
        name,
        (
            Reason.of(
                "invocations-throttled",
                "Lambda throttled {total:,.0f} invocations of {name} in {len} min",
                total=throttles.total,
                name=name,
                len=len(throttles.samples),
            ),
            Reason.of(
                "executions-capped",
                "the mapping asks for up to {lanes} concurrent executions (shards x factor); "
                "the cap is {owner}",
                lanes=readings.lanes(consumer),
                owner=owner,
            ),
        ),
        advice=(
            f"raise the reserved concurrency of {name} from {cap} to what it needs, at most "
            f"{readings.lanes(consumer)}"
            if reserved is not None
            else "ask AWS for a higher account concurrency, or reserve some for this function"
        )
        + "; a higher factor or more shards would only throttle more",
    )


def _timeout_near(readings: Readings, consumer: Consumer) -> Iterator[Diagnosis]:
    longest = readings.function(consumer).duration_maximum_milliseconds.last(RECENT_SECONDS)
    timeout = consumer.function.timeout_seconds
    least = readings.thresholds["duration-near-timeout"] * timeout
    near = [sample for sample in longest.present if sample / 1000 >= least]
    held = len(near) >= 2 or readings.age_is_sick
    if not held or longest.latest not in near:
        return
    errors = readings.function(consumer).errors.last(RECENT_SECONDS).total
    batch = consumer.mapping.batch_size
    yield Diagnosis(
        Cause.TIMEOUT_NEAR,
        consumer.function.name,
        (
            Reason.of(
                "longest-invocation",
                "the longest invocation took {max:.1f} s of the {timeout} s timeout",
                max=max(near) / 1000,
                timeout=timeout,
            ),
            Reason.of(
                "invocations-failed",
                "{errors:,.0f} invocations failed in {len} min",
                errors=errors,
                len=len(longest.samples),
            ),
            Reason.of(
                "not-the-table", "no table throttles, so it is the batch or the function itself"
            ),
        ),
        advice=(
            f"lengthen the timeout (now {timeout} s), make the batch smaller (now {batch} records)"
            " or give the function more memory; a timed-out batch is done all over again"
        ),
    )


def _too_slow(readings: Readings, consumer: Consumer) -> Iterator[Diagnosis]:
    lanes = readings.lanes(consumer)
    busy = readings.busy_concurrency(consumer)
    if busy < readings.thresholds["executions-busy"] * lanes or not readings.age_is_sick:
        return
    yield Diagnosis(
        Cause.CONSUMER_TOO_SLOW,
        consumer.function.name,
        (
            Reason.of(
                "executions-busy-of-shards",
                "{lanes_in_use} (shards {shard_count} x factor {parallelization_factor})",
                lanes_in_use=lanes_in_use(readings, consumer),
                shard_count=readings.pipeline.stream.shard_count,
                parallelization_factor=consumer.mapping.parallelization_factor,
            ),
            Reason.of(
                "age-grows",
                "the iterator age is {age_seconds:.0f} s, growing by {age_growth:.0f} s a minute",
                age_seconds=readings.age_seconds or 0,
                age_growth=readings.age_growth * 60,
            ),
            Reason.of("nothing-fails", "no table throttles and no batch fails"),
        ),
        cured_by=(LeverKind.PARALLELIZATION_FACTOR, LeverKind.SHARD_COUNT),
    )
