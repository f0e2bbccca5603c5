"""How fast a consumer was seen to read: what its executions can do at least."""

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.lambda_mapping.concurrency import executions
from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import LOOK_BACK
from tidegate.scaling.kinds.lambda_mapping.concurrency import factor_of
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History

__all__ = ["shown_rate"]


def shown_rate(signals: Signals, consumer: Consumer, history: History) -> float | None:
    """Records a second for each concurrent execution, by the busiest minute since their number was
    last changed; None where the age was not well all that time, or grows.

    With as many executions as then such a load is read, whatever the function's durations are: what
    it does for others, such as an API that invokes it, is among those as well.
    """
    source = signals.series.source
    shards = Lever.of(LeverKind.SHARD_COUNT, stream_of(signals.pipeline).name)
    changes = (history.last_change(each) for each in (shards, factor_of(consumer)))
    changed = max((at for at in changes if at is not None), default=None)
    end = source.read_records.end
    seconds = LOOK_BACK.total_seconds()
    if changed is not None:
        seconds = min(seconds, (end - changed).total_seconds())
    if seconds < source.read_records.metric.period_seconds:
        return None
    read = signals.reads_of_each.last(seconds)
    ages = source.iterator_age_milliseconds.last(seconds)
    oldest = ages.peak
    if oldest is None or oldest > signals.age_well_seconds * 1000 or not read.peak:
        return None
    if signals.age_growth > signals.thresholds["iterator-age-growing"]:
        return None
    return read.peak / read.metric.period_seconds / executions(signals, consumer)
