"""The sweep's part in desired capacities: the steps after the first, and their end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tidegate.scaling.autoscaling_api.contract import Asked, with_lever
from tidegate.scaling.autoscaling_api.dimensions import (
    Dimension,
    UnknownDimension,
    dimension_of,
    is_theirs,
)
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.execute.observe import (
    Observed,
    observe_for,
    with_other_owners,
    with_settled,
)
from tidegate.scaling.kinds.resource_state import why_unusable
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.errors import ResourceMissing, as_known
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.sweep_report import Unreached

__all__ = ["carry_on"]


def carry_on(
    specs: Sequence[PipelineSpec],
    edges: Edges,
    now: datetime,
    holder: str,
) -> tuple[Unreached, ...]:
    """The next step, where one is due, towards every desired capacity that is under way, on behalf
    of Application Auto Scaling; those that have ended are forgotten. What couldn't be looked at is
    answered, and tried again by the next sweep."""
    try:
        levers = tuple(edges.ledger.all_desired())
    except Exception:
        # Every pipeline meets the same error and reports it.
        return ()
    unreached = []
    for lever in levers:
        dimension = _known(specs, lever)
        if dimension is None or edges.is_late():
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
    # Imported here: in most accounts no desired capacity is kept, and a cold start is shorter.
    from tidegate.scaling.autoscaling_api.desired_capacity import end_of, left_of
    from tidegate.scaling.autoscaling_api.next_step import after, marked, next_step, take
    from tidegate.scaling.autoscaling_api.progress import look_of

    lever, ledger = asked.dimension.lever, asked.edges.ledger
    seen = _seen(asked)
    desired = ledger.desired(lever)
    if desired is None:
        return
    if seen is None or why_unusable(seen.pipeline, lever) is not None:
        ledger.amend_desired(lever, desired, None)
        return
    pipeline = seen.pipeline
    look = look_of(asked, pipeline, desired.at)
    ended = end_of(desired, look)
    if ended is not None:
        left = left_of(desired, ended, look)
        if left != desired:
            ledger.amend_desired(lever, desired, left)
        return
    plan = next_step(asked, pipeline, desired, seen.history)
    # Kept before the step, and whole: a run that dies in the middle leaves what shows its end.
    kept = marked(desired, plan, pipeline, lever)
    if kept != desired and not ledger.amend_desired(lever, desired, kept):
        return
    progress, is_overtaken = take(plan, kept, asked, seen)
    left = kept if is_overtaken else after(kept, progress)
    if left != kept:
        ledger.amend_desired(lever, kept, left)


def _seen(asked: Asked) -> Observed | None:
    """The lever's part of the pipeline, None where the lever has gone or has another owner in the
    file. Who else sets it is asked anew: a table may have been registered since."""
    lever, edges = asked.dimension.lever, asked.edges
    if not is_theirs(asked.dimension):
        return None
    try:
        seen = observe_for(lever, asked.dimension.spec, edges, asked.now)
        seen = with_settled(seen, edges, asked.now)
        pipeline = with_lever(seen.pipeline, lever)
    except UnknownDimension:
        return None
    except ResourceMissing:
        if not _is_gone(asked):
            raise
        return None
    return with_other_owners(replace(seen, pipeline=pipeline), lever, edges)


def _is_gone(asked: Asked) -> bool:
    """Whether it is the lever's own resource that is missing: another one of its pipeline may have
    its name."""
    lever = asked.dimension.lever
    try:
        asked.edges.cloud.describe_alone(asked.dimension.spec, lever)
    except ResourceMissing as error:
        return error.resource == lever.where.partition("/")[0]
    return False
