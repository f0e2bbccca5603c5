"""The next step towards a wish from outside, by the sweep's own bounds, ledger and hand."""

from rules.pipeline import Pipeline
from rules.readings import Readings
from rules.vitals import vital_metrics, vitals_from
from rules.window import Window
from scaling.acting import Actor, reconcile
from scaling.callback import Asked, ScalingStatus
from scaling.decide import Decider
from scaling.history import History, remembered
from scaling.levers import current_capacities
from scaling.plan import Decision, Plan
from scaling.record import Entry, Outcome, Wished
from scaling.resources.flink_application import DOES_NOT_RUN, ONE_OWNER, ROLLED_BACK
from scaling.resources.flink_update import UNREACHABLE, update_windows
from scaling.second_owner import NOT_MOVED
from scaling.wish import Wish

__all__ = ["step_towards"]

_HOPELESS = (DOES_NOT_RUN, NOT_MOVED, ONE_OWNER, ROLLED_BACK, *UNREACHABLE)


def step_towards(
    wished: Wished, asked: Asked, pipeline: Pipeline
) -> tuple[ScalingStatus, str | None]:
    """Take the step towards a wish that is due, if any; how far it is, and why when it failed."""
    lever, ledger, now = asked.dimension.lever, asked.edges.ledger, asked.now
    capacities = current_capacities(pipeline)
    history = remembered(pipeline, ledger, now)
    if reconcile(history, pipeline, capacities, ledger, now):
        history = remembered(pipeline, ledger, now)
    plan = _next_step(asked, pipeline, wished, capacities[lever], history)
    actor = Actor(asked.dimension.spec.name, asked.edges, asked.holder, now, history)
    failed = next((each.error for each in actor.act(plan) if each.error is not None), None)
    if failed is not None:
        raise failed
    entries = [each for each in ledger.entries_of(lever, wished.at) if each.begun_at >= wished.at]
    return _status(plan.decisions[0], entries)


def _next_step(
    asked: Asked, pipeline: Pipeline, wished: Wished, current: int, history: History
) -> Plan:
    now, dimension = asked.now, asked.dimension
    nothing = {metric: Window(metric, now, ()) for metric in vital_metrics(pipeline)}
    windows = {**nothing, **update_windows(pipeline, asked.edges.metrics, now)}
    readings = Readings(pipeline, vitals_from(pipeline, windows, now), 0)
    decider = Decider(readings, (), dimension.spec, history, now, hand="application-autoscaling")
    because = "asked for by Application Auto Scaling"
    return decider.plan_for(Wish(dimension.lever, current, wished.capacity, because))


def _status(decision: Decision, entries: list[Entry]) -> tuple[ScalingStatus, str | None]:
    """Derived, not stored: by how the last step since the wish went, and whether one was due."""
    last = entries[-1] if entries else None
    hopeless = [reason for reason in decision.held_by if any(map(reason.count, _HOPELESS))]
    if hopeless:
        return ScalingStatus.FAILED, hopeless[0]
    if last is not None and last.outcome is Outcome.FAILED:
        return ScalingStatus.FAILED, last.detail
    if last is not None:
        return ScalingStatus.IN_PROGRESS, None
    spent = [reason for reason in decision.held_by if "are spent" in reason]
    if spent:
        return ScalingStatus.FAILED, spent[0]
    return ScalingStatus.PENDING, None
