"""What state a lever's resource is in: whether it works, will by itself, or is another one by now.

A capacity that is set says nothing where the resource doesn't work.
"""

from datetime import datetime

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import CHANGING, Consumer, FlinkApplication, Pipeline
from tidegate.rules.reason import Reason
from tidegate.scaling.kinds import words
from tidegate.scaling.model.change_record import Lever

__all__ = [
    "application_of",
    "does_not_run",
    "identity",
    "is_passing",
    "moves_by_itself",
    "rolled_back",
    "settings_marks",
    "why_unusable",
]

_WORKING = ("ACTIVE", "RUNNING", "Enabled")
_PASSING = (*CHANGING, "CREATING", "ARCHIVING", "Creating", "Enabling", "Updating", "Disabling")
"""Statuses that end by themselves (StreamDescriptionSummary, TableDescription,
GlobalSecondaryIndexDescription and EventSourceMappingConfiguration, API references; those of
applications with CHANGING). Of the others a person must see to it, or the resource goes away."""


def does_not_run(application: FlinkApplication) -> Reason:
    """That an application is stopped, or about to be gone."""
    return words.STOPPED(name=application.name, status=application.status)


def rolled_back(application: FlinkApplication, begun_at: datetime) -> Reason:
    """That the service has undone an update, in its own words why."""
    return words.ROLLED_BACK(name=application.name, begun_at=begun_at, failure=application.failure)


def application_of(pipeline: Pipeline, lever: Lever) -> FlinkApplication | None:
    """The application that a lever belongs to, None for a lever of something else."""
    if lever.kind not in (LeverKind.PARALLELISM, LeverKind.PARALLELISM_PER_KPU):
        return None
    return next((each for each in pipeline.applications if each.name == lever.where), None)


def _statuses(pipeline: Pipeline, lever: Lever) -> list[tuple[str, str]]:
    """What a lever's capacity depends on, each with its status in AWS's own words."""
    match lever.kind:
        case LeverKind.PARALLELIZATION_FACTOR | LeverKind.BATCHING_WINDOW:
            return [
                (f"the event source mapping of {lever.where}", each.mapping.state)
                for each in _consumers(pipeline, lever)
            ]
        case LeverKind.WRITE_CAPACITY | LeverKind.READ_CAPACITY:
            name = lever.where.partition("/")[0]
            tables = [table for table in pipeline.tables if table.name == name]
            own = [
                (f"index {each.where}", each.status)
                for table in tables
                for each in table.indexes
                if each.where == lever.where
            ]
            return [(table.name, table.status) for table in tables] + own
        case LeverKind.PARALLELISM | LeverKind.PARALLELISM_PER_KPU:
            application = application_of(pipeline, lever)
            return [] if application is None else [(application.name, application.status)]
    return [(pipeline.stream.name, pipeline.stream.status)]


def _consumers(pipeline: Pipeline, lever: Lever) -> list[Consumer]:
    return [each for each in pipeline.consumers if each.function.name == lever.where]


def is_passing(pipeline: Pipeline, lever: Lever) -> bool:
    """Whether something is under way at the lever's resource that ends by itself."""
    return any(status in _PASSING for _, status in _statuses(pipeline, lever))


def moves_by_itself(pipeline: Pipeline, lever: Lever) -> bool:
    """Whether the service sets the lever too: its own autoscaling, or an update undone. Another
    value is then no person's change."""
    application = application_of(pipeline, lever)
    return application is not None and (
        application.autoscaling_enabled or application.failure is not None
    )


def why_unusable(pipeline: Pipeline, lever: Lever) -> str | None:
    """Why the lever's capacity is without effect until a person sees to it, None where it isn't:
    a stopped application, a disabled mapping, a table that can't be decrypted, what is deleted."""
    application = application_of(pipeline, lever)
    for name, status in _statuses(pipeline, lever):
        if status in _WORKING or status in _PASSING:
            continue
        if application is None:
            return f"{name} is {status}"
        reason = str(does_not_run(application))
        failure = application.failure
        return reason if failure is None else f"{reason}; its last update failed: {failure}"
    if lever.kind is LeverKind.PARALLELIZATION_FACTOR and any(
        each.function.reserved_concurrency == 0 for each in _consumers(pipeline, lever)
    ):
        return f"{lever.where} has a reserved concurrency of 0 and is never invoked"
    return None


def identity(pipeline: Pipeline, lever: Lever) -> str:
    """Which resource it is: another one after it was deleted and made anew under its name."""
    match lever.kind:
        case LeverKind.PARALLELIZATION_FACTOR | LeverKind.BATCHING_WINDOW:
            found = [each.mapping.uuid for each in _consumers(pipeline, lever)]
        case LeverKind.WRITE_CAPACITY | LeverKind.READ_CAPACITY:
            name = lever.where.partition("/")[0]
            found = [table.created for table in pipeline.tables if table.name == name]
        case LeverKind.PARALLELISM | LeverKind.PARALLELISM_PER_KPU:
            application = application_of(pipeline, lever)
            found = [] if application is None else [application.created]
        case _:
            found = [pipeline.stream.created]
    return next(iter(found), "")


def settings_marks(pipeline: Pipeline, lever: Lever) -> tuple[str, ...]:
    """What AWS shows of when a lever was last set. A lever that was set and then set back has the
    same capacity, but other marks, all of them: none is shared with what else may be changed."""
    match lever.kind:
        case LeverKind.PARALLELIZATION_FACTOR | LeverKind.BATCHING_WINDOW:
            return tuple(each.mapping.modified for each in _consumers(pipeline, lever))
        case LeverKind.WRITE_CAPACITY | LeverKind.READ_CAPACITY:
            capacities = (each for table in pipeline.tables for each in table.capacities)
            own = next((each for each in capacities if each.where == lever.where), None)
            return () if own is None else (str(own.last_increase_at), str(own.last_decrease_at))
        case LeverKind.PARALLELISM | LeverKind.PARALLELISM_PER_KPU:
            application = application_of(pipeline, lever)
            return () if application is None else (str(application.updated_at),)
    # A split or a merge makes shards with names of their own.
    return (max((each.shard_id for each in pipeline.stream.open_shards), default=""),)
