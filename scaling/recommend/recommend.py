"""What is wanted of every lever now: raised for the load or ahead of it, lowered after it."""

from collections.abc import Iterator
from dataclasses import replace
from math import ceil

from tidegate.rules.blocking import blocks_capacity
from tidegate.rules.graph import Pipeline, Role
from tidegate.rules.reason import Reason
from tidegate.scaling.config.levers import current_capacities
from tidegate.scaling.load.horizons import ForecastHorizons
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.recommendation import (
    BLIND_SHARE,
    BURST_COVERS,
    COOLDOWN,
    UNCHANGED,
    Recommendation,
)
from tidegate.scaling.model.roles import planning_of, role_of
from tidegate.scaling.recommend import words
from tidegate.scaling.recommend.learned import Model, learn
from tidegate.scaling.recommend.minimum import at_least_the_minimum
from tidegate.scaling.recommend.pre_scaling import PreScaling, pre_scaling
from tidegate.scaling.recommend.scale_in import ScaleIn
from tidegate.scaling.recommend.scale_out import ScaleOut

__all__ = ["recommendations"]

RAISE_MARGIN, RAISE_MARGIN_IN_COOLDOWN = 1.1, 1.5
CHANGING_MARGIN = 1.01
"""For a sink whose last change isn't in effect: that was sized at a look, and made some seconds
after it, in which a backlog grew that would want as much more."""


def recommendations(
    look: Look, expected: ForecastHorizons | None = None
) -> tuple[Recommendation, ...]:
    """One recommendation for every lever that is sized with others, downstream first, by one sweep.

    An incident that capacity cures raises what the current load needs; where none needs a person, a
    load that is expected raises ahead of it; in health, what isn't needed is lowered. The source
    follows the records that come in, whatever state their readers are in.
    """
    pipeline, said = look.signals.pipeline, look.said
    if not (levers := list(_sized_together(pipeline))):
        return ()
    model = learn(look.signals, look.history)
    scale_out, scale_in = ScaleOut(look, model, expected), ScaleIn(look, model, expected)
    needed, hour = scale_out.demands(), scale_in.demands_of_the_hour()
    curable = [diagnosis for diagnosis in look.diagnoses if diagnosis.cured_by]
    ill, is_odd = bool(curable), all(each.is_unconfirmed for each in curable)
    incurable = any(blocks_capacity(diagnosis) for diagnosis in look.diagnoses)
    ahead_of_load = _ready(model, expected, said, incurable)
    running_out, borne = scale_out.running_out(), scale_out.borne()
    found = []
    for lever, current in levers:
        recommendation, worth = None, _worth(lever, current, pipeline)
        ends = None if incurable else running_out.get(lever)
        if (ill or ends) and lever not in borne:
            margin = _margin(lever, look)
            recommendation = _raise(lever, current, needed.get(lever), margin, worth)
            if recommendation is not None and is_odd:
                recommendation = _confirmed(ends, recommendation)
        if recommendation is None or recommendation.is_unconfirmed:
            ahead = _raised_ahead(lever, current, ahead_of_load.get(lever), worth)
            recommendation = ahead or recommendation
        if recommendation is None and scale_in.is_open(lever) and scale_in.is_past_cooldown(lever):
            floor = scale_in.floor(lever, ahead_of_load.get(lever), hour)
            recommendation = _lower(lever, current, floor, scale_in.least(lever, current))
        stays = BURST_COVERS if ill and lever in borne else UNCHANGED
        recommendation = recommendation or Recommendation(lever, current, current, stays)
        found.append(at_least_the_minimum(_with_arrivals(recommendation, scale_out), said))
    return tuple(found)


def _confirmed(why: Reason | None, recommendation: Recommendation) -> Recommendation:
    """By a sink that is running out; without that one minute alone asks for it."""
    if why is None:
        return replace(recommendation, is_unconfirmed=True)
    because = words.RUNNING_OUT(running_out=why, because=recommendation.because)
    return replace(recommendation, because=because)


def _sized_together(pipeline: Pipeline) -> Iterator[tuple[Lever, int]]:
    for lever, current in current_capacities(pipeline).items():
        if role_of(lever, pipeline) is not None:
            yield lever, current


def _with_arrivals(recommendation: Recommendation, scale_out: ScaleOut) -> Recommendation:
    pipeline = scale_out.model.pipeline
    if role_of(recommendation.lever, pipeline) is not Role.SOURCE:
        return recommendation
    arrivals = scale_out.for_arrivals()
    return replace(recommendation, for_arrivals=0 if arrivals is None else arrivals.capacity)


def _ready(
    model: Model, expected: ForecastHorizons | None, said: InFile, incurable: bool
) -> dict[Lever, PreScaling]:
    """What the levers must be ready for: beside an incident that only a person cures, the source
    alone, for the records that come in."""
    if expected is None:
        return {}
    if not incurable:
        return pre_scaling(model, expected, said)
    ahead_of_load = pre_scaling(model.of_arrivals(), expected, said)
    return {
        lever: each
        for lever, each in ahead_of_load.items()
        if role_of(lever, model.pipeline) is Role.SOURCE
    }


def _margin(lever: Lever, look: Look) -> float:
    """How many times what there is a demand must pass for its lever to go up. What a sink's last
    change does until now is in its demand; of another lever it shows only well after it, and it
    goes up meanwhile only for much more."""
    signals, changed = look.signals, look.history.last_change(lever)
    judged = signals.series.judged_until
    if role_of(lever, signals.pipeline) is Role.SINK:
        in_effect = planning_of(lever, signals.pipeline).in_effect_after
        return CHANGING_MARGIN if changed is not None and look.now - changed < in_effect else 1.0
    settled = changed is None or judged is None or judged - changed >= COOLDOWN
    return RAISE_MARGIN if settled else RAISE_MARGIN_IN_COOLDOWN


def _raise(
    lever: Lever, current: int, demand: Demand | None, margin: float, worth: int
) -> Recommendation | None:
    if demand is None or demand.capacity <= current * margin:
        return None
    return Recommendation(lever, current, max(demand.capacity, worth), demand.because)


def _worth(lever: Lever, current: int, pipeline: Pipeline) -> int:
    """The least that a lever is raised to: no sink goes up by less than a change is worth."""
    is_sink = role_of(lever, pipeline) is Role.SINK
    return ceil(current * (1 + BLIND_SHARE)) if is_sink else 0


def _raised_ahead(
    lever: Lever, current: int, ahead_of_load: PreScaling | None, worth: int
) -> Recommendation | None:
    """Up before the load comes, where it is as likely as not to pass what there is."""
    if ahead_of_load is None or ahead_of_load.at_least <= current:
        return None
    enough = max(ahead_of_load.at_least, ahead_of_load.enough, worth)
    return Recommendation(lever, current, enough, ahead_of_load.because)


def _lower(lever: Lever, current: int, floor: Demand | None, least: float) -> Recommendation | None:
    if floor is None or current - floor.capacity < least:
        return None
    return Recommendation(lever, current, floor.capacity, floor.because)
