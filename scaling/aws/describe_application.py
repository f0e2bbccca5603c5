"""From the descriptions of Managed Service for Apache Flink to an application."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rules.pipeline import FlinkApplication, Table
from scaling.aws.clients import Clients
from scaling.aws.describe import created
from scaling.aws.errors import asking
from scaling.specification import ApplicationSpec

if TYPE_CHECKING:
    from types_boto3_kinesisanalyticsv2.type_defs import ApplicationDetailTypeDef

__all__ = ["application"]

CHECKPOINT_INTERVAL_MILLISECONDS = 60_000
"""By default (CheckpointConfiguration, API reference)."""


def application(
    clients: Clients, said: ApplicationSpec, tables: tuple[Table, ...]
) -> FlinkApplication:
    """The application as it is now, with how its last update ended. Which tasks tell metrics of
    their own is asked for only where the metrics level has them."""
    name = said.application
    with asking("kinesisanalytics:DescribeApplication", name):
        detail = clients.flink.describe_application(ApplicationName=name)["ApplicationDetail"]
    flink = _flink(detail)
    parallelism = flink.get("ParallelismConfigurationDescription", {})
    monitoring = flink.get("MonitoringConfigurationDescription", {})
    checkpoints = flink.get("CheckpointConfigurationDescription", {})
    configured = parallelism.get("Parallelism", 1)
    tells_tasks = monitoring.get("MetricsLevel", "APPLICATION") != "APPLICATION"
    return FlinkApplication(
        name=name,
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
        tasks=_tasks(clients, name) if tells_tasks else (),
        tables=tables,
        updated_at=detail.get("LastUpdateTimestamp"),
        failure=_failure(clients, name),
        created=created(detail.get("CreateTimestamp")),
    )


def _flink(detail: "ApplicationDetailTypeDef") -> Mapping[str, Any]:
    configuration = detail.get("ApplicationConfigurationDescription", {})
    found: Mapping[str, Any] = configuration.get("FlinkApplicationConfigurationDescription", {})
    return found


def _tasks(clients: Clients, name: str) -> tuple[str, ...]:
    """The tasks that tell how busy they are; the level TASK names them in a dimension."""
    with asking("cloudwatch:ListMetrics", name):
        answer = clients.cloudwatch.list_metrics(
            Namespace="AWS/KinesisAnalytics",
            MetricName="busyTimeMsPerSecond",
            Dimensions=[{"Name": "Application", "Value": name}, {"Name": "Task"}],
            RecentlyActive="PT3H",
        )
    found = (
        {each["Name"]: each["Value"] for each in metric.get("Dimensions", [])}
        for metric in answer["Metrics"]
    )
    return tuple(sorted({each["Task"] for each in found if each.keys() == {"Application", "Task"}}))


def _failure(clients: Clients, name: str) -> str | None:
    """Why the newest update failed, in the service's own words; None when none has."""
    with asking("kinesisanalytics:ListApplicationOperations", name):
        operations = clients.flink.list_application_operations(
            ApplicationName=name, Operation="UpdateApplication"
        )["ApplicationOperationInfoList"]
    newest = max(operations, key=lambda each: each["StartTime"], default=None)
    if newest is None or newest["OperationStatus"] != "FAILED":
        return None
    with asking("kinesisanalytics:DescribeApplicationOperation", name):
        told = clients.flink.describe_application_operation(
            ApplicationName=name, OperationId=newest["OperationId"]
        )["ApplicationOperationInfoDetails"]
    details = told.get("OperationFailureDetails", {})
    return details.get("ErrorInfo", {}).get("ErrorString") or "the service gave no reason"
