"""What is wanted of every lever of a pipeline."""

from collections.abc import Iterator

from tidegate.rules.kinds.flink_application.state import applications_of
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.load.horizons import ForecastHorizons
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.model.resource_type import types_of
from tidegate.scaling.recommend.recommend import recommendations
from tidegate.scaling.recommend.retention import retention_recommendations

__all__ = ["wanted"]


def wanted(look: Look, expected: ForecastHorizons | None) -> Iterator[Recommendation]:
    """Those that are sized together, those of applications, the retention, and what kinds of
    resource want of levers that they size alone."""
    spec: PipelineSpec = look.said.entry
    seen = (look.signals, look.diagnoses, spec, look.history, look.now)
    yield from recommendations(*seen, expected)
    if applications_of(look.signals.pipeline):
        # Imported here: most pipelines have no application, and a cold start is shorter without.
        from tidegate.scaling.recommend.flink_application import application_recommendations

        yield from application_recommendations(*seen)
    yield from retention_recommendations(look.signals, look.history)
    for kind in types_of(look.signals.pipeline):
        yield from kind.recommendations(look)
