"""Who moves the parallelism: nobody, Tidegate's sweep, the policies of AWS's article, or those of
examples/flink.yaml through Tidegate's endpoint."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from benchmarks.flink_article import IN, MAX, OUT, alarms, tracking
from benchmarks.flink_worlds import AGE_MAX_SECONDS, APPLICATION, STREAM
from tests.chalice_app.scaling_policies import PERIOD, Point, Policies, Read
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load, load_value
from tidegate.scaling.autoscaling_api.carry_on import carry_on
from tidegate.scaling.autoscaling_api.contract import Asked, ScalingStatus
from tidegate.scaling.autoscaling_api.dimensions import dimension_named
from tidegate.scaling.autoscaling_api.endpoint import describe, scale
from tidegate.scaling.autoscaling_api.registration import (
    Policy,
    Registration,
    Target,
    wanted,
)
from tidegate.scaling.autoscaling_api.site import Site
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.ports import Edges
from tidegate.scaling.sweep import sweep
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.kinds.flink_application.operation import ApplicationUpdate
from tidegate.simulator.world import World

__all__ = ["BOTH", "CONTROLLERS", "NOBODY", "TIDEGATE", "Controller"]

EXAMPLE = Path(__file__).parents[1] / "examples" / "flink.yaml"
SITE = Site.at("https://abc.execute-api.us-east-1.amazonaws.com/v1")


class Controller(Protocol):
    """Looks at a world once a minute, and acts."""

    def act(self) -> None:
        """One look."""
        ...


@dataclass(frozen=True, slots=True)
class Nobody:
    """Leaves the job alone."""

    world: World

    def act(self) -> None:
        """Nothing."""


def _edges(world: World) -> Edges:
    return Edges(DirectCloud(world), DirectMetrics(world), SqliteLedger(":memory:"))


def _sweep(specs: tuple[PipelineSpec, ...], edges: Edges, now: datetime) -> None:
    for unreached in sweep(specs, edges, now, holder="bench").unreached:
        raise unreached.error


def _pipeline_file() -> dict[str, Any]:
    levers = {"parallelism": {"min": 1, "max": MAX, "owner": "tidegate"}}
    objective = {"iterator_age_max_seconds": AGE_MAX_SECONDS}
    applications = [{"application": APPLICATION, "levers": levers}]
    pipeline = {"name": STREAM, "stream": STREAM, "objective": objective}
    return {"pipelines": [{**pipeline, "applications": applications}]}


@dataclass(frozen=True, slots=True)
class Tidegate:
    """The sweep; the file has the objective and the lever alone."""

    world: World
    edges: Edges
    specs: tuple[PipelineSpec, ...]

    @classmethod
    def of(cls, world: World) -> "Tidegate":
        """Over a world, with a ledger of its own."""
        return cls(world, _edges(world), tuple(load_value(_pipeline_file(), "bench").pipelines))

    def act(self) -> None:
        """One sweep."""
        _sweep(self.specs, self.edges, self.world.now)


def _read_from(world: World) -> Read:
    """What policies read: the world's CloudWatch, late as it is."""

    def read(metric: Mapping[str, Any], start: datetime, end: datetime) -> list[Point]:
        dimensions = sorted((each["Name"], each["Value"]) for each in metric["Dimensions"])
        key = (metric["Namespace"], metric["MetricName"], tuple(dimensions))
        count = int((end - start) / PERIOD)
        values = world.metrics(key, metric["Statistic"], start, count)
        points = ((start + at * PERIOD, value) for at, value in enumerate(values))
        return [(minute, value) for minute, value in points if value is not None]

    return read


@dataclass(slots=True)
class Article:
    """The samples' policies, and their endpoint: it asks for the update at once."""

    world: World
    policies: Policies

    @classmethod
    def of(cls, policies: tuple[Policy, ...], world: World) -> "Article":
        """Alarms as for the capacity at the start."""
        target, capacity = Target("sample", 1, MAX), _running(world).state.parallelism
        registration = Registration((target,), policies, alarms(capacity))
        return cls(world, Policies.of(registration, _read_from(world)))

    def act(self) -> None:
        """One evaluation, while nothing is under way."""
        service = _running(self.world).service
        if service.status != "RUNNING":
            return
        capacity = self.policies.wanted(service.state.parallelism, self.world.now)
        if capacity is not None:
            service.update(
                ApplicationUpdate(capacity, autoscaling_enabled=False, token=service.token)
            )
            self.policies.alarms = alarms(capacity)


def _running(world: World) -> EmbeddedApplication:
    return world.the(EmbeddedApplication)


@dataclass(slots=True)
class Example:
    """examples/flink.yaml as it is: its policies through Tidegate's endpoint. Of Tidegate's sweeps
    only the part in what was asked for is run: the one lever of Tidegate's is the stream's."""

    world: World
    policies: Policies
    edges: Edges
    specs: tuple[PipelineSpec, ...] = field(default_factory=lambda: tuple(load(EXAMPLE).pipelines))

    @classmethod
    def of(cls, world: World) -> "Example":
        """With what the file registers."""
        registration = wanted(load(EXAMPLE).pipelines, SITE)
        return cls(world, Policies.of(registration, _read_from(world)), _edges(world))

    def act(self) -> None:
        """A sweep's part, one poll, and the policies where nothing is under way."""
        now = self.world.now
        for unreached in carry_on(self.specs, self.edges, now, holder="bench"):
            raise unreached.error
        dimension = dimension_named(self.specs, f"parallelism~{APPLICATION}")
        asked = Asked(dimension, self.edges, now, "application-auto-scaling")
        told = describe(asked)
        if told.status in (ScalingStatus.PENDING, ScalingStatus.IN_PROGRESS):
            return
        capacity = self.policies.wanted(told.actual_capacity, now)
        if capacity is not None:
            scale(asked, capacity)


NOBODY, TIDEGATE, BOTH = "nothing", "Tidegate", "both"

CONTROLLERS: Mapping[str, Callable[[World], Controller]] = {
    NOBODY: Nobody,
    TIDEGATE: Tidegate.of,
    "target tracking": partial(Article.of, (tracking(scales_in=True),)),
    "step scaling": partial(Article.of, (OUT, IN)),
    BOTH: partial(Article.of, (tracking(scales_in=True), OUT, IN)),
    "both, tracking out only": partial(Article.of, (tracking(scales_in=False), OUT, IN)),
    "examples/flink.yaml": Example.of,
}
