"""What one concurrent invocation does a second."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import median

from tidegate.rules.kinds.lambda_mapping.concurrency import executions
from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.kinds.sinks import refused_reads, refused_writes
from tidegate.scaling.kinds.lambda_mapping.limits import BATCHING_WINDOW_MAX
from tidegate.scaling.load.current_load import NOW_SECONDS

__all__ = ["CHANGED_RATIO", "RateModel", "learn_rate", "throttled_minutes", "window_at_most"]

AGE_SHARE = 0.1
"""Of the objective's iterator age: little to give for full batches."""

MINUTES_TO_TRUST = 3
MINUTES_TO_LEARN = 90
"""As many as the windows have: the median of slopes is sure where batches hardly differ."""

CHANGED_RATIO = 1.25
"""A rate that is off by so much is another one."""
FULL_BATCH_SHARE = 0.5
DIFFERENT_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class RateModel:
    """Duration of an invocation as a + b x batch, in seconds.

    ``is_sure`` is False when the rate is only a lower bound of what the function can do: every
    minute seen was stretched by throttling or failures downstream, or all batches were small and
    alike, so that the cost of an invocation can't be told from that of a record.
    """

    seconds_per_invocation: float
    seconds_per_record: float
    is_sure: bool

    def records_per_busy_second(self, batch_size: int) -> float:
        """The true processing rate of one execution with full batches (Flink's autoscaler, DS2:
        records over the time really spent on them)."""
        return batch_size / (self.seconds_per_invocation + self.seconds_per_record * batch_size)


@dataclass(frozen=True, slots=True)
class _Minute:
    records: float
    invocations: float
    busy_seconds: float
    is_clean: bool


def throttled_minutes(signals: Signals, consumer: Consumer) -> list[bool]:
    """Per minute, whether a sink of the consumer refused anything in it or in the one before."""
    told = (*refused_writes(signals, consumer), *refused_reads(signals, consumer))
    windows = [window for window in told if any(window.samples)]
    if not windows:
        return [False] * len(signals.of(consumer.function).invocations.samples)
    throttled = [any(row) for row in zip(*(window.samples for window in windows), strict=True)]
    return [now or before for now, before in zip(throttled, [False, *throttled], strict=False)]


def _minutes(signals: Signals, consumer: Consumer) -> list[_Minute]:
    minutes = _all_minutes(signals, consumer)
    if consumer.mapping.reading.other_sources:
        return list(_own_minutes(signals, consumer, minutes))
    found = [minute for minute in minutes if minute is not None]
    if _is_busier_than_its_executions(signals, consumer):
        return list(_own_minutes(signals, consumer, minutes)) or found
    return found


def _is_busier_than_its_executions(signals: Signals, consumer: Consumer) -> bool:
    """Whether others invoke the function too, such as an API, which no mapping names: all
    executions on the stream together can't be busy for longer than time passes. A duration is told
    when its invocation ends, which may have begun a timeout earlier. Not judged just after a
    change, since there may have been more executions."""
    if signals.changed_within(NOW_SECONDS):
        return False
    busy = signals.of(consumer.function).duration_sum_milliseconds.last(NOW_SECONDS).total / 1000
    seconds = NOW_SECONDS + consumer.function.timeout_seconds
    return busy > executions(signals, consumer) * seconds


def _own_minutes(
    signals: Signals, consumer: Consumer, minutes: Sequence[_Minute | None]
) -> Iterator[_Minute]:
    """Of a function that others invoke as well: only while the stream is late is it known
    what it does for the stream, since an execution with records to read is busy all the time, with
    full batches. In all other minutes it would take the others' work for its own."""
    ages, batch = signals.series.source.iterator_age_milliseconds, consumer.mapping.batch_size
    busy_most = executions(signals, consumer) * ages.metric.period_seconds
    late = signals.iterator_age_max_seconds * 1000
    for minute, age in zip(minutes, ages.samples, strict=True):
        if minute is not None and (age or 0.0) > late:
            busy = min(minute.busy_seconds, busy_most)
            yield replace(minute, invocations=minute.records / batch, busy_seconds=busy)


def _all_minutes(signals: Signals, consumer: Consumer) -> list[_Minute | None]:
    series = signals.of(consumer.function)
    throttled = throttled_minutes(signals, consumer)
    timeout = consumer.function.timeout_seconds
    minutes: list[_Minute | None] = []
    for at, read in enumerate(signals.reads_of_each.samples):
        records = len(consumer.mappings) * (read or 0.0)
        invocations = series.invocations.samples[at]
        busy = series.duration_sum_milliseconds.samples[at]
        if not records or not invocations or not busy:
            minutes += [None]
            continue
        longest = (series.duration_maximum_milliseconds.samples[at] or 0.0) / 1000
        failed = bool(series.errors.samples[at]) or longest >= timeout
        is_clean = not (throttled[at] or failed)
        minutes += [_Minute(records, invocations, busy / 1000, is_clean)]
    return minutes


def _fit(minutes: Sequence[_Minute]) -> tuple[float, float] | None:
    """The line of duration over batch: the median of the slopes between any two minutes whose
    batches differ by a tenth, and the median of what is left (Theil 1950, Sen 1968). Up to 29 % of
    the minutes may be odd. None where too few batches differ."""
    points = [
        (minute.records / minute.invocations, minute.busy_seconds / minute.invocations)
        for minute in minutes
    ]
    slopes = [
        (to - duration) / (larger - batch)
        for (batch, duration), (larger, to) in combinations(sorted(points), 2)
        if larger - batch > DIFFERENT_SHARE * larger
    ]
    if len(slopes) < len(points):
        return None
    b = median(slopes)
    a = median(duration - b * batch for batch, duration in points)
    return (a, b) if a >= 0 and b > 0 else None


def _ratio(minutes: Sequence[_Minute]) -> tuple[float, float]:
    """The best rate seen: small batches only make a function look slower than it is."""
    return 0.0, min(minute.busy_seconds / minute.records for minute in minutes)


def learn_rate(signals: Signals, consumer: Consumer) -> RateModel | None:
    """The consumer's rate from the minutes in the windows; None when it processed nothing.

    When the newest clean minutes take a quarter more or less time than the whole says, the
    function has changed, and the newest minutes are right.
    """
    minutes = _minutes(signals, consumer)
    if not minutes:
        return None
    clean = [minute for minute in minutes if minute.is_clean]
    used = (clean or minutes)[-MINUTES_TO_LEARN:]
    fitted = _fit(used)
    a, b = fitted or _ratio(used)
    newest = used[-MINUTES_TO_TRUST:]
    change = median(
        minute.busy_seconds / (a * minute.invocations + b * minute.records) for minute in newest
    )
    if len(newest) == MINUTES_TO_TRUST and not 1 / CHANGED_RATIO <= change <= CHANGED_RATIO:
        a, b = a * change, b * change
    full = max(minute.records / minute.invocations for minute in used) >= (
        FULL_BATCH_SHARE * consumer.mapping.batch_size
    )
    # A record of the stream is processed once for each mapping.
    a, b = a * len(consumer.mappings), b * len(consumer.mappings)
    return RateModel(a, b, is_sure=bool(clean) and (fitted is not None or full))


def window_at_most(iterator_age_max_seconds: float, age_well_seconds: float) -> int:
    """The longest window that an objective allows: a tenth of it in whole seconds, at least one
    where an incident begins no sooner, and never one that is sick."""
    tenth = int(min(iterator_age_max_seconds * AGE_SHARE, age_well_seconds))
    return min(BATCHING_WINDOW_MAX, tenth or int(age_well_seconds >= 1))
