"""How fast a consumer can bring a backlog to its sinks, whatever those could take."""

from dataclasses import dataclass
from math import inf

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.lambda_mapping.concurrency import busy_concurrency, concurrency_cap
from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.kinds.sinks import refused_writes
from tidegate.scaling.kinds.lambda_mapping.concurrency import factor_of
from tidegate.scaling.kinds.lambda_mapping.limits import FACTOR_MAX
from tidegate.scaling.kinds.lambda_mapping.sizing import RateModel
from tidegate.scaling.load.current_load import backlog_seconds
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.in_file import InFile

__all__ = ["Feeding", "feeding"]


@dataclass(frozen=True, slots=True)
class Feeding:
    """A consumer, what was learnt of its rate, the part of its executions that a backlog waits for,
    0..1, and the concurrent executions that it may have."""

    consumer: Consumer
    learnt: RateModel | None
    lanes_share: float
    executions_max: int

    def records_per_second_at_most(self, said: InFile, shards: int) -> float:
        """What these executions read with full batches, on so many shards with the highest factor
        that the file lets Tidegate or Application Auto Scaling set; inf where the rate is not known
        for sure."""
        if self.learnt is None or not self.learnt.is_sure:
            return inf
        mapping = self.consumer.mapping
        bounds = said.bounds(factor_of(self.consumer))
        factor = mapping.parallelization_factor
        if bounds is not None and bounds.owner is not None:
            factor = max(factor, min(bounds.max, FACTOR_MAX))
        factor = mapping.reading.concurrent_batches(factor)
        if self.consumer.beside:
            factor = self.consumer.batches_per_shard
        executions = min(shards * factor * self.lanes_share, self.executions_max)
        return executions * self.learnt.records_per_busy_second(mapping.batch_size)


def feeding(
    signals: Signals, consumer: Consumer, learnt: RateModel | None, history: History
) -> Feeding:
    """A consumer as it is now.

    An execution with records is busy all the time, so that those which were idle in the newest
    minute hold none of a backlog: a hot key's waits in one. All of them count while nothing waits
    yet, while a sink refuses writes, which delays each execution that has anything to write, and
    where no invocation ended recently."""
    share = _lanes_share(signals, consumer, history)
    return Feeding(consumer, learnt, share, concurrency_cap(signals, consumer))


def _lanes_share(signals: Signals, consumer: Consumer, history: History) -> float:
    refused = refused_writes(signals, consumer)
    throttled = any(each.last(RECENT_SECONDS).total for each in refused)
    judged, busy = signals.series.judged_until, busy_concurrency(signals, consumer)
    late = (signals.age_seconds or 0.0) >= backlog_seconds(signals)
    # Durations come when invocations end: where none did, nothing is known of the executions.
    if throttled or not late or not busy or judged is None:
        return 1.0
    stream, mapping = stream_of(signals.pipeline), consumer.mapping
    shards = Lever.of(LeverKind.SHARD_COUNT, stream.name)
    # The minute judged may be from before the last change of either.
    factor = history.capacity_at(factor_of(consumer), judged, mapping.parallelization_factor)
    batches = mapping.reading.concurrent_batches(factor)
    batches += sum(each.batches_per_shard for each in consumer.beside)
    count, earlier = history.capacity_at(shards, judged, stream.shard_count), signals.earlier_units
    # The executions of added shards have nothing to do before those from before them are read.
    if earlier is not None:
        count = min(count, earlier.count)
    return min(1.0, busy / (batches * count))
