"""Steps towards a desired capacity, by the sweep's constraints, ledger and executor."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.signal_series import series_from, series_metrics
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import Window
from tidegate.scaling.autoscaling_api.contract import Asked, ScalingStatus
from tidegate.scaling.autoscaling_api.desired_capacity import BECAUSE, Look, settles_at, steps_of
from tidegate.scaling.autoscaling_api.progress import Progress, has_begun, is_refused, look_of
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.lever_spec import Caller
from tidegate.scaling.config.levers import current_capacities
from tidegate.scaling.execute.observe import Observed
from tidegate.scaling.kinds.resource_state import settings_marks
from tidegate.scaling.ledger.recall import remembered
from tidegate.scaling.model.change_record import ChangeRecord, DesiredCapacity, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.look import Look as LookAtAll
from tidegate.scaling.model.plan import Plan
from tidegate.scaling.model.reason import LASTING, ReasonKind
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.model.roles import plannings
from tidegate.scaling.plan.decide import Decider
from tidegate.scaling.ports import Edges

__all__ = [
    "after",
    "look_for",
    "marked",
    "next_step",
    "plan_towards",
    "progress_towards",
    "take",
]


def after(desired: DesiredCapacity, progress: Progress) -> DesiredCapacity:
    """What is kept of it: a failure is reported until something changes, and not tried again. The
    last step towards it may have been taken as far as a constraint allows."""
    if progress.status is not ScalingStatus.FAILED:
        return desired
    return replace(desired, failure=progress.failure, start=progress.settles_at)


def take(
    plan: Plan, desired: DesiredCapacity, asked: Asked, seen: Observed
) -> tuple[Progress, bool]:
    """Take the step that is due, if any; how far it is, and whether another caller was faster."""
    # Imported here: most looks at a desired capacity find no step due.
    from tidegate.scaling.execute.executor import Executor

    pipeline = seen.pipeline
    changes = Executor(asked.edges, asked.holder, asked.now, seen).act(plan)
    fault = next((each.error for each in changes if each.error is not None), None)
    if fault is not None:
        raise fault
    overtaken = next((each for each in changes if each.outcome is Outcome.SUPERSEDED), None)
    if any(each.outcome is Outcome.FAILED for each in changes):
        # What was refused may be reached in another way, as by splits.
        history = remembered(pipeline, asked.edges.ledger, asked.now)
        plan = next_step(asked, pipeline, desired, history)
    look = look_of(asked, pipeline, desired.at)
    progress = progress_towards(desired, look, plan)
    if overtaken is not None and progress.status is ScalingStatus.PENDING:
        # A constraint on how far the step goes is not what kept it from being taken.
        words = overtaken.detail or str(overtaken.refusal)
        progress = replace(progress, waits_for=Reason.told(str(overtaken.refusal), words))
    return replace(progress, settles_at=settles_at(desired, look)), overtaken is not None


def marked(
    desired: DesiredCapacity, plan: Plan, pipeline: Pipeline, lever: Lever
) -> DesiredCapacity:
    """With the settings' marks as they are before the plan's step."""
    return replace(desired, marks=settings_marks(pipeline, lever)) if plan.actions else desired


def next_step(asked: Asked, pipeline: Pipeline, desired: DesiredCapacity, history: History) -> Plan:
    """The plan with the step that is due, empty where a constraint holds it."""
    dimension = asked.dimension
    current = current_capacities(pipeline)[dimension.lever]
    because = Reason.of("desired-capacity", BECAUSE)
    recommendation = Recommendation(
        dimension.lever, current, desired.capacity, because, asked_at=desired.at
    )
    seen = Observed(dimension.spec, pipeline, history, {}, asked.now)
    return plan_towards(recommendation, seen, asked.edges, asked.now, "application-autoscaling")


def plan_towards(
    recommendation: Recommendation, seen: Observed, edges: Edges, now: datetime, caller: Caller
) -> Plan:
    """One step towards a capacity that somebody asks for, through the constraints that hold for
    whoever asks; empty where one of them holds the lever."""
    return Decider(look_for(seen, edges, now), caller).plan_for(recommendation)


def look_for(seen: Observed, edges: Edges, now: datetime) -> LookAtAll:
    """What the constraints depend on that hold for whoever asks: no load, but the metrics that
    limits of AWS are counted by."""
    # Imported here: an answer that only reads needs no rules.
    from tidegate.rules.kinds.packs import in_force
    from tidegate.scaling.constraints.limit_windows import limit_windows

    pipeline, said = seen.pipeline, in_file(seen.spec)
    for planning in plannings(pipeline):
        pipeline = planning.with_limiting(pipeline, said, edges.cloud)
    nothing = {metric: Window(metric, now, ()) for metric in series_metrics(pipeline)}
    windows = {**nothing, **limit_windows(pipeline, edges.metrics, now)}
    limits = in_force(seen.spec.thresholds, pipeline.kinds.signals)
    objective = seen.spec.objective.iterator_age_max_seconds
    series = series_from(pipeline, windows, now)
    signals = Signals(pipeline, series, objective, thresholds=limits)
    return LookAtAll(signals, (), said, seen.history, now)


def progress_towards(desired: DesiredCapacity, look: Look, plan: Plan) -> Progress:
    """Derived, not stored: by how the last step went, and by what the next one is held."""
    wanted, (decision,) = desired.capacity, plan.decisions
    steps = steps_of(desired, look)
    last = steps[-1] if steps else None
    for reason in decision.held_by:
        if reason.kind in LASTING:
            return Progress(wanted, ScalingStatus.FAILED, str(reason))
    if last is not None and is_refused(last) and not any(_is_another_way(last, plan)):
        return Progress(wanted, ScalingStatus.FAILED, last.detail)
    if last is None or is_refused(last):
        for reason in decision.held_by:
            if reason.kind is ReasonKind.BUDGET_SPENT:
                return Progress(wanted, ScalingStatus.FAILED, str(reason))
    if has_begun(desired, look):
        return Progress(wanted, ScalingStatus.IN_PROGRESS)
    waits_for = next(iter(decision.held_by), None)
    return Progress(wanted, ScalingStatus.PENDING, waits_for=waits_for)


def _is_another_way(last: ChangeRecord, plan: Plan) -> Iterator[bool]:
    return (action.operation != last.operation for action in plan.actions)
