"""What is wanted of every lever now: raised for the load or ahead of it, lowered after it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from math import ceil

from tidegate.rules.cause import Diagnosis, LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.readings import Readings
from tidegate.rules.reason import Reason
from tidegate.scaling.config.levers import APPLICATION_LEVERS, CAPACITIES, current_capacities
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.dynamodb_table.sizing import IN_EFFECT
from tidegate.scaling.load.horizons import Outlook
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.recommendation import SETTLE, UNCHANGED, Wish
from tidegate.scaling.recommend import words
from tidegate.scaling.recommend.minimum import at_least_the_minimum
from tidegate.scaling.recommend.pre_scaling import Ready, readiness
from tidegate.scaling.recommend.scale_in import BLIND_SHARE, Lowering
from tidegate.scaling.recommend.scale_out import Needs
from tidegate.scaling.recommend.sizing import Model, learn

__all__ = ["wishes"]

RAISE_MARGIN, RAISE_MARGIN_UNSETTLED = 1.1, 1.5
CHANGING_MARGIN = 1.01
"""For a table whose last change isn't in effect: that was sized at a look, and made some seconds
after it, in which a backlog grew that would want as much more."""


def wishes(
    readings: Readings,
    diagnoses: tuple[Diagnosis, ...],
    spec: PipelineSpec,
    history: History,
    now: datetime,
    expected: Outlook | None = None,
) -> tuple[Wish, ...]:
    """One wish for every lever but those of applications, downstream first, by one look.

    An illness that capacity cures raises what the load of now needs; where none needs a person, a
    load that is expected raises ahead of it; in health, what isn't needed is lowered. Shards follow
    the records that come in, whatever state their readers are in.
    """
    model = learn(readings, history)
    needs = Needs(readings, model, diagnoses, spec, history, expected, now)
    needed = needs.demands()
    lowering = Lowering(readings, model, diagnoses, spec, history, expected, now)
    hour = lowering.demands_of_the_hour()
    ill = any(diagnosis.cured_by for diagnosis in diagnoses)
    incurable = any(diagnosis.advice for diagnosis in diagnoses)
    ready = _ready(model, expected, spec, incurable)
    running_out, borne = needs.running_out(), needs.borne()
    found = []
    for lever, current in _own_levers(readings.pipeline):
        wish = None
        if (ill or (lever in running_out and not incurable)) and lever not in borne:
            margin = _margin(lever, history, readings, now)
            wish = _raise(lever, current, needed.get(lever), margin)
            if wish is not None and not ill:
                wish = replace(wish, because=_running_out(running_out[lever], wish))
        if wish is None:
            wish = _prepare(lever, current, ready.get(lever))
        if wish is None and lowering.is_open(lever) and lowering.is_rested(lever):
            floor = lowering.floor(lever, ready.get(lever), hour)
            wish = _lower(lever, current, floor, lowering.least(lever, current))
        wish = wish or Wish(lever, current, current, UNCHANGED)
        found.append(at_least_the_minimum(_with_arrivals(wish, needs), spec))
    return tuple(found)


def _running_out(why: Reason, wish: Wish) -> Reason:
    return words.RUNNING_OUT(running_out=why, because=wish.because)


def _own_levers(pipeline: Pipeline) -> Iterator[tuple[Lever, int]]:
    for lever, current in current_capacities(pipeline).items():
        if lever.kind not in APPLICATION_LEVERS:
            yield lever, current


def _with_arrivals(wish: Wish, needs: Needs) -> Wish:
    if wish.lever.kind is not LeverKind.SHARD_COUNT:
        return wish
    return replace(wish, for_arrivals=needs.for_arrivals().capacity)


def _ready(
    model: Model, expected: Outlook | None, spec: PipelineSpec, incurable: bool
) -> dict[Lever, Ready]:
    """What the levers must be ready for: beside an illness that only a person cures, the shards
    alone, for the records that come in."""
    if expected is None:
        return {}
    if not incurable:
        return readiness(model, expected, spec)
    ready = readiness(model.of_arrivals(), expected, spec)
    return {lever: each for lever, each in ready.items() if lever.kind is LeverKind.SHARD_COUNT}


def _margin(lever: Lever, history: History, readings: Readings, now: datetime) -> float:
    """How many times what there is a demand must pass for its lever to go up. What a table's last
    change does until now is in its demand; of another lever it shows only well after it, and it
    goes up meanwhile only for much more."""
    changed, judged = history.last_change(lever), readings.vitals.judged_until
    if lever.kind in CAPACITIES:
        return CHANGING_MARGIN if changed is not None and now - changed < IN_EFFECT else 1.0
    settled = changed is None or judged is None or judged - changed >= SETTLE
    return RAISE_MARGIN if settled else RAISE_MARGIN_UNSETTLED


def _raise(lever: Lever, current: int, demand: Demand | None, margin: float) -> Wish | None:
    if demand is None or demand.capacity <= current * margin:
        return None
    return Wish(lever, current, _worth_it(lever, current, demand.capacity), demand.because)


def _worth_it(lever: Lever, current: int, enough: int) -> int:
    """No table goes up by less than a change is worth."""
    return max(enough, ceil(current * (1 + BLIND_SHARE))) if lever.kind in CAPACITIES else enough


def _prepare(lever: Lever, current: int, ready: Ready | None) -> Wish | None:
    """Up before the load comes, where it is as likely as not to pass what there is."""
    if ready is None or ready.at_least <= current:
        return None
    enough = max(ready.at_least, ready.enough)
    return Wish(lever, current, _worth_it(lever, current, enough), ready.because)


def _lower(lever: Lever, current: int, floor: Demand | None, least: float) -> Wish | None:
    if floor is None or current - floor.capacity < least:
        return None
    return Wish(lever, current, floor.capacity, floor.because)
