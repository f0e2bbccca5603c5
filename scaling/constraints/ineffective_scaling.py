"""Ineffective scaling: no raise for the same load before the last one was seen to help.

A raise is judged by the quantity that it was made for: shards by the records accepted, concurrent
executions (which the factor and the shards give together) by the records read, units of a table by
the units consumed, subtasks of an application by the records processed, its KPUs for a full heap
by the heap use. A load that has grown since is not the same load.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.flink_application.state import applications_of
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import LOOK_BACK, Window
from tidegate.scaling.config.levers import CAPACITIES, current_capacities
from tidegate.scaling.constraints import words
from tidegate.scaling.kinds.flink_application.raises import effective_from, heap_raise_in_vain
from tidegate.scaling.kinds.flink_application.sizing import arrivals
from tidegate.scaling.kinds.lambda_mapping.concurrency import factor_of
from tidegate.scaling.load.current_load import HOUR_SECONDS
from tidegate.scaling.model.change_record import ChangeRecord, Lever
from tidegate.scaling.model.effect import (
    EFFECT,
    REMEMBERED,
    SAMPLES,
    SHOWN,
    in_vain,
    mean_before,
    mean_of,
    mean_since,
)
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Constraint, Prohibition, Range
from tidegate.scaling.model.recommendation import Recommendation

__all__ = ["ineffective_scaling_constraints"]

GROWN = 1.1
"""Of the records that come in, as a multiple of those at the raise: what a lever would have to be
short by to be raised again anyway (``recommend.RAISE_MARGIN``)."""


def ineffective_scaling_constraints(
    signals: Signals, history: History, recommendation: Recommendation, now: datetime
) -> Iterator[Constraint]:
    """The constraints on a raise of a lever whose last one has not helped, or not yet been seen to
    help."""
    if recommendation.for_heap:
        yield from map(Prohibition, heap_raise_in_vain(signals, history, recommendation.lever, now))
    if recommendation.wanted <= recommendation.current or recommendation.for_heap:
        return
    judge = _Judge(signals, history, now)
    if recommendation.lever.kind is LeverKind.SHARD_COUNT:
        yield from judge.of_shards(recommendation)
    elif recommendation.lever.kind is LeverKind.PARALLELIZATION_FACTOR:
        yield from map(Prohibition, judge.of_executions(recommendation.lever))
    elif recommendation.lever.kind in CAPACITIES:
        yield from map(Prohibition, judge.of_units(recommendation.lever))
    elif recommendation.lever.kind is LeverKind.PARALLELISM:
        yield from map(Prohibition, judge.of_parallelism(recommendation.lever))


@dataclass(frozen=True, slots=True)
class _Judge:
    signals: Signals
    history: History
    now: datetime

    def of_shards(self, recommendation: Recommendation) -> Iterator[Constraint]:
        """Shards for the records that come in are held only where more of them brought no more
        records in; those for a consumer's sake where they, or its factor, let no more be read."""
        for last in (
            self._last_raise(recommendation.lever) if self.signals.producers_throttled else ()
        ):
            if not self._took_all(last):
                yield from map(Prohibition, in_vain(last, *self._accepted, last.begun_at + EFFECT))
        for consumer in consumers_of(self.signals.pipeline):
            for reason in self.of_executions(factor_of(consumer)):
                yield Range(
                    recommendation.current,
                    max(recommendation.current, recommendation.for_arrivals),
                    reason,
                )

    def of_executions(self, factor: Lever) -> Iterator[Reason]:
        """Why no more concurrent executions are asked for; also while the last raise of them can't
        be seen yet, since a consumer held up by what it calls looks slower with each one more.

        Records that wait are read as fast as they can be: where no more are, it doesn't matter
        that more come in.
        """
        shards = Lever.of(LeverKind.SHARD_COUNT, self.signals.pipeline.source.name)
        read = self.signals.series.source.read_records
        for last in self._last_raise(factor, shards) if self._is_late else ():
            if self._was_cured(last):
                continue
            if mean_before(read, last.begun_at) is None:
                yield from self._until_tried_again(last, factor, shards)
            unseen = mean_since(read, last.begun_at + EFFECT) is None
            if unseen and not self._has_grown(last):
                yield words.NOT_SEEN_TO_HELP_YET(lever=last.lever, begun_at=last.begun_at)
            yield from in_vain(last, read, "records/s read", last.begun_at + EFFECT)

    def of_units(self, lever: Lever) -> Iterator[Reason]:
        """Why no more units are asked for: those that were added are not consumed."""
        series = self.signals.series.capacities[lever.where]
        writes = lever.kind is LeverKind.WRITE_CAPACITY
        consumed = series.consumed_write_units if writes else series.consumed_read_units
        # What reads are refused for is no age.
        for last in self._last_raise(lever) if self._is_late or not writes else ():
            if not self._has_grown(last):
                yield from in_vain(last, consumed, "units/s consumed", last.begun_at + SHOWN)

    def of_parallelism(self, lever: Lever) -> Iterator[Reason]:
        """Why a job gets no more subtasks: those that the last raise gave it process no more
        records. That the age falls is no sign that they do: a load that fell does it as well."""
        application = next(
            a for a in applications_of(self.signals.pipeline) if a.name == lever.where
        )
        series = self.signals.application(application)
        processed, came = series.records_per_second, arrivals(self.signals, application)
        for last in self._last_raise(lever) if self.signals.age_is_sick else ():
            if self._has_grown(last, came):
                continue
            since = effective_from(series, last.begun_at)
            if mean_since(processed, since) is None:
                yield words.NOT_SEEN_TO_HELP_YET(lever=last.lever, begun_at=last.begun_at)
            if mean_before(processed, last.begun_at) is None and not self._was_cured(last):
                yield from self._until_tried_again(last, lever)
            yield from in_vain(last, processed, "records/s processed", since)

    @property
    def _is_late(self) -> bool:
        """Whether the age is sick, or would still be over the objective in an hour like this."""
        seen = self.signals
        then = (seen.age_seconds or 0.0) + seen.age_growth * HOUR_SECONDS
        late = seen.is_out_of_objective and then > seen.iterator_age_max_seconds
        return seen.age_is_sick or late

    @property
    def _accepted(self) -> tuple[Window, str]:
        """What came in, by the limit of a shard that it is nearer to."""
        by_records, by_bytes = self.signals.stream_utilization
        stream = self.signals.series.source
        if by_bytes > by_records:
            return stream.incoming_bytes, "accepted bytes/s"
        return stream.incoming_records, "accepted records/s"

    def _took_all(self, last: ChangeRecord) -> bool:
        """Whether a minute since the raise refused nothing: what is refused now came later."""
        refused = self.signals.series.source.write_throttles.points()
        return any(not count for at, count in refused if at >= last.begun_at + EFFECT)

    def _until_tried_again(self, last: ChangeRecord, *levers: Lever) -> Iterator[Reason]:
        """A raise whose effect the windows no longer show is tried again, the later the more there
        were of them in the day."""
        made = sum(
            change_record.lever in levers and self._is_of_the_day(change_record)
            for change_record in self.history.change_records
        )
        again = last.begun_at + LOOK_BACK * made
        if self.now < again:
            yield (words.NOT_SEEN_TO_HELP(lever=last.lever, begun_at=last.begun_at, again=again))

    def _last_raise(self, *levers: Lever) -> Iterator[ChangeRecord]:
        """The newest of the levers' changes of this day, where that was a raise."""
        change_records = map(self.history.last_change_record, levers)
        raises = [last for last in change_records if last is not None and self._is_a_raise(last)]
        if raises:
            yield max(raises, key=lambda change_record: change_record.begun_at)

    def _is_a_raise(self, last: ChangeRecord) -> bool:
        """One that was rolled back, or set back since, is none."""
        current = current_capacities(self.signals.pipeline).get(last.lever, 0)
        stands = self.now - last.begun_at < SHOWN or current >= last.to_capacity
        return self._is_of_the_day(last) and stands

    def _is_of_the_day(self, change_record: ChangeRecord) -> bool:
        is_young = self.now - change_record.begun_at < REMEMBERED
        return is_young and change_record.to_capacity > change_record.from_capacity

    def _was_cured(self, last: ChangeRecord) -> bool:
        """Whether the age was well since, for more than an odd minute: what is sick now fell sick
        later."""
        well = self.signals.age_well_seconds
        since = last.begun_at + EFFECT
        return any(age.seconds <= well for age in self.signals.ages if age.at >= since)

    def _has_grown(self, last: ChangeRecord, came: Window | None = None) -> bool:
        incoming = came or self.signals.series.source.incoming_records
        before = mean_before(incoming, last.begun_at)
        newest = mean_of(incoming.present[-SAMPLES:], incoming)
        return before is not None and newest is not None and newest >= GROWN * before
