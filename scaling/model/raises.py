"""Whether the last raise of a lever helped, by the quantity that it was made for.

What kinds of resource ask of a raise; which quantity it is, each says of its own levers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import prod

from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import LOOK_BACK, Window
from tidegate.scaling.load.current_load import HOUR_SECONDS
from tidegate.scaling.model.change_record import ChangeRecord, Lever
from tidegate.scaling.model.effect import (
    EFFECT,
    HELPED,
    LOWERED,
    NOT_SEEN_TO_HELP,
    NOT_SEEN_TO_HELP_YET,
    REMEMBERED,
    SAMPLES,
    SHOWN,
    TAKEN_BACK_BEFORE,
    TAKEN_BACK_LATE,
    in_vain,
    mean_before,
    mean_of,
    mean_since,
)
from tidegate.scaling.model.history import SOMEONE_ELSE, History

__all__ = ["Raises"]

GROWN = 1.1
"""Of the records that come in, as a multiple of those at the raise: what a lever would have to be
short by to be raised again anyway (``recommend.RAISE_MARGIN``)."""

QUARTER = 15
"""Minutes that are compared again and again: of three a twentieth may be noise."""


@dataclass(frozen=True, slots=True)
class Raises:
    """The raises of a pipeline's levers, which have ``capacities`` now."""

    signals: Signals
    history: History
    now: datetime
    capacities: Mapping[Lever, int]

    def of_executions(self, *levers: Lever) -> Iterator[Reason]:
        """Why no more concurrent executions are asked for, which the levers give together; also
        while the last raise of them can't be seen yet, since a processor held up by what it calls
        looks slower with each one more.

        Records that wait are read as fast as they can be: where no more are, it doesn't matter
        that more come in. What readers read that no file names is no part of it.
        """
        read = self.signals.own_reads
        for last in self.last_try(*levers) if self.is_late else ():
            if self.was_cured(last) or not self._adds_executions(last, levers):
                continue
            if self._is_otherwise_since(last, read):
                continue
            since, until = last.begun_at + EFFECT, self._lowered_after(last, levers)
            is_judged = not self._is_after_lowering_executions(last, levers) and (
                until is None or until - last.begun_at >= SHOWN
            )
            if is_judged and mean_before(read, last.begun_at) is None:
                yield from self.until_tried_again(last, *levers)
            unseen = until is None and mean_since(read, since) is None
            if unseen and not self.has_grown(last):
                yield NOT_SEEN_TO_HELP_YET(lever=last.lever, begun_at=last.begun_at)
            if is_judged:
                yield from in_vain(last, read, "records/s read", since, until)

    def is_after_lowering(self, last: ChangeRecord, *levers: Lever) -> bool:
        """Whether the minutes before a raise are in part from before its levers were lowered, by
        whomever: they don't tell what it did."""
        return bool(self._lowerings_before(last, levers))

    def _lowerings(self, levers: tuple[Lever, ...], since: datetime) -> tuple[ChangeRecord, ...]:
        """Those of the changes of these levers after a moment, by whomever, that lowered one."""
        by_others = (
            each for each in self.history.others if each.lever in levers and each.begun_at > since
        )
        made = (*self.history.changes(levers, since), *by_others)
        return tuple(each for each in made if each.to_capacity < each.from_capacity)

    def _lowerings_before(
        self, last: ChangeRecord, levers: tuple[Lever, ...]
    ) -> list[ChangeRecord]:
        made = self._lowerings(levers, last.begun_at - LOWERED)
        return [each for each in made if each.begun_at <= last.begun_at]

    def _is_after_lowering_executions(self, last: ChangeRecord, levers: tuple[Lever, ...]) -> bool:
        """A lever that was lowered along with the raise of another is a part of what is judged."""
        along = last.begun_at - EFFECT
        return any(
            each.begun_at <= along or each.operation == SOMEONE_ELSE
            for each in self._lowerings_before(last, levers)
        )

    def _lowered_after(self, last: ChangeRecord, levers: tuple[Lever, ...]) -> datetime | None:
        """When one of the levers was first lowered since a raise; the minutes from then on don't
        tell what that did."""
        made = self._lowerings(levers, last.begun_at + EFFECT)
        return min((each.begun_at for each in made), default=None)

    def _adds_executions(self, last: ChangeRecord, levers: tuple[Lever, ...]) -> bool:
        """Whether a raise was one of what the levers give together: a plan that halves the one and
        doubles the other raises nothing."""
        before, after = (
            prod(self.history.capacity_at(each, at, self.capacities[each]) for each in levers)
            for at in (last.begun_at - EFFECT, last.begun_at + EFFECT)
        )
        return after > before

    @property
    def is_late(self) -> bool:
        """Whether the age is sick, or would still be over the objective in an hour like this."""
        seen = self.signals
        then = (seen.age_seconds or 0.0) + seen.age_growth * HOUR_SECONDS
        late = seen.is_out_of_objective and then > seen.iterator_age_max_seconds
        return seen.age_is_sick or late

    def until_tried_again(self, last: ChangeRecord, *levers: Lever) -> Iterator[Reason]:
        """A raise whose effect the windows no longer show is tried again, the later the more there
        were of them in the day. One that was taken back is for another load, or the next day."""
        is_another = self.has_grown_since(last.begun_at)
        made = sum(
            change_record.lever in levers and self._is_of_the_day(change_record)
            for change_record in self.history.change_records
        )
        again = last.begun_at + LOOK_BACK * made
        if self.was_taken_back(last) and is_another is not None:
            again = last.begun_at + REMEMBERED
            if not is_another:
                yield TAKEN_BACK_BEFORE(lever=last.lever, begun_at=last.begun_at, again=again)
        elif self.now < again:
            yield NOT_SEEN_TO_HELP(lever=last.lever, begun_at=last.begun_at, again=again)

    def until_caught_up(self, last: ChangeRecord, window: Window) -> Iterator[Reason]:
        """The same where records have waited ever since, for a lever that was to process more of
        them: one that was taken back is not for a larger load either, which finds the same limit,
        but for another limit."""
        if not self.was_taken_back(last):
            yield from self.until_tried_again(last, last.lever)
        elif not self._is_otherwise_since(last, window):
            again = last.begun_at + REMEMBERED
            yield TAKEN_BACK_LATE(lever=last.lever, begun_at=last.begun_at, again=again)

    def last_try(self, *levers: Lever) -> Iterator[ChangeRecord]:
        """The last raise of the levers, also where it was taken back since: it is judged as long as
        one that stands, or the lever would be raised for the same load again."""
        raises = [last for lever in levers for last in self._last_try(lever)]
        if raises:
            yield max(raises, key=lambda change_record: change_record.begun_at)

    def _last_try(self, lever: Lever) -> Iterator[ChangeRecord]:
        raised, back = self.history.taken_back(lever), self.history.last_change_record(lever)
        if raised is None or back is None:
            yield from self.last_raise(lever)
        elif self._is_of_the_day(raised) and self.capacities.get(lever, 0) >= back.to_capacity:
            yield raised

    def was_taken_back(self, last: ChangeRecord) -> bool:
        """Whether the lever was set back since it did not help."""
        return self.history.taken_back(last.lever) == last

    def _is_otherwise_since(self, last: ChangeRecord, window: Window) -> bool:
        """Whether a quantity is by a twentieth another since a raise was taken back than it was
        with and before it, or a while ago: what limits it is another."""
        back = self.history.last_change_record(last.lever)
        if back is None or not self.was_taken_back(last):
            return False
        values = [value for at, value in window.points() if at >= back.begun_at + EFFECT]
        if len(values) < QUARTER:
            return False
        newest = mean_of(values[-QUARTER:], window)
        before = mean_before(window, last.begun_at)
        during = mean_since(window, last.begun_at + EFFECT, back.begun_at)
        if before is None:
            before = during = mean_of(values[:QUARTER], window)
        if newest is None or before is None or during is None:
            return False
        return newest >= HELPED * max(before, during) or newest * HELPED <= min(before, during)

    def forgotten(self, last: ChangeRecord, window: Window) -> Iterator[Reason]:
        """Why a lever whose raise was taken back is not raised again yet, where the windows no
        longer show what was before the raise."""
        if not self.was_taken_back(last) or mean_before(window, last.begun_at) is not None:
            return
        if not self.was_cured(last) and not self._is_otherwise_since(last, window):
            yield from self.until_tried_again(last, last.lever)

    def last_raise(self, *levers: Lever) -> Iterator[ChangeRecord]:
        """The newest of the levers' changes of this day, where that was a raise."""
        change_records = map(self.history.last_change_record, levers)
        raises = [last for last in change_records if last is not None and self._is_a_raise(last)]
        if raises:
            yield max(raises, key=lambda change_record: change_record.begun_at)

    def _is_a_raise(self, last: ChangeRecord) -> bool:
        """One that was rolled back, or set back since, is none."""
        current = self.capacities.get(last.lever, 0)
        stands = self.now - last.begun_at < SHOWN or current >= last.to_capacity
        return self._is_of_the_day(last) and stands

    def _is_of_the_day(self, change_record: ChangeRecord) -> bool:
        is_young = self.now - change_record.begun_at < REMEMBERED
        return is_young and change_record.to_capacity > change_record.from_capacity

    def was_cured(self, last: ChangeRecord) -> bool:
        """Whether the age was well since, for more than an odd minute: what is sick now fell sick
        later."""
        well = self.signals.age_well_seconds
        since = last.begun_at + EFFECT
        return any(age.seconds <= well for age in self.signals.ages if age.at >= since)

    def has_grown(self, last: ChangeRecord, came: Window | None = None) -> bool:
        """Whether the load is another one than at the raise, by what came in."""
        incoming = came or self.signals.series.source.incoming_records
        before = mean_before(incoming, last.begun_at)
        newest = mean_of(incoming.present[-SAMPLES:], incoming)
        return before is not None and newest is not None and newest >= GROWN * before

    def has_grown_since(self, moment: datetime) -> bool | None:
        """Whether a tenth more comes in than at a moment that the windows may no longer show; None
        where that isn't known."""
        incoming = self.signals.series.source.incoming_records
        before, now = self.load_at(moment), self.load_at(incoming.end)
        return None if before is None or now is None else now >= GROWN * before

    def load_at(self, moment: datetime) -> float | None:
        """Records a second that came in just before a moment, or about it by the load's history
        where the windows don't reach back that far; None where neither tells."""
        known = mean_before(self.signals.series.source.incoming_records, moment)
        past = self.signals.load_history
        if known is not None or past is None:
            return known
        period = timedelta(seconds=past.metric.period_seconds)
        sums = (value for at, value in past.points() if at <= moment < at + period)
        return next((each / period.total_seconds() for each in sums), None)
