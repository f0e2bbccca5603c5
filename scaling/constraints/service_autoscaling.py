"""Applications whose parallelism the file and the service's own autoscaling both move."""

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.scaling.config.levers import lever_spec
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.flink_application.levers import conflict
from tidegate.scaling.model.change_record import Lever

__all__ = ["conflicts"]


def conflicts(pipeline: Pipeline, spec: PipelineSpec) -> tuple[str, ...]:
    """A sentence for every application whose parallelism has two owners."""
    keeps = {each.application for each in spec.applications if each.service_autoscaling == "keep"}
    return tuple(
        str(conflict(application))
        for application in applications_of(pipeline)
        if application.autoscaling_enabled
        and application.name in keeps
        and _is_owned(application, spec)
    )


def _is_owned(application: FlinkApplication, spec: PipelineSpec) -> bool:
    said = lever_spec(spec, Lever.of(LeverKind.PARALLELISM, application.name))
    return said is not None and said.owner is not None
