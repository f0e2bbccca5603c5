"""What is wanted of every lever now: raised for the load or ahead of it, lowered after it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from math import ceil

from tidegate.rules.cause import Diagnosis, LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.config.levers import CAPACITIES, current_capacities
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.dynamodb_table.sizing import IN_EFFECT
from tidegate.scaling.load.horizons import ForecastHorizons
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.recommendation import COOLDOWN, UNCHANGED, Recommendation
from tidegate.scaling.recommend import words
from tidegate.scaling.recommend.learned import Model, learn
from tidegate.scaling.recommend.minimum import at_least_the_minimum
from tidegate.scaling.recommend.pre_scaling import PreScaling, pre_scaling
from tidegate.scaling.recommend.scale_in import BLIND_SHARE, ScaleIn
from tidegate.scaling.recommend.scale_out import ScaleOut

__all__ = ["recommendations"]

SIZED_TOGETHER = (*CAPACITIES, LeverKind.PARALLELIZATION_FACTOR, LeverKind.SHARD_COUNT)
"""The levers whose sizes depend on each other; other kinds size their own alone."""

RAISE_MARGIN, RAISE_MARGIN_IN_COOLDOWN = 1.1, 1.5
CHANGING_MARGIN = 1.01
"""For a table whose last change isn't in effect: that was sized at a look, and made some seconds
after it, in which a backlog grew that would want as much more."""


def recommendations(
    signals: Signals,
    diagnoses: tuple[Diagnosis, ...],
    spec: PipelineSpec,
    history: History,
    now: datetime,
    expected: ForecastHorizons | None = None,
) -> tuple[Recommendation, ...]:
    """One recommendation for every lever that is sized with others, downstream first, by one sweep.

    An incident that capacity cures raises what the current load needs; where none needs a person, a
    load that is expected raises ahead of it; in health, what isn't needed is lowered. Shards follow
    the records that come in, whatever state their readers are in.
    """
    if not (levers := list(_sized_together(signals.pipeline))):
        return ()
    model = learn(signals, history)
    scale_out = ScaleOut(signals, model, diagnoses, spec, history, expected, now)
    scale_in = ScaleIn(signals, model, diagnoses, spec, history, expected, now)
    needed, hour = scale_out.demands(), scale_in.demands_of_the_hour()
    ill = any(diagnosis.cured_by for diagnosis in diagnoses)
    incurable = any(diagnosis.blocks_capacity for diagnosis in diagnoses)
    ahead_of_load = _ready(model, expected, spec, incurable)
    running_out, borne = scale_out.running_out(), scale_out.borne()
    found = []
    for lever, current in levers:
        recommendation = None
        if (ill or (lever in running_out and not incurable)) and lever not in borne:
            margin = _margin(lever, history, signals, now)
            recommendation = _raise(lever, current, needed.get(lever), margin)
            if recommendation is not None and not ill:
                recommendation = _running_out(running_out[lever], recommendation)
        if recommendation is None:
            recommendation = _raised_ahead(lever, current, ahead_of_load.get(lever))
        if recommendation is None and scale_in.is_open(lever) and scale_in.is_past_cooldown(lever):
            floor = scale_in.floor(lever, ahead_of_load.get(lever), hour)
            recommendation = _lower(lever, current, floor, scale_in.least(lever, current))
        recommendation = recommendation or Recommendation(lever, current, current, UNCHANGED)
        found.append(at_least_the_minimum(_with_arrivals(recommendation, scale_out), spec))
    return tuple(found)


def _running_out(why: Reason, recommendation: Recommendation) -> Recommendation:
    because = words.RUNNING_OUT(running_out=why, because=recommendation.because)
    return replace(recommendation, because=because)


def _sized_together(pipeline: Pipeline) -> Iterator[tuple[Lever, int]]:
    for lever, current in current_capacities(pipeline).items():
        if lever.kind in SIZED_TOGETHER:
            yield lever, current


def _with_arrivals(recommendation: Recommendation, scale_out: ScaleOut) -> Recommendation:
    if recommendation.lever.kind is not LeverKind.SHARD_COUNT:
        return recommendation
    return replace(recommendation, for_arrivals=scale_out.for_arrivals().capacity)


def _ready(
    model: Model, expected: ForecastHorizons | None, spec: PipelineSpec, incurable: bool
) -> dict[Lever, PreScaling]:
    """What the levers must be ready for: beside an incident that only a person cures, the shards
    alone, for the records that come in."""
    if expected is None:
        return {}
    if not incurable:
        return pre_scaling(model, expected, spec)
    ahead_of_load = pre_scaling(model.of_arrivals(), expected, spec)
    return {
        lever: each for lever, each in ahead_of_load.items() if lever.kind is LeverKind.SHARD_COUNT
    }


def _margin(lever: Lever, history: History, signals: Signals, now: datetime) -> float:
    """How many times what there is a demand must pass for its lever to go up. What a table's last
    change does until now is in its demand; of another lever it shows only well after it, and it
    goes up meanwhile only for much more."""
    changed, judged = history.last_change(lever), signals.series.judged_until
    if lever.kind in CAPACITIES:
        return CHANGING_MARGIN if changed is not None and now - changed < IN_EFFECT else 1.0
    settled = changed is None or judged is None or judged - changed >= COOLDOWN
    return RAISE_MARGIN if settled else RAISE_MARGIN_IN_COOLDOWN


def _raise(
    lever: Lever, current: int, demand: Demand | None, margin: float
) -> Recommendation | None:
    if demand is None or demand.capacity <= current * margin:
        return None
    return Recommendation(
        lever, current, _worth_it(lever, current, demand.capacity), demand.because
    )


def _worth_it(lever: Lever, current: int, enough: int) -> int:
    """No table goes up by less than a change is worth."""
    return max(enough, ceil(current * (1 + BLIND_SHARE))) if lever.kind in CAPACITIES else enough


def _raised_ahead(
    lever: Lever, current: int, ahead_of_load: PreScaling | None
) -> Recommendation | None:
    """Up before the load comes, where it is as likely as not to pass what there is."""
    if ahead_of_load is None or ahead_of_load.at_least <= current:
        return None
    enough = max(ahead_of_load.at_least, ahead_of_load.enough)
    return Recommendation(lever, current, _worth_it(lever, current, enough), ahead_of_load.because)


def _lower(lever: Lever, current: int, floor: Demand | None, least: float) -> Recommendation | None:
    if floor is None or current - floor.capacity < least:
        return None
    return Recommendation(lever, current, floor.capacity, floor.because)
