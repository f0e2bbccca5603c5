"""What a pipeline file says against a reshard that somebody asks for."""

from collections.abc import Callable, Iterator, Sequence

from tidegate.rules.kinds.kinesis_stream.state import Stream
from tidegate.rules.reason import Reason
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.constraints.operator import owner_constraints, window_constraints
from tidegate.scaling.kinds.kinesis_stream.price import stream_monthly_usd
from tidegate.scaling.kinds.kinesis_stream.tumbling_windows import closed_windows
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Constraint, Decision, Prohibition

__all__ = ["held_by_file"]

Affordable = Callable[[list[Decision]], list[Decision]]
"""What the file's bound on money leaves of decisions (``scaling/plan/decide.py``)."""

ASKED = Reason.told("reshard", "requested by tidegate reshard")


def held_by_file(
    look: Look, spec: PipelineSpec, lever: Lever, counts: Sequence[int], affordable: Affordable
) -> tuple[Reason, ...]:
    """Why the file does not allow a reshard by way of these shard counts, the present one first:
    its ``min``, ``max``, change windows, ``closing_windows`` and ``max_usd_a_day``; empty where it
    does. An operator may reshard a stream whoever owns its shards. What AWS allows, pauses and
    changes under way are watched by whoever carries it out."""
    held = [each.reason for each in _constraints(look, spec, lever, counts) if _holds(each, counts)]
    stream = look.signals.pipeline.the(Stream)
    now, most = counts[0], max(counts)
    more = stream_monthly_usd(stream, lever, most) - stream_monthly_usd(stream, lever, now)
    # By the most shards on the way: they are paid for while they are open.
    (priced,) = affordable([Decision(lever, now, most, most, ASKED, usd_per_month=more)])
    return (*held, *priced.held_by)


def _constraints(
    look: Look, spec: PipelineSpec, lever: Lever, counts: Sequence[int]
) -> Iterator[Constraint]:
    yield from owner_constraints(spec, lever, "operator")
    yield from window_constraints(spec, counts[0], look.now)
    is_scale_out = counts[-1] > counts[0]
    yield from closed_windows(look.signals.pipeline, look.said, is_scale_out=is_scale_out)


def _holds(constraint: Constraint, counts: Sequence[int]) -> bool:
    if isinstance(constraint, Prohibition):
        return True
    return not constraint.lower <= counts[-1] <= constraint.upper
