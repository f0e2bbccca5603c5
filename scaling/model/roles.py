"""Who plays which part in a pipeline's plan, asked of the kinds that it was described with."""

from collections.abc import Iterator

from tidegate.rules.cause import Diagnosis, LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.load.offered_load import SourceChange
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.planning import Planning, SourceUnits
from tidegate.scaling.model.resource_type import ResourceType, types_of

__all__ = ["let_in", "planning_of", "plannings", "source_change", "source_demands", "source_of"]


NO_PART = Planning()
"""Of a kind that is in no plan but by its own recommendations."""


def plannings(pipeline: Pipeline) -> tuple[Planning, ...]:
    """Of each kind that takes part in a plan of the pipeline, downstream first."""
    return pipeline.view(_plannings)


def planning_of(lever: Lever, pipeline: Pipeline) -> Planning:
    """Of the kind that has the lever."""
    return pipeline.view(_by_lever_kind).get(lever.kind, NO_PART)


def _by_type(pipeline: Pipeline) -> list[tuple[ResourceType, Planning]]:
    found = [(each, each.planning(pipeline)) for each in types_of(pipeline)]
    return [(each, planning) for each, planning in found if planning is not None]


def _plannings(pipeline: Pipeline) -> tuple[Planning, ...]:
    return tuple([planning for _, planning in pipeline.view(_by_type)])


def _by_lever_kind(pipeline: Pipeline) -> dict[LeverKind, Planning]:
    plannings = pipeline.view(_by_type)
    return {kind: planning for each, planning in plannings for kind in each.levers}


def source_of(pipeline: Pipeline) -> SourceUnits | None:
    """The units of the pipeline's source, None where its capacity has none."""
    return pipeline.view(_source)


def _source(pipeline: Pipeline) -> SourceUnits | None:
    return next((each.source for each in plannings(pipeline) if each.source is not None), None)


def source_change(pipeline: Pipeline, history: History) -> SourceChange | None:
    """The last change of the source's units, None where none is known."""
    source = source_of(pipeline)
    changed_at = None if source is None else history.last_change(source.lever)
    if source is None or changed_at is None:
        return None
    return SourceChange(changed_at, source.change_takes_seconds)


def let_in(load: Load, pipeline: Pipeline, units: int | None = None) -> Load:
    """As much of a load as the source lets in with so many units, those of now if not said; all of
    it where the source has none."""
    source = source_of(pipeline)
    if source is None:
        return load
    return load.let_in(*source.lets_in(source.count if units is None else units))


def source_demands(pipeline: Pipeline, diagnoses: tuple[Diagnosis, ...]) -> Iterator[Demand]:
    """How many units the source must have for the sake of processors that can't read from fewer."""
    source = source_of(pipeline)
    if source is not None:
        found = (each.source_demand(diagnoses, source) for each in plannings(pipeline))
        yield from (demand for demand in found if demand is not None)
