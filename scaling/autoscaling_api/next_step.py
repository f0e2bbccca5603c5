"""Steps towards a desired capacity, by the sweep's constraints, ledger and executor. PATCH takes
the first, sweeps the others; a request that reads takes none."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.readings import Readings
from tidegate.rules.kinds.vitals import vital_metrics, vitals_from
from tidegate.rules.window import Window
from tidegate.scaling.autoscaling_api.contract import Asked, ScalingStatus, look_at
from tidegate.scaling.autoscaling_api.desired_capacity import (
    SHOWS_AFTER,
    End,
    Look,
    accepted,
    end_of,
    steps_of,
)
from tidegate.scaling.autoscaling_api.dimensions import (
    Dimension,
    UnknownDimension,
    dimension_of,
    is_theirs,
)
from tidegate.scaling.config.levers import current_capacities
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.constraints.flink_update import update_windows
from tidegate.scaling.execute.executor import Actor, operation_of, reconcile
from tidegate.scaling.kinds.resource_state import why_unusable
from tidegate.scaling.ledger.recall import remembered
from tidegate.scaling.model.change_record import Entry, Lever, Outcome, Wished
from tidegate.scaling.model.errors import ResourceMissing, as_known
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Plan
from tidegate.scaling.model.reason import LASTING, ReasonKind
from tidegate.scaling.model.recommendation import Wish
from tidegate.scaling.plan.decide import Decider
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.sweep_report import Unreached

__all__ = ["Progress", "accept", "carry_on", "progress_of"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a desired capacity is, and why it failed where it has."""

    desired: int
    status: ScalingStatus
    failure: str | None = None


def progress_of(wished: Wished, asked: Asked, pipeline: Pipeline) -> Progress | None:
    """How far it is, None where it has ended well or another's change ended it. Only reads."""
    look = _look(asked, pipeline, wished.at)
    ended = end_of(wished, look)
    if ended is None:
        history = remembered(pipeline, asked.edges.ledger, asked.now)
        return _progress(wished, look, _next_step(asked, pipeline, wished.capacity, history))
    if ended.how is End.FAILED:
        return Progress(wished.capacity, ScalingStatus.FAILED, ended.failure)
    return None


def accept(asked: Asked, pipeline: Pipeline, wanted: int) -> Progress:
    """Take the first step towards a desired capacity, then keep it. What raises until then leaves
    the one that was kept before in force."""
    history = _reconciled(asked, pipeline)
    lever, ledger = asked.dimension.lever, asked.edges.ledger
    earlier = ledger.wished(lever)
    wished = _new_or_repeated(earlier, wanted, asked, pipeline)
    look = _look(asked, pipeline, wished.at)
    if end_of(wished, look) is not None:
        if earlier is not None:
            ledger.wish(lever, None)
        return Progress(wanted, ScalingStatus.SUCCESSFUL)
    progress, is_overtaken = _step(wished, asked, pipeline, history)
    if is_overtaken:
        # Another request or sweep is at it: what it leaves is no change by somebody else.
        wished = replace(wished, start=None)
    ledger.wish(lever, _after(wished, progress, look.current))
    return progress


def _new_or_repeated(
    earlier: Wished | None, wanted: int, asked: Asked, pipeline: Pipeline
) -> Wished:
    """The same capacity asked for again is the earlier request, while that is under way."""
    if earlier is None or earlier.capacity != wanted:
        return accepted(wanted, _look(asked, pipeline, asked.now))
    is_under_way = end_of(earlier, _look(asked, pipeline, earlier.at)) is None
    return earlier if is_under_way else accepted(wanted, _look(asked, pipeline, asked.now))


def _after(wished: Wished, progress: Progress, current: int) -> Wished:
    """What is kept of it: a failure is told until something changes, and not tried again."""
    if progress.status is not ScalingStatus.FAILED:
        return wished
    return replace(wished, failure=progress.failure, start=current)


def carry_on(
    specs: Sequence[PipelineSpec],
    edges: Edges,
    now: datetime,
    holder: str,
    is_late: Callable[[], bool],
) -> tuple[Unreached, ...]:
    """The next step, where one is due, towards every desired capacity that is under way, on behalf
    of Application Auto Scaling; those that have ended are forgotten. What couldn't be looked at is
    answered, and tried again by the next sweep."""
    try:
        levers = tuple(edges.ledger.wishes())
    except Exception:
        # Every pipeline meets the same error and tells of it.
        return ()
    unreached = []
    for lever in levers:
        dimension = _known(specs, lever)
        if dimension is None or is_late():
            continue
        try:
            _carry_on(Asked(dimension, edges, edges.moment(now), holder))
        except Exception as error:
            # Whatever is wrong with one of them, the others go on.
            unreached.append(Unreached(dimension.spec.name, as_known(error)))
    return tuple(unreached)


def _known(specs: Sequence[PipelineSpec], lever: Lever) -> Dimension | None:
    """The dimension, None where the file has no such resource: it may be another file's."""
    try:
        return dimension_of(specs, lever)
    except UnknownDimension:
        return None


