"""From the descriptions of Managed Service for Apache Flink to an application, and its update."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.looked import Looked
from tidegate.scaling.aws.moments import as_text
from tidegate.scaling.aws.pages import pages
from tidegate.scaling.config.specification import ApplicationSpec
from tidegate.scaling.kinds.flink_application.actions import UpdateApplication
from tidegate.scaling.kinds.flink_application.limits import PARALLELISM_MAX

if TYPE_CHECKING:
    from types_boto3_kinesisanalyticsv2 import KinesisAnalyticsV2Client
    from types_boto3_kinesisanalyticsv2.type_defs import (
        ApplicationDetailTypeDef,
        ApplicationOperationInfoTypeDef,
    )

__all__ = ["CALLS", "applications", "named_max_parallelism"]

CHECKPOINT_INTERVAL_MILLISECONDS = 60_000
"""By default (CheckpointConfiguration, API reference)."""

_MAX_PARALLELISM = re.compile(
    r"max(?:imum)?[\s_-]?parallelism(?:\s+(?:of|is)\b|\s*[=:(])*\s*(\d+)", re.IGNORECASE
)
"""As Flink says it: "Vertex V's parallelism (39) is higher than the max parallelism (8)", "The
maximum parallelism (8) of the restored state is lower than the configured parallelism (39)", "with
max parallelism 8 to new program" (ExecutionJobVertex, StateAssignmentOperation, Checkpoints)."""


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
        detail = _service(clients).describe_application(ApplicationName=name)["ApplicationDetail"]
    found = _configured(looked, said, detail)
    monitoring = _flink(detail).get("MonitoringConfigurationDescription", {})
    has_tasks = with_tasks and monitoring.get("MetricsLevel", "APPLICATION") != "APPLICATION"
    has_age = with_tasks and not found.reads_kafka
    updates = _operations(clients, name, "UpdateApplication")
    failure = _last_failure(clients, name, updates)
    standing = failure if failure is not None and failure.is_newest else None
    if standing is not None and _was_stopped(clients, found, standing):
        standing = None
    return replace(
        found,
        tasks=_tasks(clients, name) if has_tasks else (),
        behind_dimensions=_behind(clients, name, looked.spec.source) if has_age else (),
        failure=None if standing is None else standing.words,
        failed_at=None if standing is None else standing.begun_at,
        max_parallelism=None if failure is None else named_max_parallelism(failure.words),
        update_ended_at=_ended_at(updates),
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
        parallelism=parallelism.get("CurrentParallelism") or configured,
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


def _service(clients: Clients) -> "KinesisAnalyticsV2Client":
    """Managed Service for Apache Flink."""
    client: KinesisAnalyticsV2Client = clients.of("kinesisanalyticsv2")
    return client


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


@dataclass(frozen=True, slots=True)
class _Failure:
    """The newest update that failed, in the service's own words why, when it began, and whether no
    update is newer."""

    words: str
    begun_at: datetime
    is_newest: bool


def _operations(clients: Clients, name: str, kind: str) -> "list[ApplicationOperationInfoTypeDef]":
    """Its operations of a kind, such as UpdateApplication, newest first."""
    with asking("kinesisanalytics:ListApplicationOperations", name):
        request = {"ApplicationName": name, "Operation": kind}
        operations = [
            each
            for page in pages(_service(clients).list_application_operations, request)
            for each in page["ApplicationOperationInfoList"]
            if each.get("Operation", kind) == kind
        ]
    return sorted(operations, key=lambda each: each["StartTime"], reverse=True)


def _ended_at(newest_first: "list[ApplicationOperationInfoTypeDef]") -> datetime | None:
    """Of the newest update; the API gives an end also to one that goes on."""
    is_over = newest_first and newest_first[0]["OperationStatus"] != "IN_PROGRESS"
    return newest_first[0].get("EndTime") if is_over else None


def _last_failure(
    clients: Clients, name: str, newest_first: "list[ApplicationOperationInfoTypeDef]"
) -> _Failure | None:
    """The newest update that failed; asked for only where one has."""
    failed = next((each for each in newest_first if each["OperationStatus"] == "FAILED"), None)
    if failed is None:
        return None
    with asking("kinesisanalytics:DescribeApplicationOperation", name):
        told = _service(clients).describe_application_operation(
            ApplicationName=name, OperationId=failed["OperationId"]
        )["ApplicationOperationInfoDetails"]
    words = told.get("OperationFailureDetails", {}).get("ErrorInfo", {}).get("ErrorString")
    is_newest = failed is newest_first[0]
    return _Failure(words or "the service gave no reason", failed["StartTime"], is_newest)


def _was_stopped(clients: Clients, application: FlinkApplication, failure: _Failure) -> bool:
    """Whether a person has stopped the application since: it ran again after the rollback."""
    if application.status != "READY" or not application.rollback_enabled:
        return False
    stops = _operations(clients, application.name, "StopApplication")
    return any(each["StartTime"] > failure.begun_at for each in stops)


def named_max_parallelism(words: str) -> int | None:
    """The maximum parallelism of a job that a failure names, the least of several; None where it
    names none."""
    found = (int(number) for number in _MAX_PARALLELISM.findall(words))
    return min((each for each in found if 1 <= each <= PARALLELISM_MAX), default=None)


def _update_application(action: UpdateApplication, clients: Clients) -> None:
    """Parallelism and parallelism per KPU; it restarts the job."""
    with asking("kinesisanalytics:UpdateApplication", action.application):
        clients.once("kinesisanalyticsv2").update_application(**_application_update(action))


def _application_update(action: UpdateApplication) -> dict[str, Any]:
    parallelism: dict[str, Any] = {
        "ConfigurationTypeUpdate": "CUSTOM",
        "ParallelismUpdate": action.to_parallelism,
        "ParallelismPerKPUUpdate": action.to_parallelism_per_kpu,
    }
    if action.ends_autoscaling:
        parallelism["AutoScalingEnabledUpdate"] = False
    flink = {"ParallelismConfigurationUpdate": parallelism}
    return {
        "ApplicationName": action.application,
        "ConditionalToken": action.conditional_token,
        "ApplicationConfigurationUpdate": {"FlinkApplicationConfigurationUpdate": flink},
    }


CALLS: Mapping[type, Callable[[Any, Clients], None]] = {UpdateApplication: _update_application}
"""The one AWS call that each action is."""
