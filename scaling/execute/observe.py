"""What one run sees of a pipeline, and what the ledger knew before that."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tidegate.rules.graph import Pipeline
from tidegate.scaling.config.levers import resources_of
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.ledger.recall import remembered
from tidegate.scaling.model.history import OVERLAP, History
from tidegate.scaling.ports import Edges

__all__ = ["Observed", "as_of", "observe", "with_settled"]


@dataclass(frozen=True, slots=True)
class Observed:
    """A pipeline as one run saw it after ``looked_at``.

    ``newest`` is each resource's newest change record, read before AWS was asked: whatever another
    run has begun or ended since then shows as a difference.
    """

    spec: PipelineSpec
    pipeline: Pipeline
    history: History
    newest: Mapping[str, str]
    looked_at: datetime


def observe(spec: PipelineSpec, edges: Edges, now: datetime) -> Observed:
    """The ledger first, then AWS."""
    newest = edges.ledger.newest(resources_of(spec))
    looked_at = edges.moment(now)
    pipeline = edges.cloud.describe(spec)
    return Observed(spec, pipeline, remembered(pipeline, edges.ledger, now), newest, looked_at)


def as_of(seen: Observed, now: datetime) -> Observed:
    """The same without what was done later than ``now``, for a dry run as of a past moment."""
    return replace(seen, history=seen.history.until(now + OVERLAP))


def with_settled(seen: Observed, edges: Edges, now: datetime) -> Observed:
    """The same after what was left open is settled. Where anything was, the pipeline is looked at
    anew, since other runs may act from that moment on."""
    if not seen.history.open_change_records():
        return seen
    # Imported here: most sweeps find nothing open, and a cold start is shorter without it.
    from tidegate.scaling.execute.settle import settle

    if settle(seen.history, seen.pipeline, edges.ledger, seen.looked_at):
        return observe(seen.spec, edges, now)
    return seen
