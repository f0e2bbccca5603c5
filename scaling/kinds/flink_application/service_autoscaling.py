"""Applications whose parallelism the file and the service's own autoscaling both move."""

from collections.abc import Iterable, Iterator

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.scaling.kinds.flink_application.in_file import ends_autoscaling
from tidegate.scaling.kinds.flink_application.levers import conflict
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.in_file import InFile

__all__ = ["conflicts"]


def conflicts(applications: Iterable[FlinkApplication], said: InFile) -> Iterator[str]:
    """A sentence for every application whose parallelism has two owners."""
    for application in applications:
        keeps = not ends_autoscaling(said, application.name)
        if application.autoscaling_enabled and keeps and _is_owned(application, said):
            yield str(conflict(application))


def _is_owned(application: FlinkApplication, said: InFile) -> bool:
    bounds = said.bounds(Lever.of(LeverKind.PARALLELISM, application.name))
    return bounds is not None and bounds.owner is not None
