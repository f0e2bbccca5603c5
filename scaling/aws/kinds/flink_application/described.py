"""From the descriptions of Managed Service for Apache Flink to an application."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.kinds.flink_application.operations import (
    ended_at,
    last_failure,
    named_max_parallelism,
    service_of,
    standing_failure,
    updates_of,
)
from tidegate.scaling.aws.looked import Looked
from tidegate.scaling.aws.moments import as_text
from tidegate.scaling.aws.pages import pages
from tidegate.scaling.config.specification import ApplicationSpec

if TYPE_CHECKING:
    from types_boto3_kinesisanalyticsv2.type_defs import ApplicationDetailTypeDef

__all__ = ["application_alone", "applications"]

CHECKPOINT_INTERVAL_MILLISECONDS = 60_000
"""By default (CheckpointConfiguration, API reference)."""


def applications(looked: Looked) -> Iterator[FlinkApplication]:
    """The applications that read the pipeline's source."""
    for said in looked.spec.applications:
        yield _application(looked, said, with_tasks=True)


def application_alone(looked: Looked) -> Iterator[FlinkApplication]:
    """The same, for its lever: without the tasks, which are a call more."""
    for said in looked.spec.applications:
        yield _application(looked, said, with_tasks=False)


def _application(looked: Looked, said: ApplicationSpec, *, with_tasks: bool) -> FlinkApplication:
    """The application as it is now, with how its last update ended. Which tasks publish metrics of
    their own is asked for only where the metrics level has them."""
    clients, name = looked.clients, said.application
    with asking("kinesisanalytics:DescribeApplication", name):
        detail = service_of(clients).describe_application(ApplicationName=name)["ApplicationDetail"]
    found = _configured(looked, said, detail)
    monitoring = _flink(detail).get("MonitoringConfigurationDescription", {})
    has_tasks = with_tasks and monitoring.get("MetricsLevel", "APPLICATION") != "APPLICATION"
    has_age = with_tasks and not found.reads_kafka
    updates = updates_of(clients, name)
    failure = last_failure(clients, name, updates)
    standing, untouched = standing_failure(clients, found, failure, said)
    return replace(
        found,
        tasks=_tasks(clients, name) if has_tasks else (),
        behind_dimensions=_behind(clients, name, looked.spec.source) if has_age else (),
        failure=None if standing is None else standing.words,
        failed_at=None if standing is None else standing.begun_at,
        is_as_it_failed=untouched,
        max_parallelism=None if failure is None else named_max_parallelism(failure.words),
        update_ended_at=ended_at(updates),
    )


def _configured(
    looked: Looked, said: ApplicationSpec, detail: "ApplicationDetailTypeDef"
) -> FlinkApplication:
    """What the description tells of it, and the file."""
    flink = _flink(detail)
    parallelism = flink.get("ParallelismConfigurationDescription", {})
    checkpoints = flink.get("CheckpointConfigurationDescription", {})
    configured = parallelism.get("Parallelism", 1)
    return FlinkApplication(
        name=said.application,
        arn=detail["ApplicationARN"],
        status=detail["ApplicationStatus"],
        conditional_token=detail.get("ConditionalToken", ""),
        parallelism=configured
        if detail["ApplicationStatus"] == "READY"
        else parallelism.get("CurrentParallelism") or configured,
        configured_parallelism=configured,
        parallelism_per_kpu=parallelism.get("ParallelismPerKPU", 1),
        autoscaling_enabled=parallelism.get("AutoScalingEnabled", False),
        runtime=detail["RuntimeEnvironment"],
        checkpoint_interval_milliseconds=checkpoints.get(
            "CheckpointInterval", CHECKPOINT_INTERVAL_MILLISECONDS
        ),
        kpus_max=said.kpu_quota,
        partitions=said.partitions,
        writes=looked.sinks_of(said),
        reads_kafka=looked.spec.topic is not None,
        updated_at=detail.get("LastUpdateTimestamp"),
        rollback_enabled=_described(detail, "SystemRollback").get("RollbackEnabled", False),
        snapshots_enabled=_described(detail, "Snapshot").get("SnapshotsEnabled", True),
        created=as_text(detail.get("CreateTimestamp")),
    )


def _flink(detail: "ApplicationDetailTypeDef") -> Mapping[str, Any]:
    configuration = detail.get("ApplicationConfigurationDescription", {})
    found: Mapping[str, Any] = configuration.get("FlinkApplicationConfigurationDescription", {})
    return found


def _described(detail: "ApplicationDetailTypeDef", what: str) -> Mapping[str, Any]:
    """Of rollback and snapshots. Where nothing is said, rollback is off, since one must opt in to
    it (developer guide, how-system-rollbacks), and snapshots are on (CDK, snapshotsEnabled)."""
    configuration: Mapping[str, Any] = detail.get("ApplicationConfigurationDescription", {})
    found: Mapping[str, Any] = configuration.get(f"Application{what}ConfigurationDescription", {})
    return found


def _tasks(clients: Clients, name: str) -> tuple[str, ...]:
    """The tasks that publish how busy they are; the level TASK names them in a dimension."""
    found = _dimensions(clients, name, "busyTimeMsPerSecond", "Task")
    return tuple(sorted({each["Task"] for each in found if each.keys() == {"Application", "Task"}}))


def _behind(clients: Clients, name: str, stream: str) -> tuple[tuple[str, str], ...]:
    """The dimensions of millisBehindLatest on the stream, where a connector gives its ARN as Id, or
    more than its name. Empty where its name is one, or none or several are about it: an Id that
    doesn't name it is another stream's."""
    found = [
        each for each in _dimensions(clients, name, "millisBehindLatest", "Id") if "Id" in each
    ]
    about = re.compile(rf"(?<![\w.-]){re.escape(stream)}(?![\w.-])")
    ids = {each["Id"] for each in found if about.search(each["Id"])}
    if len(ids) != 1 or stream in ids:
        return ()
    fewest = min((each for each in found if each["Id"] in ids), key=len)
    return tuple(sorted(fewest.items()))


def _dimensions(clients: Clients, name: str, metric: str, of: str) -> list[dict[str, str]]:
    """Those that a metric of the application is published by, one of which is ``of``."""
    request = {
        "Namespace": "AWS/KinesisAnalytics",
        "MetricName": metric,
        "Dimensions": [{"Name": "Application", "Value": name}, {"Name": of}],
        "RecentlyActive": "PT3H",
    }
    with asking("cloudwatch:ListMetrics", name):
        answers = list(pages(clients.cloudwatch.list_metrics, request))
    return [
        {each["Name"]: each["Value"] for each in found.get("Dimensions", [])}
        for answer in answers
        for found in answer["Metrics"]
    ]
