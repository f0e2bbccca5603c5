"""How much more producers offer than the stream takes."""

from datetime import datetime, timedelta
from itertools import pairwise

from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.load.current_load import NOW_SECONDS, rate_now
from tidegate.scaling.load.forecast_ways import HIGH_SHARE

__all__ = ["offered_at_most", "offered_behind"]

RESHARD_SECONDS = 30
"""UpdateShardCount takes half a minute at least; a minute judged has to lie after it."""


def offered_at_most(
    signals: Signals, shards_changed_at: datetime | None, highest_records_per_second: float
) -> float:
    """Records offered per second for each one taken in the newest minute, from 1 to 2; 1 when
    refusals are falling, or when less than a minute was judged since the shards changed: refusals
    from before the last change of the shard count are no evidence against the new one.

    Producers count every retry as a refusal, so refusals overstate what is offered; and no
    single UpdateShardCount goes beyond double. While less is taken than came before, no more is
    offered than that.
    """
    stream = signals.series.source
    taken = stream.incoming_records.last(60).total
    refused = stream.write_throttles.last(60).total
    if signals.refusals_fall or not taken:
        return 1.0
    if shards_changed_at is not None:
        settled = stream.incoming_records.end - shards_changed_at
        if settled < timedelta(seconds=60 + RESHARD_SECONDS):
            return 1.0
    now, highest = rate_now(stream.incoming_records), highest_records_per_second / HIGH_SHARE
    return min(2.0, 1 + refused / taken, highest / now if now < highest else 2.0)


def offered_behind(
    signals: Signals,
    shards_changed_at: datetime | None,
    highest_records_per_second: float,
    seconds: float,
) -> float:
    """The same for what is behind the stream, which costs more than shards do.

    What was refused before a reshard is still to come, until a minute tells of it. What was not
    refused a few minutes ago rises no faster in the next ``seconds`` than in the fastest of them.
    """
    incoming = signals.series.source.incoming_records
    has_come = shards_changed_at is not None and shards_changed_at <= incoming.last(60).start
    changed_at = shards_changed_at if has_come else None
    most = offered_at_most(signals, changed_at, highest_records_per_second)
    now, steepest = rate_now(incoming), _steepest_rise_before_refusals(signals)
    return most if steepest is None or not now else min(most, 1 + steepest * seconds / now)


def _steepest_rise_before_refusals(signals: Signals) -> float | None:
    """Records a second gained each second, None where all of the newest minutes had refusals."""
    stream = signals.series.source
    refused = stream.write_throttles.last(NOW_SECONDS)
    if all(refused.samples):
        return None
    seen = stream.incoming_records.last(NOW_SECONDS).present
    rise = max((later - earlier for earlier, later in pairwise(seen)), default=0.0)
    return max(0.0, rise) / stream.incoming_records.metric.period_seconds**2
