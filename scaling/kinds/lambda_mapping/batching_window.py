"""Full batches: how long an event source mapping may wait for records before it invokes.

An invocation of a function takes a + b x batch: what it costs by itself is paid less often when
batches are fuller. A batching window fills them, at the price of as much iterator age.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from tidegate.rules.cause import Cause, LeverKind
from tidegate.rules.kinds.lambda_mapping.concurrency import executions
from tidegate.rules.kinds.lambda_mapping.state import Consumer, consumers_of
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.kinds.lambda_mapping import words
from tidegate.scaling.kinds.lambda_mapping.concurrency import factor_of
from tidegate.scaling.kinds.lambda_mapping.sizing import RateModel, learn_rate, window_at_most
from tidegate.scaling.load.current_load import HOUR_SECONDS
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.prices import HOURS_PER_MONTH, prices
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation

__all__ = ["Batching", "batching", "batching_recommendations"]

SAVED_SHARE = 0.05
"""Of the function's time that a longer window must save: a twentieth is noise."""

NEAR_TIMEOUT_SHARE = 0.625
"""Of a duration that is near the timeout, what a filled batch may take: batches differ."""

MINUTES_TO_TRUST = 15
"""As long as the stabilization window before a scale-in."""


@dataclass(frozen=True, slots=True)
class Batching:
    """A consumer's batches: records in the mean one and records a second of one execution, both of
    the last hour, and what an invocation takes."""

    consumer: Consumer
    rate: RateModel
    mean_batch: float
    records_per_execution_second: float
    records_per_second: float

    def batch_in(self, window_seconds: int) -> float:
        """Records of the batch that a window fills, never fewer than there are now."""
        filled = self.records_per_execution_second * window_seconds
        return max(self.mean_batch, min(self.consumer.mapping.batch_size, filled))

    def saved_share(self, window_seconds: int) -> float:
        """The part of the function's time that a window saves, 0..1."""
        return 1 - self._seconds_per_record(self.batch_in(window_seconds)) / (
            self._seconds_per_record(self.mean_batch)
        )

    def seconds_of_batch(self, window_seconds: int) -> float:
        """How long the function takes for the batch that a window fills."""
        batch = self.batch_in(window_seconds)
        return batch * self._seconds_per_record(batch)

    def monthly_usd(self, window_seconds: int) -> float:
        """What Lambda bills for a month like the last hour, time and requests."""
        batch, price = self.batch_in(window_seconds), prices()
        gigabytes = self.consumer.function.memory_megabytes / 1024
        time = self._seconds_per_record(batch) * gigabytes * price["lambda_gigabyte_second_usd"]
        each = time + price["lambda_request_usd"] / batch
        return each * self.records_per_second * 3600 * HOURS_PER_MONTH

    def _seconds_per_record(self, batch: float) -> float:
        return self.rate.seconds_per_invocation / batch + self.rate.seconds_per_record


def batching(signals: Signals, consumer: Consumer) -> Batching | None:
    """A consumer's batches; None where too little was seen, or its rate isn't known for sure."""
    records = signals.reads_of_each.last(HOUR_SECONDS).samples
    invocations = signals.of(consumer.function).invocations.last(HOUR_SECONDS).samples
    minutes = [
        (read, invoked)
        for read, invoked in zip(records, invocations, strict=True)
        if read and invoked
    ]
    # Whose invocations those of a function with other sources are isn't told.
    if len(minutes) < MINUTES_TO_TRUST or consumer.mapping.reading.other_sources:
        return None
    rate = learn_rate(signals, consumer)
    if rate is None or not rate.is_sure:
        return None
    read_in_all = sum(read for read, _ in minutes)
    each_second = read_in_all / len(minutes) / 60
    return Batching(
        consumer,
        rate,
        read_in_all / sum(invoked for _, invoked in minutes),
        each_second / executions(signals, consumer),
        each_second,
    )


def batching_recommendations(look: Look, moved: Collection[Lever]) -> Iterator[Recommendation]:
    """One recommendation for the window of every consumer; those whose factor is ``moved`` wait: a
    mapping takes one change at a time (UpdateEventSourceMapping, API reference).

    In health the window goes up as far as the objective allows, where that saves enough. It goes
    down only from where Tidegate put it, when the objective or the file allows less now, or where
    it is by itself what the age is over the objective for.
    """
    healthy = all(each.cause is Cause.HEALTHY for each in look.diagnoses)
    ill = [each.where for each in look.diagnoses if LeverKind.BATCHING_WINDOW in each.cured_by]
    for consumer in consumers_of(look.signals.pipeline):
        lever = Lever.of(LeverKind.BATCHING_WINDOW, consumer.function.name)
        current = consumer.mapping.batching_window_seconds
        most, recommendation = _at_most(look, lever), None
        if factor_of(consumer) not in moved:
            cures = lever.where in ill or _was_put_here(look.history, lever, current)
            if current > most and cures:
                because = words.WINDOW_TOO_LONG(limit_seconds=most)
                recommendation = Recommendation(lever, current, most, because)
            elif current < most and healthy:
                recommendation = _longer(look.signals, consumer, lever, most)
        yield recommendation or Recommendation(lever, current, current, UNCHANGED)


def _at_most(look: Look, lever: Lever) -> int:
    objective, bounds = look.signals.iterator_age_max_seconds, look.said.bounds(lever)
    window = window_at_most(objective, look.signals.age_well_seconds)
    return window if bounds is None else min(window, bounds.max)


def _was_put_here(history: History, lever: Lever, current: int) -> bool:
    last = history.last_change_record(lever)
    return last is not None and last.to_capacity == current


def _longer(
    signals: Signals, consumer: Consumer, lever: Lever, window: int
) -> Recommendation | None:
    seen = batching(signals, consumer)
    if seen is None or seen.saved_share(window) < SAVED_SHARE:
        return None
    near = signals.thresholds["duration-near-timeout"] * consumer.function.timeout_seconds
    if seen.seconds_of_batch(window) > NEAR_TIMEOUT_SHARE * near:
        return None
    because = words.FULLER_BATCHES(
        batch_records=seen.mean_batch,
        batch_size=consumer.mapping.batch_size,
        window_seconds=window,
        window_records=seen.batch_in(window),
        saved_share=seen.saved_share(window),
    )
    return Recommendation(lever, consumer.mapping.batching_window_seconds, window, because)
