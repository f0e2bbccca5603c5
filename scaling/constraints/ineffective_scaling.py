"""Ineffective scaling: no raise for the same load before the last one was seen to help.

A raise is judged by the quantity that it was made for: shards by the records accepted, concurrent
executions (which the factor and the shards give together) by the records read, units of a table by
the units consumed, an application by the records processed. A load that has grown since is not the
same load.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.readings import RECENT_SECONDS, Readings
from tidegate.rules.reason import Reason
from tidegate.rules.window import LOOK_BACK, Window
from tidegate.scaling.config.levers import APPLICATION_LEVERS, CAPACITIES, current_capacities
from tidegate.scaling.load.concurrency import factor_of
from tidegate.scaling.load.current_load import HOUR_SECONDS
from tidegate.scaling.model.change_record import Entry, Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Constraint, Prohibition, Range
from tidegate.scaling.model.reason import ReasonKind
from tidegate.scaling.model.recommendation import Wish

__all__ = ["futility_constraints"]

HELPED = 1.05
"""Of the quantity afterwards, as a multiple of before: a twentieth is noise."""

GROWN = 1.1
"""Of the records that come in, as a multiple of those at the raise: what a lever would have to be
short by to be raised again anyway (``recommend.RAISE_MARGIN``)."""

EFFECT = timedelta(seconds=60)
"""Minutes that began sooner after a raise are partly from before it: metrics come by the minute."""

SHOWN = timedelta(seconds=RECENT_SECONDS)
"""When a raise shows for sure, late metrics included."""

SAMPLES, SAMPLES_AT_LEAST = 3, 2
REMEMBERED = timedelta(days=1)


def futility_constraints(
    readings: Readings, history: History, wish: Wish, now: datetime
) -> Iterator[Constraint]:
    """What holds a raise of a lever whose last one has not helped, or not yet been seen to help."""
    if wish.wanted <= wish.current:
        return
    judge = _Judge(readings, history, now)
    if wish.lever.kind is LeverKind.SHARD_COUNT:
        yield from judge.of_shards(wish)
    elif wish.lever.kind is LeverKind.PARALLELIZATION_FACTOR:
        yield from map(Prohibition, judge.of_executions(wish.lever))
    elif wish.lever.kind in CAPACITIES:
        yield from map(Prohibition, judge.of_units(wish.lever))
    elif wish.lever.kind in APPLICATION_LEVERS:
        yield from map(Prohibition, judge.of_application(wish.lever))


@dataclass(frozen=True, slots=True)
class _Judge:
    readings: Readings
    history: History
    now: datetime

    def of_shards(self, wish: Wish) -> Iterator[Constraint]:
        """Shards for the records that come in are held only where more of them brought no more
        records in; those for a consumer's sake where they, or its factor, let no more be read."""
        for last in self._last_raise(wish.lever) if self.readings.producers_throttled else ():
            if not self._took_all(last):
                yield from map(Prohibition, _in_vain(last, *self._accepted, EFFECT))
        for consumer in self.readings.pipeline.consumers:
            for reason in self.of_executions(factor_of(consumer)):
                yield Range(
                    wish.current,
                    max(wish.current, wish.for_arrivals),
                    reason,
                )

    def of_executions(self, factor: Lever) -> Iterator[Reason]:
        """Why no more concurrent executions are asked for; also while the last raise of them can't
        be seen yet, since a consumer held up by what it calls looks slower with each one more.

        Records that wait are read as fast as they can be: where no more are, it doesn't matter
        that more come in.
        """
        shards = Lever.of(LeverKind.SHARD_COUNT, self.readings.pipeline.stream.name)
        read = self.readings.vitals.stream.read_records
        for last in self._last_raise(factor, shards) if self._is_late else ():
            if self._was_cured(last):
                continue
            if _mean_before(read, last.begun_at) is None:
                yield from self._until_tried_again(last, factor, shards)
            unseen = _mean_since(read, last.begun_at + EFFECT) is None
            if unseen and not self._has_grown(last):
                yield Reason.of(
                    ReasonKind.INEFFECTIVE,
                    "the raise of {lever} at {begun_at:%H:%M} is not seen to help yet",
                    lever=last.lever,
                    begun_at=last.begun_at,
                )
            yield from _in_vain(last, read, "records/s read", EFFECT)

    def of_units(self, lever: Lever) -> Iterator[Reason]:
        """Why no more units are asked for: those that were added are not consumed."""
        vitals = self.readings.vitals.capacities[lever.where]
        writes = lever.kind is LeverKind.WRITE_CAPACITY
        consumed = vitals.consumed_write_units if writes else vitals.consumed_read_units
        for last in self._last_raise(lever) if self._is_late else ():
            if not self._has_grown(last):
                yield from _in_vain(last, consumed, "units/s consumed", SHOWN)

    def of_application(self, lever: Lever) -> Iterator[Reason]:
        """Why a job gets no more of it: the raise before let it process no more records. While the
        age falls, a restart may only just be over."""
        vitals = self.readings.vitals.applications[lever.where]
        grows = self.readings.is_out_of_objective and self.readings.age_growth >= 0
        for last in self._last_raise(lever) if grows else ():
            if not self._has_grown(last):
                yield from _in_vain(last, vitals.records_per_second, "records processed", SHOWN)

    @property
    def _is_late(self) -> bool:
        """Whether the age is sick, or would still be over the objective in an hour like this."""
        seen = self.readings
        then = (seen.age_seconds or 0.0) + seen.age_growth * HOUR_SECONDS
        late = seen.is_out_of_objective and then > seen.iterator_age_max_seconds
        return seen.age_is_sick or late

    @property
    def _accepted(self) -> tuple[Window, str]:
        """What came in, by the limit of a shard that it is nearer to."""
        by_records, by_bytes = self.readings.stream_utilization
        stream = self.readings.vitals.stream
        if by_bytes > by_records:
            return stream.incoming_bytes, "accepted bytes/s"
        return stream.incoming_records, "accepted records/s"

    def _took_all(self, last: Entry) -> bool:
        """Whether a minute since the raise refused nothing: what is refused now came later."""
        refused = self.readings.vitals.stream.write_throttles.points()
        return any(not count for at, count in refused if at >= last.begun_at + EFFECT)

    def _until_tried_again(self, last: Entry, *levers: Lever) -> Iterator[Reason]:
        """A raise whose effect the windows no longer tell is tried again, the later the more there
        were of them in the day."""
        made = sum(
            entry.lever in levers and self._is_of_the_day(entry) for entry in self.history.entries
        )
        again = last.begun_at + LOOK_BACK * made
        if self.now < again:
            yield (
                Reason.of(
                    ReasonKind.INEFFECTIVE,
                    "the raise of {lever} at {begun_at:%H:%M} was not seen to help; another is "
                    "tried at {again:%H:%M}",
                    lever=last.lever,
                    begun_at=last.begun_at,
                    again=again,
                )
            )

    def _last_raise(self, *levers: Lever) -> Iterator[Entry]:
        """The newest of the levers' changes of this day, where that was a raise."""
        entries = map(self.history.last_entry, levers)
        raises = [last for last in entries if last is not None and self._is_a_raise(last)]
        if raises:
            yield max(raises, key=lambda entry: entry.begun_at)

    def _is_a_raise(self, last: Entry) -> bool:
        """One that was rolled back, or set back since, is none."""
        current = current_capacities(self.readings.pipeline).get(last.lever, 0)
        stands = self.now - last.begun_at < SHOWN or current >= last.to_capacity
        return self._is_of_the_day(last) and stands

    def _is_of_the_day(self, entry: Entry) -> bool:
        is_young = self.now - entry.begun_at < REMEMBERED
        return is_young and entry.to_capacity > entry.from_capacity

    def _was_cured(self, last: Entry) -> bool:
        """Whether the age was well since, for more than an odd minute: what is ill now fell ill
        later."""
        well = self.readings.age_well_seconds
        since = last.begun_at + EFFECT
        return any(age.seconds <= well for age in self.readings.ages if age.at >= since)

    def _has_grown(self, last: Entry) -> bool:
        incoming = self.readings.vitals.stream.incoming_records
        before = _mean_before(incoming, last.begun_at)
        newest = _mean(incoming.present[-SAMPLES:], incoming)
        return before is not None and newest is not None and newest >= GROWN * before


