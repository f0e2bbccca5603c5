"""What the current load, with its backlog, needs of every lever during an incident."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf

from tidegate.rules.blocking import blocks_capacity
from tidegate.rules.cause import Diagnosis
from tidegate.rules.graph import Role
from tidegate.rules.kinds.signals import rate
from tidegate.rules.reason import Reason
from tidegate.scaling.load.burst_baseline import HEADROOM
from tidegate.scaling.load.current_load import Load, load_now, load_of_the_hour, unread
from tidegate.scaling.load.horizons import ForecastHorizons, answer_seconds
from tidegate.scaling.load.offered_load import CameMost, offered_at_most, offered_behind
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.roles import (
    capacity_causes,
    plannings,
    role_of,
    source_change,
    source_demands,
    uneven_causes,
)
from tidegate.scaling.model.sinks import Refusal, Sink
from tidegate.scaling.recommend.actuation_delay import ActuationDelay
from tidegate.scaling.recommend.demands import Demands, by_lever
from tidegate.scaling.recommend.learned import Model
from tidegate.scaling.recommend.sizing import is_full, size, size_source
from tidegate.scaling.recommend.unexplained_use import is_unexplained

__all__ = ["ScaleOut"]


@dataclass(frozen=True, slots=True)
class ScaleOut:
    """All that the needs of one look depend on."""

    look: Look
    model: Model
    expected: ForecastHorizons | None

    def demands(self) -> Demands:
        """What is needed of every lever."""
        wide = self._wide_enough(self.model)
        load, said = self._let_in(wide), self.look.said
        spread = self.model.units_waited_in(self.look.signals)
        needed = by_lever(size(self.model, load, said, spread)) | _by_lever(wide)
        self._withhold(needed)
        self._escalate(needed)
        self._add_refused(needed)
        if wide is not None and self.look.signals.refusals_fall:
            needed.pop(wide.lever, None)
        return needed | by_lever(source_demands(self.model.pipeline, self.look.diagnoses))

    def for_arrivals(self) -> Demand | None:
        """The source for the records that come in, whatever state their readers are in; None where
        its capacity has no units."""
        return self._wide_enough(self.model.of_arrivals())

    def _wide_enough(self, model: Model) -> Demand | None:
        """The source for what producers offer, and for what comes when a change is in effect."""
        source = self.model.source
        if source is None:
            return None
        change, said = source_change(self.model.pipeline, self.look.history), self.look.said
        most = offered_at_most(self.look.signals, change, self._came_most)
        coming = self._actuation_delay.risen(self._load(1.0))
        loads = (self._load(most), coming)
        demands = (size_source(model, source, load, said) for load in loads)
        return max(demands, key=lambda demand: demand.capacity)

    def _let_in(self, wide: Demand | None) -> Load:
        """What the processors and sinks get: refusals from before the source changed are no
        evidence against what it takes now, but what was refused then is still to come, as fast as
        the source takes it."""
        coming = self._coming(self._load(self._offered_behind))
        source = self.model.source
        if source is None or wide is None:
            return coming
        widened = min(source.step_most * source.count, max(source.count, wide.capacity))
        return coming.let_in(*source.lets_in(widened))

    def running_out(self) -> dict[Lever, Reason]:
        """The sinks whose units and burst credits don't cover the load until a change made now
        takes effect, and why: a minute later more would wait."""
        records = self._until_answered(self._now(self._offered_behind))
        return {
            each.lever: each.why_running_out(records)
            for each in self.model.sinks
            if self._actuation_delay.piling_up(each, records) > 0
        }

    def borne(self) -> frozenset[Lever]:
        """Sinks whose burst credits cover the current spike even if it grows to the largest seen:
        an increase would be too late."""
        return frozenset(each.lever for each in self.model.sinks if self._is_borne(each))

    def _is_borne(self, sink: Sink) -> bool:
        stands = None if self.expected is None else self.expected.standing
        cost, fixed = sink.cost, self.look.said.sink_utilization
        if stands is None or cost is None or not cost.units_per_record:
            return False
        if fixed or self.look.signals.is_out_of_objective:
            return False
        incoming = self.look.signals.series.source.incoming_records
        if cost.units(rate(incoming)) > sink.units_per_second_most:
            return False
        coming = stands.still_to_come(incoming, self.look.said.catch_up_seconds)
        if coming is None or sink.units < cost.units(stands.records_per_second / HEADROOM):
            return False
        left = max(0.0, sink.units - cost.base_units)
        waiting = left * self.look.signals.iterator_age_max_seconds / 2
        return coming * cost.units_per_record <= sink.burst_credit_units + waiting

    @property
    def _actuation_delay(self) -> ActuationDelay:
        incoming = self.look.signals.series.source.incoming_records
        seconds = answer_seconds(self.look.now - incoming.end)
        return ActuationDelay(seconds, incoming, self.look.history, self.expected)

    def _until_answered(self, load: Load) -> float:
        """Records a second that are let in, on average until a change made now takes effect."""
        coming = self._actuation_delay.mean(load, self._coming(load))
        source = self.model.source
        if source is not None:
            coming = coming.let_in(*source.lets_in(source.count))
        return coming.records_per_second

    def _coming(self, load: Load) -> Load:
        """What comes when a change is in effect, the rest of a jump too where a sink is short."""
        delay = self._actuation_delay
        return delay.jumped(load) if self._short_of_capacity else delay.risen(load)

    @property
    def _short_of_capacity(self) -> frozenset[str]:
        """Where a sink is ill for want of capacity."""
        causes = capacity_causes(self.model.pipeline)
        return frozenset([each.where for each in self.look.diagnoses if each.cause in causes])

    @property
    def _offered_behind(self) -> float:
        look, seconds = self.look, self._actuation_delay.seconds
        change = source_change(self.model.pipeline, look.history)
        return offered_behind(look.signals, change, self._came_most, seconds)

    @property
    def _came_most(self) -> CameMost:
        most = 0.0 if self.expected is None else self.expected.highest_records_per_second
        refuses, source = self.look.signals.producers_throttled > 0, self.model.source
        return CameMost(most, refuses and is_full(source, self._now(1.0), self.look.said))

    def _now(self, offered: float) -> Load:
        return self._curable(load_now(self.look.signals, offered, self.look.said.catch_up_seconds))

    def _load(self, offered: float) -> Load:
        load = self._now(offered)
        load = replace(load, backlog_at_most=self._backlog(load))
        if self.expected is None:
            return load
        return load.at_least(self.expected.soon.likely)

    def _backlog(self, load: Load) -> float:
        """What has to be drained: behind a sink that is short, or will be, all that will wait
        when a change is in effect, but for what is healthy."""
        records = self._until_answered(load)
        piling = max(
            (self._actuation_delay.piling_up(each, records) for each in self.model.sinks),
            default=-inf,
        )
        bearable = records * self.look.signals.age_well_seconds
        curable = not any(blocks_capacity(each) for each in self.look.diagnoses)
        if self._short_of_capacity and curable:
            return max(0.0, unread(self.look.signals) + piling - bearable)
        return max(load.to_drain, piling - bearable)

    def _curable(self, load: Load) -> Load:
        """The load without what capacity doesn't cure: a backlog behind a cause that blocks it, or
        that the last change was sized for, and refusals that come from a part of the source."""
        if any(blocks_capacity(each) for each in self.look.diagnoses) or self._was_sized_for():
            load = load.without_backlog()
        if self._is_uneven:
            load = load.at_most(load_of_the_hour(self.look.signals))
        return load

    @property
    def _is_uneven(self) -> bool:
        causes = uneven_causes(self.model.pipeline)
        return any(each.cause in causes for each in self.look.diagnoses)

    def _was_sized_for(self) -> bool:
        """Whether the last change is to be waited for: not when it only followed the load, so that
        the age is over the objective and still grows."""
        seen = self.look.signals
        grows = seen.is_out_of_objective and seen.age_growth > 0
        return seen.is_in_cooldown and not grows

    def _withhold(self, needed: Demands) -> None:
        """Drop the demands that would not help beside an incident that only a person cures."""
        for diagnosis in self.look.diagnoses:
            if blocks_capacity(diagnosis):
                self._withhold_beside(diagnosis, needed)

    def _withhold_beside(self, incurable: Diagnosis, needed: Demands) -> None:
        """All but what sinks need that are ill themselves, and the source for what comes in."""
        stay = self._short_of_capacity - {incurable.where}
        for lever in list(needed):
            is_sink = role_of(lever, self.model.pipeline) is Role.SINK
            if not (is_sink and lever.where in stay):
                del needed[lever]
        needed |= _by_lever(self.for_arrivals())

    def _escalate(self, needed: Demands) -> None:
        """Double a capacity that goes on throttling although the load was met.

        Not while the age is well, not before the last change of any lever shows in the metrics,
        not when the newest minute throttled nothing any more, and not while all of it is used for
        more than the load: that is a drain.
        """
        if not self.look.signals.age_is_sick or self.look.signals.is_in_cooldown:
            return
        for each in self._refusals():
            lever = each.lever
            if lever in needed and each.is_used_up(self.look.signals):
                continue
            if lever not in needed or needed[lever].capacity <= each.units:
                needed[lever] = each.doubled()

    def _add_refused(self, needed: Demands) -> None:
        """Units for what is refused to others, or to reads: the source's records don't tell of it,
        and no age has to be sick for it."""
        model = self.model
        for each in self._refusals():
            known = needed.get(each.lever)
            if known is not None and known.capacity > each.units:
                continue
            if is_unexplained(model, self.look, each) and each.is_lasting(
                self.look.history.last_change(each.lever)
            ):
                needed[each.lever] = each.demand()

    def _refusals(self) -> Iterator[Refusal]:
        for planning in plannings(self.model.pipeline):
            yield from planning.refusals(self.look.signals, self.look.diagnoses)


def _by_lever(demand: Demand | None) -> Demands:
    return {} if demand is None else {demand.lever: demand}
