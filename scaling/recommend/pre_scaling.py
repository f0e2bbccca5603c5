"""Pre-scaling: by the forecast of its load, when and how far each lever is raised, and how far it
may be lowered."""

from dataclasses import dataclass, replace
from math import ceil

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.kinesis_stream.state import shard_count_of
from tidegate.rules.kinds.signals import BURST_SECONDS
from tidegate.rules.reason import Reason
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.dynamodb_table import words as table_words
from tidegate.scaling.load.horizons import Expected, ForecastHorizons
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.recommend import words
from tidegate.scaling.recommend.demands import Demands
from tidegate.scaling.recommend.learned import Model
from tidegate.scaling.recommend.sizing import size

__all__ = ["PreScaling", "pre_scaling"]


@dataclass(frozen=True, slots=True)
class PreScaling:
    """A lever below ``at_least`` is raised to ``enough``; one above ``floor`` may be lowered to it,
    None where that isn't known yet."""

    at_least: int
    enough: int
    because: Reason
    floor: Demand | None


def pre_scaling(
    model: Model, expected: ForecastHorizons, spec: PipelineSpec
) -> dict[Lever, PreScaling]:
    """For every lever that the load touches.

    A table is raised once its burst credits don't cover the likely load to the end of ``soon``,
    and lowered to the most expected soon: it can be raised again at any time. The factor is
    lowered to the load of the next hour, the shards to the load while one of the day's ten calls
    must last. A table whose burst credits cover the spikes stays where it is.
    """
    lead = expected.lead_seconds
    likely, most = _demands(expected.soon, model, spec, lead)
    later, _ = _demands(expected.later, model, spec, lead)
    hour, _ = _demands(expected.hour, model, spec, lead)
    _, call = _demands(expected.call, model, spec, lead)
    floors = {
        LeverKind.WRITE_CAPACITY: most,
        LeverKind.READ_CAPACITY: most,
        LeverKind.PARALLELIZATION_FACTOR: _larger(likely, hour),
        LeverKind.SHARD_COUNT: _larger(most, call),
    }
    from_burst, splits, stands = {}, {}, {}
    if spec.target_utilization.capacity is None:
        from_burst = _burst(model, expected.soon_seconds)
        splits = _splits(model, likely)
        stands = _standing(model, expected)
    ahead_of_load = {}
    for lever, demand in likely.items():
        to_split, split = splits.get(lever, (0, None))
        ahead_of_load[lever] = PreScaling(
            max(1, demand.capacity - from_burst.get(lever, 0), to_split),
            _enough(demand, most[lever], later.get(lever)),
            _with_split(demand.because, split),
            floors[lever.kind].get(lever),
        )
    return ahead_of_load | stands


def _demands(
    of: Expected | None, model: Model, spec: PipelineSpec, lead_seconds: float
) -> tuple[Demands, Demands]:
    """Of what is likely, and of the most, partly met from bursts; none without a forecast."""
    if of is None:
        return {}, {}
    shards = shard_count_of(model.pipeline)
    likely, most = (
        {
            each.lever: replace(
                each,
                because=words.FORECAST(forecast=of.because, demand=each.because),
            )
            for each in size(model, load, spec, shards)
        }
        for load in (of.likely, of.most)
    )
    return likely, _partly_from_burst(model, likely, most, spec, lead_seconds)


def _burst(model: Model, seconds: float) -> dict[Lever, int]:
    """Units a second that burst credits cover."""
    return {
        Lever.of(LeverKind.WRITE_CAPACITY, each.capacity.where): int(
            each.burst_credit_units / seconds
        )
        for each in model.capacities
    }


def _with_split(because: Reason, split: Reason | None) -> Reason:
    return (
        because
        if split is None
        else table_words.FORECAST_NEEDS_PARTITIONS(because=because, split=split)
    )


def _splits(model: Model, demands: Demands) -> dict[Lever, tuple[int, Reason]]:
    """Units without which the partitions don't take what is demanded, burst or not, and why."""
    found = {}
    for each in model.capacities:
        demand = demands.get(Lever.of(LeverKind.WRITE_CAPACITY, each.capacity.where))
        if demand is not None and (few := each.too_few_partitions(demand.capacity)):
            found[demand.lever] = (each.units_to_split(demand.capacity), few)
    return found


def _standing(model: Model, expected: ForecastHorizons) -> dict[Lever, PreScaling]:
    stands, found = expected.standing, {}
    if stands is None:
        return {}
    for each in model.capacities:
        of_record = each.write_units_per_record
        if of_record and not each.units_to_split(of_record * stands.highest_records_per_second):
            lever = Lever.of(LeverKind.WRITE_CAPACITY, each.capacity.where)
            units = ceil(of_record * stands.records_per_second)
            because = table_words.BURST_BEARS_THE_SPIKES(
                provisioned_wcu=units,
                following_wcu=of_record * stands.following_records_per_second,
            )
            found[lever] = PreScaling(units, units, because, Demand(lever, units, because))
    return found


def _larger(one: Demands, other: Demands) -> Demands:
    """The larger demand of each lever; none where the other isn't known."""
    return {
        lever: max(one[lever], other[lever], key=lambda demand: demand.capacity)
        for lever in one.keys() & other.keys()
    }


def _enough(likely: Demand, most: Demand, later: Demand | None) -> int:
    """How far up: to what is likely before twice the time of the forecast is over, so that a
    growing load isn't followed in small steps; not beyond what may come soon."""
    return max(likely.capacity, min(most.capacity, 0 if later is None else later.capacity))


def _partly_from_burst(
    model: Model, likely: Demands, most: Demands, spec: PipelineSpec, lead_seconds: float
) -> Demands:
    """What the file says of the use of capacity is obeyed. Else what is likely stays provisioned,
    with headroom to drain within an hour what has come to the age that the objective allows; what
    is merely possible may come out of burst credits, until a change for it takes effect.
    A smaller table keeps fewer of them.
    """
    if spec.target_utilization.capacity is not None:
        return most
    found = dict(most)
    headroom = 1 + spec.objective.iterator_age_max_seconds / 3600
    for each in model.capacities:
        lever = Lever.of(LeverKind.WRITE_CAPACITY, each.capacity.where)
        if lever not in most:
            continue
        saved = each.burst_credit_units / lead_seconds
        keeps = BURST_SECONDS / (lead_seconds + BURST_SECONDS)
        units = most[lever].capacity
        from_burst = ceil(max(units - saved, units * (1 - keeps)))
        capacity = max(ceil(likely[lever].capacity * headroom), from_burst)
        because = most[lever].because
        if capacity < units:
            because = table_words.FORECAST_PARTLY_FROM_BURST(
                because=because, burst_wcu=units - capacity
            )
        found[lever] = replace(most[lever], capacity=capacity, because=because)
    return found
