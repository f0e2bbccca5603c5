"""The two methods of the custom-resource contract: PATCH and GET."""

from tidegate.scaling.autoscaling_api.contract import (
    Asked,
    BadRequest,
    ScalableTargetDimension,
    ScalingStatus,
    look_at,
    with_lever,
)
from tidegate.scaling.autoscaling_api.dimensions import is_theirs
from tidegate.scaling.config.levers import (
    CAPACITIES,
    capacities_like,
    lever_spec,
    resource_of,
)
from tidegate.scaling.kinds.registry import type_with
from tidegate.scaling.kinds.resource_state import is_passing, why_unusable
from tidegate.scaling.model.pause import pausing

__all__ = ["describe", "scale"]


def scale(asked: Asked, wanted: int) -> ScalableTargetDimension:
    """PATCH: take the first step, and keep what was asked for. Raises BadRequest, and nothing is
    kept, for a capacity outside the file's bounds, on a lever that isn't Application Auto
    Scaling's alone through here, and for a resource that doesn't work."""
    dimension, lever = asked.dimension, asked.dimension.lever
    said = lever_spec(dimension.spec, lever)
    if said is None or not is_theirs(dimension):
        no_owner = said is None or said.owner is None
        raise BadRequest(
            f"{lever} {'has no owner' if no_owner else 'is owned by Tidegate'}: set its owner to "
            "application-autoscaling in the pipeline file"
        )
    if not said.min <= wanted <= said.max:
        raise BadRequest(
            f"desiredCapacity {wanted:,} is outside {said.min:,}..{said.max:,} of {lever}"
        )
    if lever.kind in CAPACITIES:
        _refuse_two_owners(asked)
    # Imported here: who only reads changes nothing, and a cold start is shorter without it.
    from tidegate.scaling.autoscaling_api.requests import accept
    from tidegate.scaling.execute.observe import observe_for

    seen = observe_for(lever, dimension.spec, asked.edges, asked.now)
    pipeline = with_lever(seen.pipeline, lever)
    reason = why_unusable(pipeline, lever)
    if reason is not None:
        raise BadRequest(f"{lever} was not changed: {reason}")
    pause = pausing(seen.history.pauses, lever, resource_of(lever), dimension.spec.name, asked.now)
    if pause is not None:
        raise BadRequest(f"{lever} was not changed: {pause.of} is paused ({pause.reason})")
    told = accept(asked, seen, wanted)
    current = capacities_like(pipeline, lever)[lever]
    return ScalableTargetDimension(dimension, current, *told.answer)


def _refuse_two_owners(asked: Asked) -> None:
    lever = asked.dimension.lever
    for target in asked.edges.cloud.scalable_targets(lever.where):
        if target.kind is lever.kind:
            reason = type_with(lever.kind).owned_too(lever, target)
            raise BadRequest(f"{reason}: deregister one of the two targets")


def describe(asked: Asked) -> ScalableTargetDimension:
    """GET: the capacity there is, and the desired capacity that is under way. Only reads."""
    dimension, lever = asked.dimension, asked.dimension.lever
    desired = asked.edges.ledger.desired(lever) if is_theirs(dimension) else None
    pipeline = look_at(asked)
    current = capacities_like(pipeline, lever)[lever]
    reason = why_unusable(pipeline, lever)
    if reason is not None:
        return ScalableTargetDimension(dimension, current, current, ScalingStatus.FAILED, reason)
    if desired is not None:
        # Imported here: most requests find nothing to do, and a cold start is shorter without it.
        from tidegate.scaling.autoscaling_api.progress import progress_of

        told = progress_of(desired, asked, pipeline)
        if told is not None:
            return ScalableTargetDimension(dimension, current, *told.answer)
    passing = is_passing(pipeline, lever)
    status = ScalingStatus.IN_PROGRESS if passing else ScalingStatus.SUCCESSFUL
    return ScalableTargetDimension(dimension, current, current, status)
