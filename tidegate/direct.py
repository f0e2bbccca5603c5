"""A simulated world as the ports that a sweep talks to, without AWS in between.

Above product and simulator, since it knows both; neither knows it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from tidegate.rules.graph import Kinds, Pipeline, Question
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.rules.window import Metric, Window
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.registry import KINDS
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.errors import (
    CloudError,
    InvalidRequest,
    LimitExceeded,
    ResourceInUse,
    ResourceMissing,
    Throttled,
    Unreachable,
)
from tidegate.scaling.model.plan import Action
from tidegate.simulator.cloudwatch import COMPLETE
from tidegate.simulator.manners import Refusal
from tidegate.simulator.world import World

__all__ = ["DirectCloud", "DirectMetrics"]

A = TypeVar("A")

_ERRORS: Mapping[str, type[CloudError]] = {
    "LimitExceededException": LimitExceeded,
    "ResourceInUseException": ResourceInUse,
    "ConcurrentModificationException": ResourceInUse,
    "ResourceNotFoundException": ResourceMissing,
    "Throttling": Throttled,
    "InternalServiceFault": Unreachable,
}


class DirectCloud:
    """``tidegate.scaling.ports.Cloud`` over a world."""

    def __init__(self, world: World, kinds: Kinds = KINDS) -> None:
        self._kinds = kinds
        self._faces = [kind.face(world.site) for kind in world.kinds]

    def describe(self, spec: PipelineSpec) -> Pipeline:
        """The world's pipeline as it is configured now."""
        resources = tuple(each for face in self._faces for each in face.describe(spec))
        return Pipeline(spec.name, resources, kinds=self._kinds)

    def describe_alone(self, spec: PipelineSpec, lever: Lever) -> Pipeline:
        """The whole pipeline: a look at the rest costs nothing here."""
        return self.describe(spec)

    def ask(self, question: Question[A]) -> A:
        """What a kind asks of one of its resources beyond its description."""
        try:
            answers = [face.answer(question) for face in self._faces]
        except Refusal as refusal:
            raise _error(refusal, type(question).__name__, str(question)) from refusal
        (found,) = (answer for answer in answers if answer is not None)
        answered: A = found
        return answered

    def scalable_targets(self, where: str | None = None) -> tuple[ScalableTarget, ...]:
        """None: nobody registers any in a world."""
        return ()

    def apply(self, action: Action) -> None:
        """Ask the world, as AWS would be asked."""
        try:
            taken = any(face.apply(action) for face in self._faces)
        except Refusal as refusal:
            raise _error(refusal, type(action).__name__, str(action)) from refusal
        if not taken:
            raise InvalidRequest("apply", str(action), "no kind of this world's takes it")


def _error(refusal: Refusal, operation: str, what: str) -> CloudError:
    kind = _ERRORS.get(refusal.code, InvalidRequest)
    return kind(operation, what, refusal.message)


class DirectMetrics:
    """``tidegate.scaling.ports.Metrics`` over a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def read(
        self, metrics: Sequence[Metric], start: datetime, end: datetime
    ) -> Mapping[Metric, Window]:
        """What the world's CloudWatch has delivered by now."""
        try:
            return {metric: self._window(metric, start, end) for metric in metrics}
        except Refusal as refusal:
            words = f"{len(metrics)} metrics"
            raise _error(refusal, "cloudwatch:GetMetricData", words) from refusal

    def _window(self, metric: Metric, start: datetime, end: datetime) -> Window:
        period = timedelta(seconds=metric.period_seconds)
        start -= timedelta(seconds=start.timestamp() % metric.period_seconds)
        count = int((end - start) / period)
        key = (metric.namespace, metric.name, metric.dimensions)
        every = metric.period_seconds // 60
        told = self._world.ask(key, metric.statistic, start, count, every)
        unread = None if told.status == COMPLETE else told.status
        return Window(metric, start, tuple(told.values), unread=unread)
