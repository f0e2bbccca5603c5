"""The rows of a pipeline's dashboard: each layer as it is set now, its graphs and their limits."""

from tidegate.rules.graph import Pipeline
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.model.dashboard_row import Row
from tidegate.scaling.model.resource_type import types_of
from tidegate.scaling.observability.watched import watched

__all__ = ["rows"]


def rows(pipeline: Pipeline, spec: PipelineSpec) -> tuple[Row, ...]:
    """The layers of a pipeline as they are set now, upstream first."""
    seen = watched(pipeline, spec)
    return tuple(row for each in reversed(types_of(pipeline)) for row in each.operations.rows(seen))
