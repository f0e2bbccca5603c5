"""Which application a lever belongs to, and what is said of its state.

Its words are imported where they are said: most requests say none, and a cold start is shorter
without."""

from datetime import datetime

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.rules.reason import Reason
from tidegate.scaling.model.change_record import Lever

__all__ = ["LEVERS", "application_of", "does_not_run", "rolled_back"]

LEVERS = (LeverKind.PARALLELISM_PER_KPU, LeverKind.PARALLELISM)


def does_not_run(application: FlinkApplication) -> Reason:
    """That an application is stopped, or about to be gone."""
    from tidegate.scaling.kinds.flink_application import words

    return words.STOPPED(name=application.name, status=application.status)


def rolled_back(application: FlinkApplication, begun_at: datetime) -> Reason:
    """That the service has undone an update, in its own words why."""
    from tidegate.scaling.kinds.flink_application import words

    return words.ROLLED_BACK(name=application.name, begun_at=begun_at, failure=application.failure)


def application_of(pipeline: Pipeline, lever: Lever) -> FlinkApplication | None:
    """The application that a lever belongs to, None for a lever of something else."""
    if lever.kind not in LEVERS:
        return None
    return next((each for each in applications_of(pipeline) if each.name == lever.where), None)
