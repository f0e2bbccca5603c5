"""Who plays which part in a pipeline's plan, asked of the kinds that it was described with."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Pipeline, Role
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Window
from tidegate.scaling.load.offered_load import SourceChange
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.planning import Planning
from tidegate.scaling.model.resource_type import ResourceType, type_of, types_of
from tidegate.scaling.model.sized import Executions, SourceUnits

__all__ = [
    "arrivals_of",
    "capacity_causes",
    "executions_of",
    "lever_monthly_usd",
    "planning_of",
    "plannings",
    "role_of",
    "source_change",
    "source_demands",
    "source_of",
    "uneven_causes",
    "units_of",
]


NO_PART = Planning()
"""Of a kind that is in no plan but by its own recommendations."""


def plannings(pipeline: Pipeline) -> tuple[Planning, ...]:
    """Of each kind that takes part in a plan of the pipeline, downstream first."""
    return pipeline.view(_plannings)


def planning_of(lever: Lever, pipeline: Pipeline) -> Planning:
    """Of the kind that has the lever."""
    return pipeline.view(_by_lever_kind).get(lever.kind, NO_PART)


def lever_monthly_usd(signals: Signals, lever: Lever, setting: int) -> float:
    """What a setting of a lever costs a month, in US dollars at list prices."""
    pipeline = signals.pipeline
    measured = planning_of(lever, pipeline).monthly_usd(signals, lever, setting)
    if measured is not None:
        return measured
    return type_of(lever, pipeline).monthly_usd(pipeline, lever, setting)


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


def source_demands(pipeline: Pipeline, diagnoses: tuple[Diagnosis, ...]) -> Iterator[Demand]:
    """How many units the source must have for the sake of processors that can't read from fewer."""
    source = source_of(pipeline)
    if source is not None:
        found = (each.source_demand(diagnoses, source) for each in plannings(pipeline))
        yield from (demand for demand in found if demand is not None)


def units_of(pipeline: Pipeline) -> int:
    """How many units the source has, 0 where its capacity has none."""
    source = source_of(pipeline)
    return 0 if source is None else source.count


def role_of(lever: Lever, pipeline: Pipeline) -> Role | None:
    """The part of a lever in what is sized together, None for one that is sized alone."""
    return pipeline.view(_roles).get(lever.kind)


def _roles(pipeline: Pipeline) -> dict[LeverKind, Role]:
    return {kind: role for each in plannings(pipeline) for kind, role in each.roles.items()}


def executions_of(signals: Signals, said: InFile) -> tuple[Executions, ...]:
    """Of each processor that has so many for each unit of the source."""
    kinds = plannings(signals.pipeline)
    return tuple(found for each in kinds for found in each.executions(signals, said))


def arrivals_of(signals: Signals) -> Window:
    """The records that came in, with the zeros that the source's metrics keep silent about."""
    source, series = source_of(signals.pipeline), signals.series.source
    return series.incoming_records if source is None else source.arrivals(series)


def capacity_causes(pipeline: Pipeline) -> frozenset[Cause]:
    """What sinks are ill of for want of capacity."""
    return pipeline.view(_capacity_causes)


def _capacity_causes(pipeline: Pipeline) -> frozenset[Cause]:
    return frozenset([cause for each in plannings(pipeline) for cause in each.capacity_causes])


def uneven_causes(pipeline: Pipeline) -> frozenset[Cause]:
    """By which a part of the source refuses records that the whole of it could take."""
    return pipeline.view(_uneven_causes)


def _uneven_causes(pipeline: Pipeline) -> frozenset[Cause]:
    return frozenset([cause for each in plannings(pipeline) for cause in each.uneven_causes])
