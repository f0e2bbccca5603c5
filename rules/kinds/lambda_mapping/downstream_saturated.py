"""A service behind a function that is full: more executions at once only make each wait longer.

Lambda shows the service nowhere. What tells it is a change of concurrency, after which more
executions are busy with no more records, while records wait before it and after it. The stream's
reads are those of all its readers, others' too: the function's own invocations, whose batches are
full while records wait, must not have grown either.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.lambda_mapping import words
from tidegate.rules.kinds.lambda_mapping.moments import moment_of
from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.signals import Signals

__all__ = ["downstream_saturated"]

BEFORE_SECONDS = 900
IN_EFFECT_SECONDS = 120
"""From a change of a mapping until only the new concurrency is seen: it takes about a minute, and
batches that have begun end first."""
BEFORE_MINUTES, AFTER_MINUTES = 2, 3
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Late:
    """A minute at whose end records waited: how many executions were busy, what was read of the
    stream, and how many batches the function took."""

    at: datetime
    busy: float
    records_per_second: float
    invocations: float


@dataclass(frozen=True, slots=True)
class _Mean:
    """Of several late minutes."""

    busy: float
    records_per_second: float
    invocations: float

    @property
    def seconds_a_record(self) -> float:
        return self.busy / self.records_per_second


def downstream_saturated(signals: Signals, consumer: Consumer) -> Iterator[Diagnosis]:
    """Told while records wait, by the newest change of concurrency that shows it, up or down."""
    if not signals.age_is_sick or consumer.mapping.reading.other_sources:
        return
    late = list(_late_minutes(signals, consumer))
    newest = late[-AFTER_MINUTES:]
    for moment in sorted(_changes(signals, consumer), reverse=True):
        earliest = moment - timedelta(seconds=BEFORE_SECONDS)
        earlier = [each for each in late if earliest <= each.at <= moment - _MINUTE]
        in_effect = moment + timedelta(seconds=IN_EFFECT_SECONDS)
        later = [each for each in newest if each.at >= in_effect]
        if len(earlier) < BEFORE_MINUTES or len(later) < AFTER_MINUTES:
            continue
        before, after = _mean(earlier), _mean(later)
        if _is_vain(signals, *sorted((before, after), key=lambda each: each.busy)):
            yield _diagnosis(signals, consumer, before, after, moment)
            return


def _changes(signals: Signals, consumer: Consumer) -> set[datetime]:
    """When the mapping was changed, by whomever, and when a lever was moved."""
    found = (moment_of(consumer.mapping.modified), signals.changed_at)
    return {each for each in found if each is not None}


def _late_minutes(signals: Signals, consumer: Consumer) -> Iterator[_Late]:
    source, series = signals.series.source, signals.of(consumer.function)
    columns = (
        series.duration_sum_milliseconds.samples,
        source.read_records.samples,
        source.iterator_age_milliseconds.samples,
        series.invocations.samples,
    )
    at = source.read_records.start
    for busy, read, age, invocations in zip(*columns, strict=True):
        is_late = age is not None and age / 1000 > signals.age_well_seconds
        if busy and read and invocations and is_late:
            yield _Late(at, busy / 1000 / 60, read / 60, invocations)
        at += _MINUTE


def _mean(minutes: list[_Late]) -> _Mean:
    count = len(minutes)
    return _Mean(
        sum(each.busy for each in minutes) / count,
        sum(each.records_per_second for each in minutes) / count,
        sum(each.invocations for each in minutes) / count,
    )


def _is_vain(signals: Signals, fewer: _Mean, more: _Mean) -> bool:
    grown = more.busy >= signals.thresholds["executions-grown"] * fewer.busy
    most = signals.thresholds["downstream-saturated"]
    no_more_read = more.records_per_second < most * fewer.records_per_second
    return grown and no_more_read and more.invocations < most * fewer.invocations


def _diagnosis(
    signals: Signals, consumer: Consumer, before: _Mean, after: _Mean, moment: datetime
) -> Diagnosis:
    name = consumer.function.name
    evidence = words.MORE_WAIT_FOR_LESS(
        name=name,
        moment=moment,
        busy=after.busy,
        busy_before=before.busy,
        records_per_second=after.records_per_second,
        records_per_second_before=before.records_per_second,
        times=after.seconds_a_record / before.seconds_a_record,
    )
    return Diagnosis(
        Cause.DOWNSTREAM_SATURATED,
        name,
        (evidence, words.SERVICE_IS_FULL(name=name)),
        advice=_advice(signals, consumer, before, after),
    )


def _advice(signals: Signals, consumer: Consumer, before: _Mean, after: _Mean) -> str:
    name, factor = consumer.function.name, consumer.mapping.parallelization_factor
    enough = max(1, int(before.busy // stream_of(signals.pipeline).shard_count))
    raised = f"raise what {name} calls; more executions of it add nothing"
    if before.busy >= after.busy:
        return raised
    times = after.seconds_a_record / before.seconds_a_record
    lowered = (
        f"lower the factor of {name} from {factor} to {enough}"
        if enough < factor
        else f"reserve a concurrency of {max(1, int(before.busy))} for {name}"
    )
    return f"{lowered}, which reads as much for {1 - 1 / times:.0%} less of its duration; {raised}"
