"""Pre-scaling: by the forecast of its load, when and how far each lever is raised, and how far it
may be lowered."""

from dataclasses import dataclass, replace
from math import inf

from tidegate.rules.graph import Role
from tidegate.rules.reason import Reason
from tidegate.scaling.load.horizons import Expected, ForecastHorizons
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.roles import role_of
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


def pre_scaling(model: Model, expected: ForecastHorizons, said: InFile) -> dict[Lever, PreScaling]:
    """For every lever that the load touches.

    A sink is raised once its burst credits don't cover the likely load to the end of ``soon``,
    and lowered to the most expected soon: it can be raised again at any time. The executions of a
    processor are lowered to the load of the next hour, the source to the load while one of the
    day's few calls must last. A sink whose burst credits cover the spikes stays where it is.
    """
    lead = expected.lead_seconds
    likely, most = _demands(expected.soon, model, said, lead)
    later, _ = _demands(expected.later, model, said, lead)
    hour, _ = _demands(expected.hour, model, said, lead)
    _, call = _demands(expected.call, model, said, lead)
    floors: dict[Role | None, Demands] = {
        Role.SINK: most,
        Role.PROCESSOR: _larger(likely, hour),
        Role.SOURCE: _larger(most, call),
    }
    bursts = said.sink_utilization is None
    from_burst = _burst(model, expected.soon_seconds) if bursts else {}
    built = _as_built(model, likely) if bursts else {}
    stands = _standing(model, expected, said) if bursts else {}
    ahead_of_load = {}
    for lever, demand in likely.items():
        least, because = built.get(lever, (0, demand.because))
        ahead_of_load[lever] = PreScaling(
            max(1, demand.capacity - from_burst.get(lever, 0), least),
            _enough(demand, most[lever], later.get(lever)),
            because,
            floors[role_of(lever, model.pipeline)].get(lever),
        )
    return ahead_of_load | stands


def _demands(
    of: Expected | None, model: Model, said: InFile, lead_seconds: float
) -> tuple[Demands, Demands]:
    """Of what is likely, and of the most, partly met from bursts; none without a forecast."""
    if of is None:
        return {}, {}
    likely, most = (
        {
            each.lever: replace(
                each,
                because=words.FORECAST(forecast=of.because, demand=each.because),
            )
            for each in size(model, load, said, model.units)
        }
        for load in (of.likely, of.most)
    )
    return likely, _partly_from_burst(model, likely, most, said, lead_seconds)


def _burst(model: Model, seconds: float) -> dict[Lever, int]:
    """Units a second that burst credits cover."""
    return {each.lever: int(each.burst_credit_units / seconds) for each in model.sinks}


def _as_built(model: Model, demands: Demands) -> dict[Lever, tuple[int, Reason]]:
    """Units without which a sink isn't built to take what is demanded, burst or not, and why."""
    return {
        each.lever: each.as_built(demands[each.lever])
        for each in model.sinks
        if each.lever in demands
    }


def _standing(model: Model, expected: ForecastHorizons, said: InFile) -> dict[Lever, PreScaling]:
    standing = expected.standing
    if standing is None:
        return {}
    stands = (each.stands(standing, _most(each.lever, said)) for each in model.sinks)
    return {
        demand.lever: PreScaling(demand.capacity, demand.capacity, demand.because, demand)
        for demand in stands
        if demand is not None
    }


def _most(lever: Lever, said: InFile) -> float:
    """The maximum that the file keeps for a lever."""
    bounds = said.bounds(lever)
    return inf if bounds is None else bounds.max


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
    model: Model, likely: Demands, most: Demands, said: InFile, lead_seconds: float
) -> Demands:
    """What the file says of the use of capacity is obeyed. Else what is likely stays provisioned,
    with headroom to drain within an hour what has come to the age that the objective allows; what
    is merely possible may come out of burst credits, until a change for it takes effect.
    """
    if said.sink_utilization is not None:
        return most
    found = dict(most)
    headroom = 1 + said.iterator_age_max_seconds / 3600
    for each in model.sinks:
        lever = each.lever
        if lever in most:
            found[lever] = each.partly_from_burst(
                likely[lever], most[lever], lead_seconds, headroom
            )
    return found