def _carry_on(asked: Asked) -> None:
    lever, ledger = asked.dimension.lever, asked.edges.ledger
    pipeline = _seen(asked)
    wished = ledger.wished(lever)
    if wished is None:
        return
    kept = None if pipeline is None else _still_kept(wished, asked, pipeline)
    if kept != wished:
        ledger.amend_wish(lever, wished, kept)


def _seen(asked: Asked) -> Pipeline | None:
    """The lever's part of the pipeline, None where the lever has gone or has another owner."""
    if not is_theirs(asked.dimension):
        return None
    try:
        return look_at(asked)
    except UnknownDimension:
        return None
    except ResourceMissing as error:
        if error.resource != asked.dimension.lever.where.partition("/")[0]:
            raise
        return None


def _still_kept(wished: Wished, asked: Asked, pipeline: Pipeline) -> Wished | None:
    """What is kept of it after the step that was due."""
    lever, ledger = asked.dimension.lever, asked.edges.ledger
    if why_unusable(pipeline, lever) is not None:
        return None
    history = _reconciled(asked, pipeline)
    look = _look(asked, pipeline, wished.at)
    ended = end_of(wished, look)
    if ended is not None:
        is_failed = ended.how is End.FAILED
        return replace(wished, failure=ended.failure, start=look.current) if is_failed else None
    progress, is_overtaken = _step(wished, asked, pipeline, history)
    if is_overtaken:
        return wished
    if wished.start is None and not look.is_settling and not ledger.entries_of(lever, wished.at):
        wished = replace(wished, start=look.current)
    return _after(wished, progress, look.current)


def _reconciled(asked: Asked, pipeline: Pipeline) -> History:
    """What the ledger remembers, after closing what was left open."""
    ledger, now = asked.edges.ledger, asked.now
    history = remembered(pipeline, ledger, now)
    if reconcile(history, pipeline, current_capacities(pipeline), ledger, now):
        return remembered(pipeline, ledger, now)
    return history


def _look(asked: Asked, pipeline: Pipeline, since: datetime) -> Look:
    lever = asked.dimension.lever
    entries = asked.edges.ledger.entries_of(lever, since - SHOWS_AFTER)
    return Look(pipeline, lever, current_capacities(pipeline)[lever], entries, asked.now)


def _step(
    wished: Wished, asked: Asked, pipeline: Pipeline, history: History
) -> tuple[Progress, bool]:
    """Take the step that is due, if any; how far it is, and whether another hand was faster."""
    plan = _next_step(asked, pipeline, wished.capacity, history)
    actor = Actor(asked.dimension.spec.name, asked.edges, asked.holder, asked.now, history)
    changes = actor.act(plan)
    fault = next((each.error for each in changes if each.error is not None), None)
    if fault is not None:
        raise fault
    outcomes = [change.outcome for change in changes]
    if Outcome.FAILED in outcomes:
        # What was refused may be reached in another way, as by splits.
        history = remembered(pipeline, asked.edges.ledger, asked.now)
        plan = _next_step(asked, pipeline, wished.capacity, history)
    progress = _progress(wished, _look(asked, pipeline, wished.at), plan)
    return progress, Outcome.SUPERSEDED in outcomes


def _next_step(asked: Asked, pipeline: Pipeline, wanted: int, history: History) -> Plan:
    now, dimension = asked.now, asked.dimension
    nothing = {metric: Window(metric, now, ()) for metric in vital_metrics(pipeline)}
    windows = {**nothing, **update_windows(pipeline, asked.edges.metrics, now)}
    readings = Readings(pipeline, vitals_from(pipeline, windows, now), 0)
    decider = Decider(readings, (), dimension.spec, history, now, hand="application-autoscaling")
    current = current_capacities(pipeline)[dimension.lever]
    because = "asked for by Application Auto Scaling"
    return decider.plan_for(Wish(dimension.lever, current, wanted, because))


def _progress(wished: Wished, look: Look, plan: Plan) -> Progress:
    """Derived, not stored: by how the last step went, and by what the next one is held."""
    wanted, (decision,) = wished.capacity, plan.decisions
    steps = steps_of(wished, look)
    last = steps[-1] if steps else None
    for reason in decision.held_by:
        if reason.kind in LASTING:
            return Progress(wanted, ScalingStatus.FAILED, str(reason))
    if last is not None and last.outcome is Outcome.FAILED:
        if not any(_is_another_way(last, plan)):
            return Progress(wanted, ScalingStatus.FAILED, last.detail)
    elif last is not None:
        return Progress(wanted, ScalingStatus.IN_PROGRESS)
    for reason in decision.held_by:
        if reason.kind is ReasonKind.BUDGET_SPENT:
            return Progress(wanted, ScalingStatus.FAILED, str(reason))
    # A desired capacity that is there already waits for an earlier change to end.
    is_begun = wanted == look.current or any(entry.outcome is Outcome.DONE for entry in steps)
    return Progress(wanted, ScalingStatus.IN_PROGRESS if is_begun else ScalingStatus.PENDING)


def _is_another_way(last: Entry, plan: Plan) -> Iterator[bool]:
    return (operation_of(action) != last.operation for action in plan.actions)
