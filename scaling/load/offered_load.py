"""How much more producers offer than the source takes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.load.current_load import NOW_SECONDS, rate_now
from tidegate.scaling.load.forecast_ways import HIGH_SHARE

__all__ = ["CameMost", "SourceChange", "offered_at_most", "offered_behind"]


@dataclass(frozen=True, slots=True)
class SourceChange:
    """When how much the source takes was last changed, and how long such a change takes at least:
    a minute judged has to lie after it."""

    at: datetime
    takes_seconds: float


@dataclass(frozen=True, slots=True)
class CameMost:
    """The most that ever came, 0 where that isn't known, and whether the source takes no more as a
    whole: what a full one took is its limit, and not what was offered."""

    records_per_second: float
    is_full: bool

    def bound(self, now: float) -> float:
        """How many times what comes ``now``, in records a second, may be offered by that; at most
        2."""
        highest = self.records_per_second
        if self.is_full and now >= HIGH_SHARE * highest:
            return 2.0
        return highest / HIGH_SHARE / now if now < highest / HIGH_SHARE else 2.0


def offered_at_most(signals: Signals, change: SourceChange | None, came: CameMost) -> float:
    """Records offered per second for each one taken in the newest minute, from 1 to 2; 1 when
    refusals are falling, or when less than a minute was judged since the source changed: refusals
    from before its last change are no evidence against what it takes now.

    Producers count every retry as a refusal, so refusals overstate what is offered; and no
    single change goes beyond double. No more is offered than came before, unless a full source may
    have held that down.
    """
    stream = signals.series.source
    taken = stream.incoming_records.last(60).total
    refused = stream.write_throttles.last(60).total
    if signals.refusals_fall or not taken:
        return 1.0
    if change is not None:
        settled = stream.incoming_records.end - change.at
        if settled < timedelta(seconds=60 + change.takes_seconds):
            return 1.0
    return min(2.0, 1 + refused / taken, came.bound(rate_now(stream.incoming_records)))


def offered_behind(
    signals: Signals,
    change: SourceChange | None,
    came: CameMost,
    seconds: float,
) -> float:
    """The same for what is behind the source, which costs more than the source does.

    What was refused before it changed is still to come, until a minute tells of it. What was not
    refused a few minutes ago rises no faster in the next ``seconds`` than in the fastest of them.
    """
    incoming = signals.series.source.incoming_records
    has_come = change is not None and change.at <= incoming.last(60).start
    most = offered_at_most(signals, change if has_come else None, came)
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
