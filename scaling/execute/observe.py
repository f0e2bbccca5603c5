"""What one run sees of a pipeline, and what the ledger knew before that."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tidegate.rules.graph import Pipeline
from tidegate.rules.scalable_targets import ScalableTargets
from tidegate.scaling.config.levers import CAPACITIES, part_of, resource_of, resources_of
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.ledger.recall import remembered
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import NEVER_MADE, OVERLAP, History
from tidegate.scaling.ports import Edges

__all__ = ["Observed", "as_of", "observe", "observe_for", "with_other_owners", "with_settled"]


@dataclass(frozen=True, slots=True)
class Observed:
    """A pipeline as one run saw it after ``looked_at``.

    ``newest`` is each resource's newest change record, read before AWS was asked: whatever another
    run has begun or ended since then shows as a difference. Of a lever ``alone`` only its resource
    was looked at.
    """

    spec: PipelineSpec
    pipeline: Pipeline
    history: History
    newest: Mapping[str, str]
    looked_at: datetime
    alone: Lever | None = None


def observe(
    spec: PipelineSpec, edges: Edges, now: datetime, alone: Lever | None = None
) -> Observed:
    """The ledger first, then AWS; of a lever ``alone`` only its resource."""
    newest = edges.ledger.newest(resources_of(spec) if alone is None else (resource_of(alone),))
    looked_at, cloud = edges.moment(now), edges.cloud
    pipeline = cloud.describe(spec) if alone is None else cloud.describe_alone(spec, alone)
    history = remembered(pipeline, edges.ledger, now)
    return Observed(spec, pipeline, history, newest, looked_at, alone)


def observe_for(lever: Lever, spec: PipelineSpec, edges: Edges, now: datetime) -> Observed:
    """As much of a pipeline as a decision on one lever needs. A bound on money is one of all."""
    if spec.max_usd_a_day is not None:
        return observe(spec, edges, now)
    if lever.kind.is_limited_alone:
        return observe(spec, edges, now, lever)
    return observe(part_of(spec, lever), edges, now)


def with_other_owners(seen: Observed, lever: Lever, edges: Edges) -> Observed:
    """The same with who else sets the lever, asked anew: a table may have been registered since its
    last change. AWS has no auto scaling of its own for the other levers."""
    if lever.kind not in CAPACITIES:
        return seen
    targets = ScalableTargets(edges.cloud.scalable_targets(lever.where))
    return replace(seen, pipeline=replace(seen.pipeline, scalable_targets=targets))


def as_of(seen: Observed, now: datetime) -> Observed:
    """The same without what was done later than ``now``, for a dry run as of a past moment."""
    return replace(seen, history=seen.history.until(now + OVERLAP))


def with_settled(seen: Observed, edges: Edges, now: datetime) -> Observed:
    """The same after what was left open is settled. Where anything was, the pipeline is looked at
    anew, since other runs may act from that moment on."""
    history = seen.history
    concluded = any(each.detail == NEVER_MADE for each in history.change_records)
    if not concluded and not history.open_change_records():
        return seen
    # Imported here: most sweeps find nothing open, and a cold start is shorter without it.
    from tidegate.scaling.execute.settle import settle

    if settle(history, seen.pipeline, edges.ledger, seen.looked_at):
        return observe(seen.spec, edges, now, seen.alone)
    return seen
