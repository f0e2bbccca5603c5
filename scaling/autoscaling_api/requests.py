"""PATCH takes the first step towards a desired capacity, and keeps it."""

from tidegate.rules.graph import Pipeline
from tidegate.scaling.autoscaling_api.contract import Asked, ScalingStatus, with_lever
from tidegate.scaling.autoscaling_api.desired_capacity import accepted, end_of
from tidegate.scaling.autoscaling_api.next_step import after, marked, next_step, take
from tidegate.scaling.autoscaling_api.progress import Progress, look_of
from tidegate.scaling.execute.observe import Observed, with_settled
from tidegate.scaling.model.change_record import ChangeRecord, DesiredCapacity

__all__ = ["accept"]


def accept(asked: Asked, seen: Observed, wanted: int) -> Progress:
    """Take the first step towards a desired capacity, then keep it. What raises until then leaves
    the one that was kept before in force."""
    seen = with_settled(seen, asked.edges, asked.now)
    pipeline, history = with_lever(seen.pipeline, asked.dimension.lever), seen.history
    lever, ledger = asked.dimension.lever, asked.edges.ledger
    earlier = ledger.desired(lever)
    desired = _new_or_repeated(earlier, wanted, asked, pipeline, history.last_change_record(lever))
    look = look_of(asked, pipeline, desired.at)
    if end_of(desired, look) is not None:
        if earlier is not None:
            ledger.keep_desired(lever, None)
        return Progress(wanted, ScalingStatus.SUCCESSFUL)
    plan = next_step(asked, pipeline, desired, history)
    desired = marked(desired, plan, pipeline, lever)
    progress, _ = take(plan, desired, asked, seen)
    ledger.keep_desired(lever, after(desired, progress))
    return progress


def _new_or_repeated(
    earlier: DesiredCapacity | None,
    wanted: int,
    asked: Asked,
    pipeline: Pipeline,
    last: ChangeRecord | None,
) -> DesiredCapacity:
    """The same capacity asked for again is the earlier request, while that is under way."""
    if earlier is None or earlier.capacity != wanted:
        return accepted(wanted, look_of(asked, pipeline, asked.now), last)
    is_under_way = end_of(earlier, look_of(asked, pipeline, earlier.at)) is None
    return earlier if is_under_way else accepted(wanted, look_of(asked, pipeline, asked.now), last)
