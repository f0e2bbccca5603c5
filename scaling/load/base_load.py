"""What records cost of a resource that others use as well: a base load, and a part for each record.

A web API that reads a table, another pipeline that writes to it: their units don't grow with the
stream's load. A ratio through the origin takes them for the stream's, and multiplies them by its
growth. How much is theirs shows where the load varied; what isn't shown to be theirs is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, inf, sqrt
from statistics import NormalDist, median

from tidegate.rules.window import Window

__all__ = [
    "RecordCost",
    "UseMinute",
    "Used",
    "constant_cost",
    "cost_of_records",
    "held_against",
    "ratio_cost",
    "within_refusals",
]

MINUTES_OF_NOW = 30
"""What a record costs now, and what others use now, is the median of so many of the newest."""
VARIED_SHARE = 0.05
"""The least range of a load, as a share of its highest, that shows what follows it."""
LAG_MULTIPLE = 20
"""Records come in one minute and are worked on in the next, which looks like a load that varies and
costs nothing, and makes a slope too flat. Over a range of so many median lags (13 standard
deviations) by less than a tenth (Fuller, "Measurement Error Models", 1987, section 1.1)."""
CENSORED_SHARE = 0.9
"""What is held back by seconds leaves some units of its minute, as where a table throttles."""
SURE = NormalDist().inv_cdf(0.95)
POINTS_MAX = 180
"""Of a longer window one minute in several is compared: two weeks have a hundred million pairs."""
BEYOND_RATIO = 1.25
"""A load so much above all others is none that a slope between those tells of."""
LEAST_BASE_SHARE = 0.05
"""A base load that is less of what is used is not told from a ratio that is a little off."""
ONE_RECORD = 1 / 300
"""Records a second of one record in five minutes, the longest period that is compared. Less is no
count of records: an odd sample, and a unit divided by it is no cost of a record."""


@dataclass(frozen=True, slots=True)
class Used:
    """What was ``consumed`` of a resource, by whomever; ``of_reads`` or of writes. A minute that
    took ``units_per_second_most`` shows what the resource is able to, not what was asked of it.
    ``refused`` are its requests that were refused, of ``units_per_request`` each, which a record
    that is written as one item costs as well."""

    consumed: Window
    of_reads: bool
    units_per_second_most: float = inf
    refused: Window | None = None
    units_per_request: float = 1.0

    def is_censored(self, units_per_second: float) -> bool:
        """Whether so many are as good as all that it takes."""
        return units_per_second >= CENSORED_SHARE * self.units_per_second_most


@dataclass(frozen=True, slots=True)
class UseMinute:
    """One minute, in records and units a second: ``arrivals`` came in, ``records`` were worked on,
    and ``units`` were used, by whomever, while as many as ``refused`` were refused."""

    arrivals: float
    records: float
    units: float
    refused: float = 0.0


@dataclass(frozen=True, slots=True)
class RecordCost:
    """Units a second that are used whatever the load, and units for each record.

    ``base_units_most`` is the base load of its busiest minute. ``is_told`` is False where the load
    has not varied: base load and records can't be told apart then.
    """

    base_units: float
    units_per_record: float
    base_units_most: float = 0.0
    is_told: bool = True

    def units(self, records_per_second: float) -> float:
        """Units a second with so many records."""
        return self.base_units + self.units_per_record * records_per_second


def ratio_cost(minutes: Sequence[UseMinute]) -> RecordCost | None:
    """All units as the records' own: the median minute's. None where no minute has records."""
    ratios = [each.units / each.records for each in minutes if each.records >= ONE_RECORD]
    if not ratios:
        return None
    return RecordCost(0.0, median(ratios[-MINUTES_OF_NOW:]), is_told=False)


def constant_cost(minutes: Sequence[UseMinute]) -> RecordCost | None:
    """No unit as the records' own."""
    if not minutes:
        return None
    return _beside(0.0, minutes, is_told=False)


def cost_of_records(minutes: Sequence[UseMinute]) -> RecordCost | None:
    """The base load and the part for each record; None where the load did not vary enough.

    The part is the largest that what was used in the quiet and the busy minutes leaves possible:
    the upper 95 % limit of the slope between them (Hodges and Lehmann 1963; Mann and Whitney 1947),
    and never more than the ratio through the origin: the base load is the least, and for a larger
    load no more is planned than by the ratio. A fifth of the minutes may be odd.
    """
    whole = ratio_cost(minutes)
    thinned = minutes[:: -ceil(len(minutes) / POINTS_MAX)] if minutes else ()
    slope = _slope_at_most(thinned)
    if whole is None or slope is None:
        return None
    each = min(whole.units_per_record, max(0.0, slope))
    if each >= (1 - LEAST_BASE_SHARE) * whole.units_per_record:
        return RecordCost(0.0, whole.units_per_record)
    return _beside(each, minutes, is_told=True)


