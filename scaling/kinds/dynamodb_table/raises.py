"""Whether more units of a table were consumed."""

from collections.abc import Iterator

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.dynamodb_table.state import tables_of
from tidegate.rules.reason import Reason
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.effect import SHOWN, in_vain
from tidegate.scaling.model.raises import Raises

__all__ = ["units_in_vain"]


def units_in_vain(raises: Raises, lever: Lever) -> Iterator[Reason]:
    """Why no more units are asked for: those that were added are not consumed."""
    tables = tables_of(raises.signals.pipeline)
    capacities = (each for table in tables for each in table.capacities)
    series = raises.signals.of(next(each for each in capacities if each.where == lever.where))
    writes = lever.kind is LeverKind.WRITE_CAPACITY
    consumed = series.consumed_write_units if writes else series.consumed_read_units
    # What reads are refused for is no age.
    for last in raises.last_raise(lever) if raises.is_late or not writes else ():
        if not raises.has_grown(last) and not raises.is_after_lowering(last, lever):
            yield from in_vain(last, consumed, "units/s consumed", last.begun_at + SHOWN)
