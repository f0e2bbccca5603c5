"""PATCH takes the first step towards a desired capacity and keeps it; GET tells how far it is, and
takes none."""

from tidegate.rules.graph import Pipeline
from tidegate.scaling.autoscaling_api.contract import Asked, ScalingStatus
from tidegate.scaling.autoscaling_api.desired_capacity import End, accepted, end_of
from tidegate.scaling.autoscaling_api.next_step import (
    Progress,
    after,
    look_of,
    marked,
    next_step,
    progress_towards,
    reconciled,
    take,
)
from tidegate.scaling.ledger.recall import remembered
from tidegate.scaling.model.change_record import Entry, Wished

__all__ = ["accept", "progress_of"]


def progress_of(wished: Wished, asked: Asked, pipeline: Pipeline) -> Progress | None:
    """How far it is, None where it has ended well or another's change ended it. Only reads."""
    look = look_of(asked, pipeline, wished.at)
    ended = end_of(wished, look)
    if ended is None:
        history = remembered(pipeline, asked.edges.ledger, asked.now)
        return progress_towards(wished, look, next_step(asked, pipeline, wished.capacity, history))
    if ended.how is End.FAILED:
        return Progress(wished.capacity, ScalingStatus.FAILED, ended.failure)
    return None


def accept(asked: Asked, pipeline: Pipeline, wanted: int) -> Progress:
    """Take the first step towards a desired capacity, then keep it. What raises until then leaves
    the one that was kept before in force."""
    history = reconciled(asked, pipeline)
    lever, ledger = asked.dimension.lever, asked.edges.ledger
    earlier = ledger.wished(lever)
    wished = _new_or_repeated(earlier, wanted, asked, pipeline, history.last_entry(lever))
    look = look_of(asked, pipeline, wished.at)
    if end_of(wished, look) is not None:
        if earlier is not None:
            ledger.wish(lever, None)
        return Progress(wanted, ScalingStatus.SUCCESSFUL)
    plan = next_step(asked, pipeline, wanted, history)
    wished = marked(wished, plan, pipeline, lever)
    progress, _ = take(plan, wished, asked, pipeline, history)
    ledger.wish(lever, after(wished, progress, look.current))
    return progress


def _new_or_repeated(
    earlier: Wished | None, wanted: int, asked: Asked, pipeline: Pipeline, last: Entry | None
) -> Wished:
    """The same capacity asked for again is the earlier request, while that is under way."""
    if earlier is None or earlier.capacity != wanted:
        return accepted(wanted, look_of(asked, pipeline, asked.now), last)
    is_under_way = end_of(earlier, look_of(asked, pipeline, earlier.at)) is None
    return earlier if is_under_way else accepted(wanted, look_of(asked, pipeline, asked.now), last)