def _in_vain(last: Entry, window: Window, what: str, effect: timedelta) -> Iterator[Reason]:
    """Why a raise is one in vain, by the sums before it and from ``effect`` after it on."""
    before = _mean_before(window, last.begun_at)
    since = _mean_since(window, last.begun_at + effect)
    if before is not None and since is not None and since < HELPED * before:
        yield (
            Reason.of(
                ReasonKind.INEFFECTIVE,
                "the raise of {lever} from {from_capacity:,} to {to_capacity:,} at "
                "{begun_at:%H:%M} did not help: {before:,.0f} {what} before, {since:,.0f} since",
                lever=last.lever,
                from_capacity=last.from_capacity,
                to_capacity=last.to_capacity,
                begun_at=last.begun_at,
                before=before,
                what=what,
                since=since,
            )
        )


def _mean_before(window: Window, moment: datetime) -> float | None:
    """Of the minutes before a moment, a second; None where they are not told, or no longer."""
    before = [value for at, value in window.points() if moment - SHOWN <= at <= moment - EFFECT]
    return _mean(before, window)


def _mean_since(window: Window, moment: datetime) -> float | None:
    return _mean([value for at, value in window.points() if at >= moment][-SAMPLES:], window)


def _mean(values: Sequence[float], window: Window) -> float | None:
    if len(values) < SAMPLES_AT_LEAST:
        return None
    return sum(values) / len(values) / window.metric.period_seconds
