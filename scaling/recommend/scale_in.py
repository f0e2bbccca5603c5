"""Scale-ins: when a lever may go down, how far, and how much that must save."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.flink_application.state import applications_of
from tidegate.rules.kinds.kinesis_stream.idle import arrivals_told, consumption_told
from tidegate.rules.kinds.kinesis_stream.state import shard_count_of
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.levers import CAPACITIES
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.dynamodb_table.levers import DECREASES_WITHOUT_WAIT
from tidegate.scaling.kinds.lambda_mapping.concurrency import (
    TIDEGATE,
    concurrency,
    executions_needed,
)
from tidegate.scaling.kinds.lambda_mapping.limits import FACTOR_MAX
from tidegate.scaling.load.current_load import NOW_SECONDS, load_of_the_hour
from tidegate.scaling.load.horizons import ForecastHorizons
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.recommendation import COOLDOWN
from tidegate.scaling.recommend import words
from tidegate.scaling.recommend.demands import Demands, by_lever
from tidegate.scaling.recommend.learned import Model
from tidegate.scaling.recommend.pre_scaling import PreScaling
from tidegate.scaling.recommend.sizing import size

__all__ = ["BLIND_SHARE", "ScaleIn"]

STABILIZATION = timedelta(minutes=15)
"""The low alarms of Application Auto Scaling ask for 15 data points (target tracking guide)."""

HOUR = timedelta(hours=1)
FULL_COVERAGE = 0.9

BLIND_SHARE = (COOLDOWN + timedelta(seconds=60)) / HOUR
"""A change blinds for as long as it takes to show, and one look more. One that must last an hour
has to save more than that share of what it changes."""

FREE_DECREASE_SHARE = BLIND_SHARE * 24 / DECREASES_WITHOUT_WAIT
"""Of the decreases that need not wait for an hour without one there are four a day instead of one
an hour: each must save as many times more as they are fewer."""

FACTOR_SHARE = 0.2
"""Idle executions cost only smaller batches."""

SHARD_SHARE = 0.25
"""A day has ten calls of UpdateShardCount, and those by multiples of a quarter finish soonest (API
reference)."""


@dataclass(frozen=True, slots=True)
class ScaleIn:
    """All that the scale-ins of one look depend on."""

    signals: Signals
    model: Model
    diagnoses: tuple[Diagnosis, ...]
    spec: PipelineSpec
    history: History
    expected: ForecastHorizons | None
    now: datetime

    def is_open(self, lever: Lever) -> bool:
        """Only in health, on full data of an hour, or a quarter of one where the load's own past
        is known for longer; with the age well inside the objective all that time, or, for a table,
        which can go up again at any time, for as long as catching up may take; and not while the
        rate of now has in it what producers were refused before: a decrease would be spent on it.
        """
        if any(diagnosis.cause is not Cause.HEALTHY for diagnosis in self.diagnoses):
            return False
        if self._is_taking_in_refused_records:
            return False
        known = self.expected is not None and self.expected.hour is not None
        seconds = (STABILIZATION if known else HOUR).total_seconds()
        stream = self.signals.series.source
        full = all(
            len(window.samples) * window.metric.period_seconds >= seconds
            and window.last(seconds).coverage >= FULL_COVERAGE
            for window in (arrivals_told(stream), stream.iterator_age_milliseconds)
        )
        stabilization = self._catch_up if lever.kind in CAPACITIES else STABILIZATION
        oldest = stream.iterator_age_milliseconds.last(stabilization.total_seconds()).peak or 0.0
        return full and oldest / 1000 < self.signals.iterator_age_max_seconds / 2

    @property
    def _is_taking_in_refused_records(self) -> bool:
        """Whether more of the newest minutes' records may have been refused before than the least
        share of itself that a decrease must save; each retry counts as a refusal."""
        stream = self.signals.series.source
        refused = stream.write_throttles.last(NOW_SECONDS).total
        return refused > BLIND_SHARE * stream.incoming_records.last(NOW_SECONDS).total

    @property
    def _catch_up(self) -> timedelta:
        return max(COOLDOWN, timedelta(seconds=self.spec.objective.catch_up_seconds))

    def is_past_cooldown(self, lever: Lever) -> bool:
        """Whether the lever's last change shows, and the objective's time to catch up is over: for
        all but tables since it showed."""
        changed = self.history.last_change(lever)
        rest = self._catch_up if lever.kind in CAPACITIES else COOLDOWN + self._catch_up
        return changed is None or self.now - changed >= rest

    def floor(self, lever: Lever, ahead_of_load: PreScaling | None, hour: Demands) -> Demand | None:
        """How far down the lever may go, None where that isn't known.

        By the forecast where there is one; but the shards, which are dear to move, go no lower
        than the last hour needed, and nothing below what is really used.
        """
        past = hour.get(lever)
        coming = None if ahead_of_load is None else ahead_of_load.floor
        if lever.kind in CAPACITIES:
            demand = coming or past
            return None if demand is None else self._above_consumption(lever, demand)
        if coming is not None and lever.kind is LeverKind.PARALLELIZATION_FACTOR:
            return self._above_busy(lever, coming)
        if past is None or coming is None:
            return past
        return max(past, coming, key=lambda demand: demand.capacity)

    def _above_busy(self, lever: Lever, demand: Demand) -> Demand:
        consumers = consumers_of(self.signals.pipeline)
        consumer = next(each for each in consumers if each.function.name == lever.where)
        seconds = int(COOLDOWN.total_seconds())
        executions = executions_needed(self.signals, consumer, in_file(self.spec), seconds)
        needed = ceil(executions / shard_count_of(self.signals.pipeline))
        return replace(demand, capacity=min(FACTOR_MAX, max(demand.capacity, needed)))

    def _above_consumption(self, lever: Lever, demand: Demand) -> Demand | None:
        series = self.signals.series.capacities[lever.where]
        writes = lever.kind is LeverKind.WRITE_CAPACITY
        consumed = series.consumed_write_units if writes else series.consumed_read_units
        window = consumption_told(consumed, self.signals.series.source)
        throttled = series.write_throttles if writes else series.read_throttles
        stabilization = self._catch_up.total_seconds()
        if (
            window.last(stabilization).coverage < FULL_COVERAGE
            or throttled.last(stabilization).total
        ):
            return None
        newest = window.last(COOLDOWN.total_seconds())
        headroom = 1 + self.spec.objective.iterator_age_max_seconds / HOUR.total_seconds()
        # A sparse index writes nothing for minutes, and CloudWatch has no points then.
        minutes = max(1, len(newest.present))
        units = newest.total / minutes / window.metric.period_seconds * headroom
        return replace(demand, capacity=max(demand.capacity, ceil(units)))

    def least(self, lever: Lever, current: int) -> float:
        """How much less it must be to be worth a change."""
        if lever.kind is LeverKind.PARALLELIZATION_FACTOR:
            return current * FACTOR_SHARE
        if lever.kind is LeverKind.SHARD_COUNT:
            return max(1, current * SHARD_SHARE)
        if lever.kind not in CAPACITIES:
            return 1
        each = next(one for one in self.model.capacities if one.capacity.where == lever.where)
        last = each.capacity.last_decrease_at
        if last is None or self.now - last >= HOUR:
            return max(1, current * BLIND_SHARE)
        units = each.write_units_per_record or 0.0
        usual = 0.0 if self.expected is None else self.expected.usual_records_per_second * units
        return max(1, FREE_DECREASE_SHARE * max(current, usual))

    def demands_of_the_hour(self) -> Demands:
        """What the last hour's peak needs, with the factor spread over the shards that then
        remain; never fewer concurrent executions than were really busy, however well larger
        batches do."""
        pipeline, load = self.signals.pipeline, load_of_the_hour(self.signals)
        shards = Lever.of(LeverKind.SHARD_COUNT, pipeline.source.name)
        current = shard_count_of(pipeline)
        executions = {
            consumer.function.name: executions_needed(self.signals, consumer, in_file(self.spec))
            for consumer in consumers_of(pipeline)
        }
        count = by_lever(size(self.model, load, self.spec, current))[shards].capacity
        by_executions = (
            concurrency(pipeline, consumer, in_file(self.spec), TIDEGATE).shards_for(
                executions[consumer.function.name]
            )
            for consumer in consumers_of(pipeline)
        )
        # A subtask without a shard of its own would have nothing to read.
        subtasks = (min(each.parallelism, current) for each in applications_of(pipeline))
        count = max(count, *by_executions, *subtasks)
        spread = min(current, count)
        found = {
            demand.lever: replace(
                demand,
                because=words.HOURS_PEAK(because=demand.because),
            )
            for demand in size(self.model, load, self.spec, spread)
        }
        found[shards] = replace(found[shards], capacity=count)
        for name, needed in executions.items():
            factor = Lever.of(LeverKind.PARALLELIZATION_FACTOR, name)
            if factor in found:
                capacity = max(found[factor].capacity, min(FACTOR_MAX, ceil(needed / spread)))
                found[factor] = replace(found[factor], capacity=capacity)
        return found
