"""What the current load, with its backlog, needs of every lever during an incident."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.state import tables_of
from tidegate.rules.kinds.kinesis_stream.state import shard_count_of
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.rules.kinds.signals import Signals, rate
from tidegate.rules.reason import Reason
from tidegate.scaling.config.levers import CAPACITIES
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.dynamodb_table import words as table_words
from tidegate.scaling.kinds.dynamodb_table.capacity_model import CapacityModel
from tidegate.scaling.kinds.dynamodb_table.refused import CAPACITY_CAUSES, Throttling, throttling
from tidegate.scaling.load.burst_baseline import HEADROOM
from tidegate.scaling.load.current_load import Load, load_now, load_of_the_hour, unread
from tidegate.scaling.load.horizons import ForecastHorizons, answer_seconds
from tidegate.scaling.load.offered_load import offered_at_most, offered_behind
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.roles import let_in, source_change, source_demands
from tidegate.scaling.recommend.actuation_delay import ActuationDelay
from tidegate.scaling.recommend.demands import Demands, by_lever
from tidegate.scaling.recommend.learned import Model
from tidegate.scaling.recommend.sizing import size

__all__ = ["ScaleOut"]

BURST_ENDS = table_words.BURST_ENDS()

_UNEVEN = (Cause.HOT_KEY, Cause.HOT_SHARD)


@dataclass(frozen=True, slots=True)
class ScaleOut:
    """All that the needs of one look depend on."""

    signals: Signals
    model: Model
    diagnoses: tuple[Diagnosis, ...]
    spec: PipelineSpec
    history: History
    expected: ForecastHorizons | None
    now: datetime

    @property
    def _pipeline(self) -> Pipeline:
        return self.signals.pipeline

    @property
    def _shards(self) -> Lever:
        return Lever.of(LeverKind.SHARD_COUNT, self._pipeline.source.name)

    def demands(self) -> Demands:
        """What is needed of every lever."""
        shards = self._wide_enough(self.model)
        below = self._let_in(shards.capacity)
        needed = self._size(below, self.model) | {self._shards: shards}
        self._withhold(needed)
        self._escalate(needed)
        self._add_refused(needed)
        if self.signals.refusals_fall:
            needed.pop(self._shards, None)
        return needed | by_lever(source_demands(self._pipeline, self.diagnoses))

    def for_arrivals(self) -> Demand:
        """The shards for the records that come in, whatever state their readers are in."""
        return self._wide_enough(self.model.of_arrivals())

    def _wide_enough(self, model: Model) -> Demand:
        """The shards for what producers offer, and for what comes when a change is in effect."""
        most = offered_at_most(
            self.signals, source_change(self._pipeline, self.history), self._highest
        )
        coming = self._actuation_delay.risen(self._load(1.0))
        demands = (self._size(load, model)[self._shards] for load in (self._load(most), coming))
        return max(demands, key=lambda demand: demand.capacity)

    def _size(self, load: Load, model: Model) -> Demands:
        return by_lever(size(model, load, self.spec, shard_count_of(self._pipeline)))

    def _let_in(self, shards: int) -> Load:
        """What the consumers and tables get: refusals from before a reshard are no evidence
        against the new shards, but what was refused then is still to come, as fast as the shards
        take it."""
        current = shard_count_of(self._pipeline)
        widened = min(2 * current, max(current, shards))
        coming = self._actuation_delay.risen(self._load(self._offered_behind))
        return let_in(coming, self._pipeline, widened)

    def running_out(self) -> dict[Lever, Reason]:
        """The write capacities whose units and burst credits don't cover the load until a change
        made now takes effect, and why: a minute later more would wait."""
        records = self._until_answered(self._now(self._offered_behind))
        return {
            Lever.of(LeverKind.WRITE_CAPACITY, each.capacity.where): (
                each.too_few_partitions(records * (each.write_units_per_record or 0.0))
                or BURST_ENDS
            )
            for each in self.model.capacities
            if self._actuation_delay.piling_up(each, records) > 0
        }

    def borne(self) -> frozenset[Lever]:
        """Tables whose burst credits cover the current spike even if it grows to the largest seen.
        An increase would arrive too late to help."""
        return frozenset(
            Lever.of(LeverKind.WRITE_CAPACITY, each.capacity.where)
            for each in self.model.capacities
            if self._is_borne(each)
        )

    def _is_borne(self, model: CapacityModel) -> bool:
        stands = None if self.expected is None else self.expected.standing
        of_record, units = model.write_units_per_record, model.capacity.write_units
        fixed = self.spec.target_utilization.capacity
        if stands is None or not of_record or fixed or self.signals.is_out_of_objective:
            return False
        incoming = self.signals.series.source.incoming_records
        if rate(incoming) * of_record > model.partition_units_per_second:
            return False
        coming = stands.still_to_come(incoming, self.spec.objective.catch_up_seconds)
        if coming is None or units < of_record * stands.records_per_second / HEADROOM:
            return False
        waiting = units * self.signals.iterator_age_max_seconds / 2
        return coming * of_record <= model.burst_credit_units + waiting

    @property
    def _actuation_delay(self) -> ActuationDelay:
        incoming = self.signals.series.source.incoming_records
        seconds = answer_seconds(self.now - incoming.end)
        return ActuationDelay(seconds, incoming, self.history, self.expected)

    def _until_answered(self, load: Load) -> float:
        """Records a second that are let in, on average until a change made now takes effect."""
        coming = self._actuation_delay.mean(load)
        return let_in(coming, self._pipeline).records_per_second

    @property
    def _throttled(self) -> bool:
        return any(diagnosis.cause in CAPACITY_CAUSES for diagnosis in self.diagnoses)

    @property
    def _offered_behind(self) -> float:
        change, seconds = source_change(self._pipeline, self.history), self._actuation_delay.seconds
        return offered_behind(self.signals, change, self._highest, seconds)

    @property
    def _highest(self) -> float:
        return 0.0 if self.expected is None else self.expected.highest_records_per_second

    def _now(self, offered: float) -> Load:
        catch_up = self.spec.objective.catch_up_seconds
        return self._curable(load_now(self.signals, offered, catch_up))

    def _load(self, offered: float) -> Load:
        load = self._now(offered)
        load = replace(load, backlog_records=self._backlog(load))
        if self.expected is None:
            return load
        return load.at_least(self.expected.soon.likely)

    def _backlog(self, load: Load) -> float:
        """What has to be drained: behind a table that is short, or will be, all that will wait
        when a change is in effect, but for what is healthy."""
        records = self._until_answered(load)
        piling = max(
            (self._actuation_delay.piling_up(each, records) for each in self.model.capacities),
            default=-inf,
        )
        bearable = records * self.signals.age_well_seconds
        if self._throttled and not any(diagnosis.advice for diagnosis in self.diagnoses):
            return max(0.0, unread(self.signals) + piling - bearable)
        return max(load.backlog_records, piling - bearable)

    def _curable(self, load: Load) -> Load:
        """The load without what more capacity doesn't cure: a backlog behind a cause that blocks
        it, one that the last change was sized for already, and refusals that come from one
        shard."""
        causes = {diagnosis.cause for diagnosis in self.diagnoses}
        if any(diagnosis.advice for diagnosis in self.diagnoses) or self._was_sized_for():
            load = replace(load, backlog_records=0.0)
        if causes.intersection(_UNEVEN):
            hour = load_of_the_hour(self.signals)
            load = replace(
                load,
                records_per_second=min(load.records_per_second, hour.records_per_second),
                bytes_per_second=min(load.bytes_per_second, hour.bytes_per_second),
            )
        return load

    def _was_sized_for(self) -> bool:
        """Whether the last change is to be waited for: not when it only followed the load, so that
        the age is over the objective and still grows."""
        seen = self.signals
        grows = seen.is_out_of_objective and seen.age_growth > 0
        return seen.is_in_cooldown and not grows

    def _withhold(self, needed: Demands) -> None:
        """Drop the demands that would not help beside an incident that only a person cures."""
        for diagnosis in self.diagnoses:
            if diagnosis.advice:
                self._withhold_beside(diagnosis, needed)

    def _withhold_beside(self, incurable: Diagnosis, needed: Demands) -> None:
        _drop_capacity(needed, incurable.where)
        ill = {each.where for each in self.diagnoses if each.cause in CAPACITY_CAUSES}
        for consumer in consumers_of(self._pipeline):
            factor = Lever.of(LeverKind.PARALLELIZATION_FACTOR, consumer.function.name)
            needed.pop(factor, None)
        for table in tables_of(self._pipeline):
            for capacity in table.capacities:
                if capacity.where not in ill:
                    _drop_capacity(needed, capacity.where)
        needed[self._shards] = self.for_arrivals()

    def _escalate(self, needed: Demands) -> None:
        """Double a capacity that goes on throttling although the load was met.

        Not while the age is well, not before the last change of any lever shows in the metrics,
        not when the newest minute throttled nothing any more, and not while all of it is used for
        more than the load: that is a drain.
        """
        if not self.signals.age_is_sick or self.signals.is_in_cooldown:
            return
        for each in self._throttling():
            lever, current = each.lever, each.units
            writes = each.kind is LeverKind.WRITE_CAPACITY
            if writes and lever in needed and self.signals.is_used_up(each.capacity):
                continue
            if lever not in needed or needed[lever].capacity <= current:
                because = table_words.STILL_THROTTLED(where=lever.where, units=current)
                needed[lever] = Demand(lever, current * 2, because)

    def _add_refused(self, needed: Demands) -> None:
        """Units for what is refused to others, or to reads: the stream's records don't tell of it,
        and no age has to be sick for it."""
        for each in self._throttling():
            known = needed.get(each.lever)
            if (known is None or known.capacity <= each.units) and (
                each.is_foreign_to(self.signals)
                and each.is_lasting(self.history.last_change(each.lever))
            ):
                needed[each.lever] = each.demand()

    def _throttling(self) -> Iterator[Throttling]:
        capacities = {each.capacity.where: each.capacity for each in self.model.capacities}
        return throttling(self.signals, self.diagnoses, capacities)


def _drop_capacity(needed: Demands, where: str) -> None:
    for kind in CAPACITIES:
        needed.pop(Lever.of(kind, where), None)
