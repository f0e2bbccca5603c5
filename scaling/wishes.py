"""What is wanted of every lever now: raised for the load, lowered after the trailing peak."""

from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil

from rules.diagnosis import Cause, Diagnosis, LeverKind
from rules.pipeline import Pipeline
from rules.readings import Readings, rate
from scaling.application_wishes import source_demand
from scaling.history import History
from scaling.levers import APPLICATION_LEVERS, current_capacities
from scaling.limits import FACTOR_MAX
from scaling.plan import Demand
from scaling.record import Lever
from scaling.sizing import (
    Load,
    Model,
    busy_of_the_hour,
    learn,
    load_now,
    load_of_the_hour,
    size,
)
from scaling.specification import PipelineSpec
from scaling.wish import SETTLE, Wish, at_least_the_minimum

__all__ = ["wishes"]

RAISE_MARGIN, RAISE_MARGIN_UNSETTLED = 1.1, 1.5
LOWER_SHARE = 0.8
CALM = timedelta(minutes=15)
FULL_COVERAGE = 0.9
PEAK_SECONDS = 3600

_CAPACITY_CAUSES = (Cause.TABLE_THROTTLED, Cause.INDEX_THROTTLED)
_UNEVEN = (Cause.HOT_KEY, Cause.HOT_SHARD)


def wishes(
    readings: Readings,
    diagnoses: tuple[Diagnosis, ...],
    spec: PipelineSpec,
    history: History,
    now: datetime,
) -> tuple[Wish, ...]:
    """One wish for every lever but those of applications, downstream first, all of them from one
    look at the pipeline."""
    pipeline = readings.pipeline
    shards = Lever.of(LeverKind.SHARD_COUNT, pipeline.stream.name)
    model = learn(readings)
    catch_up = spec.objective.catch_up_seconds
    load = load_now(readings, history.last_change(shards), catch_up)
    load = _curable(load, readings, diagnoses)
    current_shards = pipeline.stream.shard_count
    needed = {demand.lever: demand for demand in size(model, load, spec, current_shards)}
    _withhold(needed, pipeline, diagnoses)
    _escalate(needed, readings, diagnoses, history)
    wider = source_demand(readings, diagnoses)
    if wider is not None:
        needed[shards] = wider
    hour = _demands_of_the_hour(model, readings, spec)
    ill = any(diagnosis.cured_by for diagnosis in diagnoses)
    may_lower = _may_lower(readings, diagnoses)
    found = []
    for lever, current in current_capacities(pipeline).items():
        if lever.kind in APPLICATION_LEVERS:
            continue
        demand = needed.get(lever) if ill else None
        wish = _raise(lever, current, demand, _is_settled(lever, history, readings))
        if wish is None and may_lower and _is_calm(lever, history, now):
            wish = _lower(lever, current, _floor(lever, hour.get(lever), readings, spec))
        found.append(at_least_the_minimum(wish or Wish(lever, current, current, ""), spec))
    return tuple(found)


def _demands_of_the_hour(
    model: Model, readings: Readings, spec: PipelineSpec
) -> dict[Lever, Demand]:
    """What the last hour's peak needs, with the factor spread over the shards that then remain;
    never fewer concurrent executions than were really busy, however well larger batches do."""
    pipeline, load = readings.pipeline, load_of_the_hour(readings)
    shards = Lever.of(LeverKind.SHARD_COUNT, pipeline.stream.name)
    current = pipeline.stream.shard_count
    use = spec.target_utilization.concurrency
    lanes = {
        consumer.function.name: busy_of_the_hour(readings, consumer) / use
        for consumer in pipeline.consumers
    }
    first = {demand.lever: demand for demand in size(model, load, spec, current)}
    by_lanes = ceil(max(lanes.values(), default=0) / FACTOR_MAX)
    subtasks = (min(each.parallelism, current) for each in pipeline.applications)
    count = max(first[shards].capacity, by_lanes, *subtasks)
    spread = min(current, count)
    found = {demand.lever: demand for demand in size(model, load, spec, spread)}
    found[shards] = replace(found[shards], capacity=count)
    for name, needed in lanes.items():
        factor = Lever.of(LeverKind.PARALLELIZATION_FACTOR, name)
        if factor in found:
            capacity = max(found[factor].capacity, min(FACTOR_MAX, ceil(needed / spread)))
            found[factor] = replace(found[factor], capacity=capacity)
    return found


def _curable(load: Load, readings: Readings, diagnoses: tuple[Diagnosis, ...]) -> Load:
    """The load without what more capacity doesn't cure: a backlog behind a cause that blocks it,
    one that the last change was sized for already, and refusals that come from one shard."""
    causes = {diagnosis.cause for diagnosis in diagnoses}
    if any(diagnosis.advice for diagnosis in diagnoses) or readings.is_settling:
        load = replace(load, backlog_records=0.0)
    if causes.intersection(_UNEVEN):
        hour = load_of_the_hour(readings)
        load = replace(
            load,
            records_per_second=min(load.records_per_second, hour.records_per_second),
            bytes_per_second=min(load.bytes_per_second, hour.bytes_per_second),
        )
    return load


