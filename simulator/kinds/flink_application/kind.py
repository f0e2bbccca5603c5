"""Managed Flink applications as a kind of participant."""

from typing import Any

from tidegate.simulator.kind import Kind
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.kinds.flink_application.data import ApplicationData, applications_of
from tidegate.simulator.kinds.flink_application.face import ApplicationFace
from tidegate.simulator.kinds.flink_application.job import ApplicationState
from tidegate.simulator.kinds.flink_application.limits import CALLS_PER_SECOND
from tidegate.simulator.kinds.flink_application.metrics import ApplicationMetrics
from tidegate.simulator.kinds.flink_application.service import ApplicationService
from tidegate.simulator.participant import Subscriber
from tidegate.simulator.site import Site

__all__ = ["KIND"]


def _build(site: Site, data: Any) -> EmbeddedApplication:
    reader = Subscriber(data.name, calls_per_second=CALLS_PER_SECOND)
    subscription = site.source(data.reads).subscribe(reader)
    state = ApplicationState.of(data, subscription, site.sinks_of(data.writes), site.random)
    metrics = ApplicationMetrics(state, site.publisher)
    return EmbeddedApplication(state, ApplicationService(state, site), metrics)


KIND = Kind("flink_application", (ApplicationData,), applications_of, _build, ApplicationFace)
