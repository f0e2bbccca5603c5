"""The alarms of a Flink application, those that AWS recommends: pure functions."""

from collections.abc import Iterator, Mapping
from math import ceil

from tidegate.rules.kinds.flink_application.checkpoints import (
    judged_seconds,
    too_many_failures,
)
from tidegate.rules.kinds.flink_application.failures import CRASHES_SECONDS
from tidegate.rules.kinds.flink_application.metrics import application_metric, behind_metric
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.rules.rule import Comparison
from tidegate.scaling.model.alarm import MISSING, Breach, NamedAlarm, math_alarm, metric_alarm
from tidegate.scaling.model.watched import Watched

__all__ = ["application_alarms"]

RARE = 1e-9
"""Any increase of a count, as a rate per second."""


def application_alarms(watched: Watched) -> Iterator[NamedAlarm]:
    """Of each application; counters are judged by their rate."""
    for application in applications_of(watched.pipeline):
        yield from _failures(application, watched.thresholds)
        yield from _use(application, watched.thresholds)
        if not application.reads_kafka:
            yield _behind(application, watched)


def _use(application: FlinkApplication, limits: Mapping[str, float]) -> Iterator[NamedAlarm]:
    name = application.name
    for kind, metric_name, rule in (
        ("heap-full", "heapMemoryUtilization", "heap-high"),
        ("cpu-full", "cpuUtilization", "cpu-high"),
    ):
        metric = application_metric(name, metric_name, "Average")
        words = f"{name} uses {limits[rule]:g} % of its {kind.removesuffix('-full')}, or more"
        yield f"{name}/{kind}", metric_alarm(words, metric, Breach(limits[rule], 4, 5))


def _behind(application: FlinkApplication, watched: Watched) -> NamedAlarm:
    name, source = application.name, watched.pipeline.source.name
    objective = watched.iterator_age_max_seconds
    words = f"{name} is behind {source} by more than {objective:g} s"
    breach = Breach(objective * 1000, 3, 5, MISSING, Comparison.ABOVE)
    return f"{name}/behind", metric_alarm(
        words, behind_metric(application, source, "Maximum"), breach
    )


def _failures(application: FlinkApplication, limits: Mapping[str, float]) -> Iterator[NamedAlarm]:
    name, renamed = application.name, application.is_flink_2
    down = application_metric(name, "restartingTime" if renamed else "downtime", "Maximum")
    of_down = limits["job-restarting" if renamed else "job-down"]
    is_down = Breach(of_down, 3, 5, comparison=Comparison.ABOVE)
    yield f"{name}/job-down", metric_alarm(f"The job of {name} is down", down, is_down)
    restarts = application_metric(name, "numRestarts" if renamed else "fullRestarts", "Maximum")
    failed = application_metric(name, "numberOfFailedCheckpoints", "Maximum")
    failures = too_many_failures(application, limits["checkpoint-failures"])
    for kind, words, metric, most, seconds in (
        ("restarts", f"The job of {name} fails and restarts", restarts,
         ceil(limits["job-failures"]), CRASHES_SECONDS),
        ("checkpoints-failing", f"Checkpoints of {name} fail", failed, failures,
         judged_seconds(application)),
    ):  # fmt: skip
        often = Breach(RARE, most, seconds // 60)
        yield f"{name}/{kind}", math_alarm(words, {"count": metric}, "RATE(count)", often)
