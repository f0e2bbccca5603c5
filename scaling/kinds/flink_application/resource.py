"""An application of Managed Service for Apache Flink as a type of resource: parallelism."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.scaling.kinds.flink_application.in_file import ends_autoscaling
from tidegate.scaling.kinds.flink_application.limits import LIMITS, SCALABLE
from tidegate.scaling.kinds.flink_application.state import application_of, does_not_run, rolled_back
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.resource_type import Changes, Setting, SizedTogether, Status

if TYPE_CHECKING:
    from tidegate.scaling.model.look import Look, Situation
    from tidegate.scaling.model.operations import Operations
    from tidegate.scaling.model.plan import Action, Constraint
    from tidegate.scaling.model.planning import Planning
    from tidegate.scaling.model.recommendation import Recommendation

__all__ = ["FlinkResource"]


@dataclass(frozen=True, slots=True)
class FlinkResource(SizedTogether):
    """``tidegate.scaling.model.resource_type.ResourceType``."""

    @property
    def levers(self) -> Mapping[LeverKind, tuple[int, int]]:
        """Each with what its call takes."""
        return LIMITS

    def recommendations(self, look: "Look") -> "Iterator[Recommendation]":
        """Of each application by itself: every change restarts its job."""
        if not applications_of(look.signals.pipeline):
            return iter(())
        # Imported here: most pipelines have no application, and a cold start is shorter without.
        from tidegate.scaling.kinds.flink_application.recommendations import (
            application_recommendations,
        )

        return application_recommendations(look)

    def planning(self, pipeline: Pipeline) -> "Planning | None":
        """Of the applications, where there are any."""
        applications = applications_of(pipeline)
        if not applications:
            return None
        from tidegate.scaling.kinds.flink_application.planning import ApplicationPlanning

        return ApplicationPlanning(applications, pipeline)

    @property
    def scalable_dimensions(self) -> tuple[LeverKind, ...]:
        """Both."""
        return SCALABLE

    def capacities(self, pipeline: Pipeline) -> Iterator[Setting]:
        """Parallelism per KPU and parallelism of each application."""
        for application in applications_of(pipeline):
            name = application.name
            yield Lever.of(LeverKind.PARALLELISM_PER_KPU, name), application.parallelism_per_kpu
            yield Lever.of(LeverKind.PARALLELISM, name), application.parallelism

    def other_settings(self, pipeline: Pipeline) -> Iterator[Setting]:
        """None."""
        return iter(())

    def statuses(self, pipeline: Pipeline, lever: Lever) -> Sequence[Status]:
        """The application's."""
        application = application_of(pipeline, lever)
        return [] if application is None else [_status(application)]

    def is_changing(self, pipeline: Pipeline, lever: Lever) -> bool:
        """While something is under way that a change has to wait for."""
        application = application_of(pipeline, lever)
        return application is not None and application.is_changing

    def moves_by_itself(self, pipeline: Pipeline, lever: Lever) -> bool:
        """By the service's own autoscaling, or where an update failed and was undone."""
        application = application_of(pipeline, lever)
        return application is not None and (
            application.autoscaling_enabled or application.failure is not None
        )

    def identity(self, pipeline: Pipeline, lever: Lever) -> str:
        """When it was created."""
        application = application_of(pipeline, lever)
        return "" if application is None else application.created

    def marks(self, pipeline: Pipeline, lever: Lever) -> tuple[str, ...]:
        """When it was last updated."""
        application = application_of(pipeline, lever)
        return () if application is None else (str(application.updated_at),)

    def why_useless(self, pipeline: Pipeline, lever: Lever) -> str | None:
        """An application that runs has the parallelism that it says."""
        return None

    def why_undone(self, pipeline: Pipeline, lever: Lever, begun_at: datetime) -> str | None:
        """By a system rollback, which leaves the failure."""
        application = application_of(pipeline, lever)
        if application is None or application.failure is None:
            return None
        return str(rolled_back(application, begun_at))

    def limits(
        self, situation: "Situation", recommendation: "Recommendation"
    ) -> Iterator["Constraint"]:
        """The application's status, quota and own autoscaling, the price of a restart, and what
        must be so before it is updated."""
        # Imported here: who only reads needs no limits, and a cold start is shorter without.
        from tidegate.scaling.kinds.flink_application.after_scale_in import (
            rest_after_a_reverted_scale_in,
        )
        from tidegate.scaling.kinds.flink_application.levers import (
            application_constraints,
            scale_in_constraints,
        )
        from tidegate.scaling.kinds.flink_application.start_again import rest_after_a_start
        from tidegate.scaling.kinds.flink_application.update import update_constraints

        application = application_of(situation.pipeline, recommendation.lever)
        if application is not None:
            yield from application_constraints(application, recommendation, situation)
            past = (recommendation, situation.history, situation.now)
            yield from scale_in_constraints(*past)
            yield from rest_after_a_reverted_scale_in(*past)
            yield from rest_after_a_start(application, *past[1:])
            yield from update_constraints(situation, recommendation)

    def actions(self, pipeline: Pipeline, changes: Changes) -> "Iterator[Action]":
        """Both levers in one call: each would restart the job."""
        # Imported here: who only reads asks for nothing, and a cold start is shorter without.
        from tidegate.scaling.kinds.flink_application.actions import UpdateApplication

        for application in applications_of(pipeline):
            name = application.name
            starts = [each for lever, each in changes.instead.items() if lever.where == name]
            if starts:
                yield from _whole(starts[0], changes)
                continue
            now = (application.parallelism, application.parallelism_per_kpu)
            parallelism = changes.settings.get(Lever.of(LeverKind.PARALLELISM, name), now[0])
            density = Lever.of(LeverKind.PARALLELISM_PER_KPU, name)
            per_kpu = changes.settings.get(density, now[1])
            if (parallelism, per_kpu) != now:
                ends = application.autoscaling_enabled and ends_autoscaling(changes.said, name)
                token = application.conditional_token
                yield UpdateApplication(name, token, *now, parallelism, per_kpu, ends)

    def monthly_usd(self, pipeline: Pipeline, lever: Lever, setting: int) -> float:
        """Of the KPUs that it comes to, but for the one for orchestration."""
        from tidegate.scaling.kinds.flink_application.price import application_monthly_usd

        application = application_of(pipeline, lever)
        return 0.0 if application is None else application_monthly_usd(application, lever, setting)

    @property
    def operations(self) -> "Operations":
        """What no plan asks for."""
        from tidegate.scaling.kinds.flink_application.operations import ApplicationOperations

        return ApplicationOperations()


def _whole(start: Any, changes: Changes) -> "Iterator[Action]":
    """A start where all that it sets back is allowed: with a part of it the job has never run."""
    if all(changes.settings.get(each) == start.to(each.kind) for each in start.levers()):
        yield start


def _status(application: FlinkApplication) -> Status:
    """Where it doesn't run, with why its last update failed, if it did."""
    name, word = application.name, application.status
    if application.is_running or application.is_changing:
        return Status(name, word, application.is_changing, None)
    trouble, failure = str(does_not_run(application)), application.failure
    if failure is not None:
        trouble = f"{trouble}; its last update failed: {failure}"
    return Status(name, word, False, trouble)