def held_against(
    cost: RecordCost, fitted: Sequence[UseMinute], newest: Sequence[UseMinute]
) -> RecordCost:
    """The cost with at least the part for each record that the newest minutes show, where they have
    more records than any minute that it was ``fitted`` to. A part that hides in a load of 5
    records/s must not be missed at 900; and what a table refuses, it has not used."""
    most = max(ONE_RECORD, BEYOND_RATIO * max(each.records for each in fitted))
    beyond = [each for each in newest if each.records > most]
    if not beyond:
        return cost
    shown = median((each.units - cost.base_units) / each.records for each in beyond)
    return replace(cost, units_per_record=max(cost.units_per_record, shown))


def within_refusals(
    flat: Sequence[UseMinute], newest: Sequence[UseMinute], least: float
) -> RecordCost | None:
    """All units as the records' own, where the load was ``flat``; but no more for each record than
    ``newest`` minutes that refuse leave possible, where they have more records.

    More records ask for more units by what a record costs. What was asked for is at most what was
    used and what was refused: retries are refused again, and count for more. Each record costs
    ``least`` units at least, where the ratio through the origin isn't less.
    """
    whole = ratio_cost(flat)
    if whole is None:
        return None
    usual = [each for each in flat if each.records >= ONE_RECORD][-MINUTES_OF_NOW:]
    records = median([each.records for each in usual])
    units = median([each.units for each in usual])
    beyond = [each for each in newest if each.records > BEYOND_RATIO * records]
    if not any(each.refused for each in beyond):
        found = _by_arrivals(newest, records, units)
        more = inf if found is None or beyond else found
    else:
        more = median(
            [(each.units + each.refused - units) / (each.records - records) for each in beyond]
        )
    if max(least, more) >= (1 - LEAST_BASE_SHARE) * whole.units_per_record:
        return whole
    return _beside(max(least, more), flat, is_told=True)


def _by_arrivals(newest: Sequence[UseMinute], records: float, units: float) -> float | None:
    """What each record asks for where all that is added is refused, or nearly all: no more are
    worked on than usual, but more came in, and those asked for what was used and refused beyond the
    usual. At least what the few that were worked on used; None where no minute tells.

    That may be too little, where only some of them were tried. As soon as a raise lets more of them
    be written, those show it.
    """
    came = [each for each in newest if each.refused and each.arrivals > BEYOND_RATIO * records]
    if not came:
        return None
    asked = median(
        [(each.units + each.refused - units) / (each.arrivals - records) for each in came]
    )
    more = [each for each in came if each.records > (1 + VARIED_SHARE) * records]
    shown = [(each.units - units) / (each.records - records) for each in more]
    return max(asked, median(shown)) if shown else asked


def _beside(each: float, minutes: Sequence[UseMinute], *, is_told: bool) -> RecordCost:
    """What is left as a base load where a record costs so much."""
    left = [max(0.0, minute.units - each * minute.records) for minute in minutes]
    return RecordCost(median(left[-MINUTES_OF_NOW:]), each, max(left), is_told)


def _slope_at_most(minutes: Sequence[UseMinute]) -> float | None:
    """Units for each record more, from the lowest third of the range of the loads to the highest.
    One odd minute at either end is no range."""
    loads = sorted(each.records for each in minutes)
    if len(loads) < 4:
        return None
    low, high = loads[1], loads[-2]
    lag = median([abs(each.arrivals - each.records) for each in minutes])
    if high - low < max(VARIED_SHARE * high, LAG_MULTIPLE * lag) or high == low:
        return None
    third = (high - low) / 3
    quiet = [each for each in minutes if each.records <= low + third]
    busy = [each for each in minutes if each.records >= high - third]
    slopes = sorted(
        [(up.units - down.units) / (up.records - down.records) for down in quiet for up in busy]
    )
    pairs, points = len(slopes), len(quiet) + len(busy)
    rank = 0.5 + SURE * sqrt((points + 1) / (12 * pairs))
    return slopes[min(pairs - 1, ceil(rank * pairs) - 1)]
