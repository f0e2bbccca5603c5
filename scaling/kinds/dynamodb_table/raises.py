"""Whether more units of a table were consumed."""

from collections.abc import Iterator
from dataclasses import replace
from math import ceil

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.dynamodb_table.state import tables_of
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import Window
from tidegate.scaling.model.change_record import ChangeRecord, Lever
from tidegate.scaling.model.effect import SAMPLES, SHOWN, in_vain
from tidegate.scaling.model.raises import Raises
from tidegate.scaling.model.recommendation import Recommendation

__all__ = ["units_in_vain", "units_taken_back"]

QUARTER_SECONDS = 900
"""As long as the low alarms of Application Auto Scaling look back (target tracking guide)."""


def units_in_vain(raises: Raises, lever: Lever) -> Iterator[Reason]:
    """Why no more units are asked for: those that were added are not consumed."""
    writes = lever.kind is LeverKind.WRITE_CAPACITY
    consumed, _ = _consumed_and_refused(raises.signals, lever)
    # What reads are refused for is no age.
    for last in raises.last_try(lever) if raises.is_late or not writes else ():
        if not raises.has_grown(last) and not raises.is_after_lowering(last, lever):
            yield from in_vain(last, consumed, "units/s consumed", last.begun_at + SHOWN)
            yield from raises.forgotten(last, consumed)


def units_taken_back(
    signals: Signals, last: ChangeRecord, back: Recommendation
) -> Recommendation | None:
    """Not below the units of any minute of the last quarter of an hour; and not where requests were
    refused before the raise and none are now: then it helped them."""
    consumed, refused = _consumed_and_refused(signals, back.lever)
    before = [count for at, count in refused.points() if at < last.begun_at]
    if any(before[-SAMPLES:]) and not refused.last(RECENT_SECONDS).total:
        return None
    used = (consumed.last(QUARTER_SECONDS).peak or 0.0) / consumed.metric.period_seconds
    return replace(back, wanted=max(back.wanted, ceil(used)))


def _consumed_and_refused(signals: Signals, lever: Lever) -> tuple[Window, Window]:
    capacities = (each for table in tables_of(signals.pipeline) for each in table.capacities)
    series = signals.of(next(each for each in capacities if each.where == lever.where))
    if lever.kind is LeverKind.WRITE_CAPACITY:
        return series.consumed_write_units, series.write_throttles
    return series.consumed_read_units, series.read_throttles