def _withhold(
    needed: dict[Lever, Demand], pipeline: Pipeline, diagnoses: tuple[Diagnosis, ...]
) -> None:
    """Drop the demands that would be in vain beside an illness that only a person cures."""
    for diagnosis in diagnoses:
        if not diagnosis.advice:
            continue
        _drop_capacity(needed, diagnosis.where)
        ill = {each.where for each in diagnoses if each.cause in _CAPACITY_CAUSES}
        for consumer in pipeline.consumers:
            factor = Lever.of(LeverKind.PARALLELIZATION_FACTOR, consumer.function.name)
            needed.pop(factor, None)
        for table in pipeline.tables:
            for capacity in table.capacities:
                if capacity.where not in ill:
                    _drop_capacity(needed, capacity.where)
        ingests = any(each.cause is Cause.PRODUCER_THROTTLED for each in diagnoses)
        if not ingests:
            needed.pop(Lever.of(LeverKind.SHARD_COUNT, pipeline.stream.name), None)


def _drop_capacity(needed: dict[Lever, Demand], where: str) -> None:
    for kind in (LeverKind.WRITE_CAPACITY, LeverKind.READ_CAPACITY):
        needed.pop(Lever.of(kind, where), None)


def _escalate(
    needed: dict[Lever, Demand],
    readings: Readings,
    diagnoses: tuple[Diagnosis, ...],
    history: History,
) -> None:
    """Double a capacity that goes on throttling at its limit although the load was met.

    Not while the age is well or falls, since a drain may run into the limit, and not before the
    last change shows in the metrics.
    """
    capacities = {
        capacity.where: capacity
        for table in readings.pipeline.tables
        for capacity in table.capacities
    }
    for diagnosis in diagnoses:
        if diagnosis.cause not in _CAPACITY_CAUSES or not readings.age_is_sick:
            continue
        for kind in diagnosis.cured_by:
            lever = Lever.of(kind, diagnosis.where)
            writes = kind is LeverKind.WRITE_CAPACITY
            capacity = capacities[diagnosis.where]
            current = capacity.write_units if writes else capacity.read_units
            demand = needed.get(lever)
            if _is_settled(lever, history, readings) and (
                demand is None or demand.capacity <= current
            ):
                because = f"{capacity.where} throttles at {current:,} units: twice as much"
                needed[lever] = Demand(lever, current * 2, because)


def _is_settled(lever: Lever, history: History, readings: Readings) -> bool:
    """Whether what is judged is from well after the lever's last change."""
    changed, judged = history.last_change(lever), readings.vitals.judged_until
    return changed is None or judged is None or judged - changed >= SETTLE


def _is_calm(lever: Lever, history: History, now: datetime) -> bool:
    changed = history.last_change(lever)
    return changed is None or now - changed >= CALM


def _raise(lever: Lever, current: int, demand: Demand | None, settled: bool) -> Wish | None:
    margin = RAISE_MARGIN if settled else RAISE_MARGIN_UNSETTLED
    if demand is None:
        return None
    if demand.capacity <= current * margin:
        return None
    return Wish(lever, current, demand.capacity, demand.because)


def _may_lower(readings: Readings, diagnoses: tuple[Diagnosis, ...]) -> bool:
    """Only on full data of an hour, in health, with the age well inside the objective."""
    if any(diagnosis.cause is not Cause.HEALTHY for diagnosis in diagnoses):
        return False
    stream = readings.vitals.stream
    windows = [stream.incoming_records, stream.iterator_age_milliseconds]
    hour = [window.last(PEAK_SECONDS) for window in windows]
    full = all(
        len(window.samples) * window.metric.period_seconds >= PEAK_SECONDS
        and window.coverage >= FULL_COVERAGE
        for window in hour
    )
    oldest = stream.iterator_age_milliseconds.last(CALM.total_seconds()).peak or 0.0
    return full and oldest / 1000 < readings.iterator_age_max_seconds / 2


def _floor(
    lever: Lever, demand: Demand | None, readings: Readings, spec: PipelineSpec
) -> Demand | None:
    """The demand of the trailing hour; for capacity never below what was really consumed."""
    if demand is None or lever.kind not in (LeverKind.WRITE_CAPACITY, LeverKind.READ_CAPACITY):
        return demand
    vitals = readings.vitals.capacities[lever.where]
    writes = lever.kind is LeverKind.WRITE_CAPACITY
    window = vitals.consumed_write_units if writes else vitals.consumed_read_units
    throttled = vitals.write_throttles if writes else vitals.read_throttles
    if window.last(PEAK_SECONDS).coverage < FULL_COVERAGE or throttled.last(PEAK_SECONDS).total:
        return None
    consumed = ceil(rate(window, PEAK_SECONDS) / spec.target_utilization.capacity)
    return replace(demand, capacity=max(demand.capacity, consumed))


def _lower(lever: Lever, current: int, demand: Demand | None) -> Wish | None:
    if demand is None or demand.capacity > current * LOWER_SHARE:
        return None
    because = f"the last hour's peak needs {demand.capacity:,}: {demand.because}"
    return Wish(lever, current, demand.capacity, because)
