"""What alarms and dashboard rows of a pipeline depend on, out of its file."""

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.packs import in_force
from tidegate.scaling.config.levers import all_settings, lever_spec
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.watched import Watched

__all__ = ["watched"]


def watched(pipeline: Pipeline, spec: PipelineSpec) -> Watched:
    """The pipeline with its objective, its thresholds and the levers that Tidegate owns."""
    levers = all_settings(pipeline)
    owned = frozenset(lever for lever in levers if _is_ours(spec, lever))
    objective = spec.objective.iterator_age_max_seconds
    return Watched(pipeline, objective, in_force(spec.thresholds, pipeline.kinds.signals), owned)


def _is_ours(spec: PipelineSpec, lever: Lever) -> bool:
    said = lever_spec(spec, lever)
    return said is not None and said.owner == "tidegate"
