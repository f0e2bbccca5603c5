"""How fast a consumer can bring a backlog to its tables, whatever those could take."""

from math import inf

from rules.diagnosis import LeverKind
from rules.pipeline import Consumer
from rules.readings import RECENT_SECONDS, Readings
from scaling.levers import lever_spec
from scaling.limits import FACTOR_MAX
from scaling.load import BACKLOG_SECONDS
from scaling.rate_model import RateModel
from scaling.record import Lever
from scaling.specification import PipelineSpec

__all__ = ["fed_at_most", "share_of_lanes"]


def share_of_lanes(readings: Readings, consumer: Consumer) -> float:
    """The part of the consumer's lanes that its backlog waits in, 0..1.

    A lane with records to read is busy all the time, so that idle lanes hold none of it: a hot
    key's wait in one. All of them count while nothing waits yet, and while a table throttles,
    which holds up each lane that has anything to write.
    """
    late = (readings.age_seconds or 0.0) >= BACKLOG_SECONDS
    throttled = any(
        readings.capacity(capacity).write_throttles.last(RECENT_SECONDS).total
        for table in consumer.tables
        for capacity in table.capacities
    )
    if throttled or not late:
        return 1.0
    return min(1.0, readings.busy_concurrency(consumer) / readings.lanes(consumer))


def fed_at_most(
    consumer: Consumer, learnt: RateModel | None, share: float, spec: PipelineSpec, shards: int
) -> float:
    """Records a second that a share of the consumer's lanes reads with full batches, on so many
    shards with the highest factor that the file lets Tidegate or Application Auto Scaling set;
    inf where its rate is not known for sure."""
    if learnt is None or not learnt.is_sure:
        return inf
    said = lever_spec(spec, Lever.of(LeverKind.PARALLELIZATION_FACTOR, consumer.function.name))
    now = consumer.mapping.parallelization_factor
    factor = now if said is None or said.owner is None else max(now, min(said.max, FACTOR_MAX))
    lanes = shards * factor * share
    return lanes * learnt.records_per_busy_second(consumer.mapping.batch_size)
