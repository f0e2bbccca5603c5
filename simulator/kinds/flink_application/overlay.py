"""The world's answers to Managed Service for Apache Flink's API (kinesisanalyticsv2)."""

from collections.abc import Callable, Mapping
from typing import Any

from tidegate.simulator.control import ControlPlane
from tidegate.simulator.kinds.flink_application.service import (
    ApplicationService,
    ApplicationUpdate,
    Operation,
)

__all__ = ["APPLICATION_ARN", "ApplicationOverlay", "create_application_request"]

Answer = dict[str, Any]

APPLICATION_ARN = "arn:aws:kinesisanalytics:us-east-1:123456789012:application/{}"
SUMMARY = (
    "ApplicationName",
    "ApplicationARN",
    "ApplicationStatus",
    "ApplicationVersionId",
    "RuntimeEnvironment",
    "ApplicationMode",
)
ROLE_ARN = "arn:aws:iam::123456789012:role/consumer"


class ApplicationOverlay:
    """Answers for the one application of a world; an unknown name is ResourceNotFoundException."""

    def __init__(self, control: ControlPlane) -> None:
        self._control = control

    def answers(self) -> Mapping[str, Callable[[Answer], Answer]]:
        """What is answered, by ``service.Operation`` as botocore's events spell it."""
        return {
            "kinesis-analytics-v2.DescribeApplication": self._describe,
            "kinesis-analytics-v2.ListApplications": self._list,
            "kinesis-analytics-v2.UpdateApplication": self._update,
            "kinesis-analytics-v2.DescribeApplicationOperation": self._describe_operation,
            "kinesis-analytics-v2.ListApplicationOperations": self._list_operations,
        }

    def _describe(self, params: Answer) -> Answer:
        return {"ApplicationDetail": _detail(self._service(params))}

    def _list(self, _: Answer) -> Answer:
        service = self._control.application
        summary = {} if service is None else _detail(service)
        told = {name: value for name, value in summary.items() if name in SUMMARY}
        return {"ApplicationSummaries": [told] if told else []}

    def _update(self, params: Answer) -> Answer:
        service = self._service(params)
        operation_id = self._control.update_application(_update(params))
        return {"ApplicationDetail": _detail(service), "OperationId": operation_id}

    def _describe_operation(self, params: Answer) -> Answer:
        service = self._service(params)
        operation = self._control.operation(params["OperationId"])
        return {"ApplicationOperationInfoDetails": _operation_detail(operation, service)}

    def _list_operations(self, params: Answer) -> Answer:
        """Newest first."""
        service = self._service(params)
        wanted = {"Operation": params.get("Operation"), "Status": params.get("OperationStatus")}
        found = [
            _operation_info(each, service) | {"OperationId": each.operation_id}
            for each in reversed(service.operations)
            if wanted["Operation"] in (None, each.kind) and wanted["Status"] in (None, each.status)
        ]
        return {"ApplicationOperationInfoList": found[: params.get("Limit", 50)]}

    def _service(self, params: Answer) -> ApplicationService:
        return self._control.the_application(params["ApplicationName"])


def _update(params: Answer) -> ApplicationUpdate:
    flink = params.get("ApplicationConfigurationUpdate", {}).get(
        "FlinkApplicationConfigurationUpdate", {}
    )
    wanted = flink.get("ParallelismConfigurationUpdate", {})
    if wanted.get("ConfigurationTypeUpdate") == "DEFAULT":
        wanted = {"ParallelismUpdate": 1, "ParallelismPerKPUUpdate": 1}
    return ApplicationUpdate(
        wanted.get("ParallelismUpdate"),
        wanted.get("ParallelismPerKPUUpdate"),
        wanted.get("AutoScalingEnabledUpdate"),
        params.get("CurrentApplicationVersionId"),
        params.get("ConditionalToken"),
    )


def _detail(service: ApplicationService) -> Answer:
    data = service.state.data
    return {
        "ApplicationARN": APPLICATION_ARN.format(data.name),
        "ApplicationName": data.name,
        "RuntimeEnvironment": data.runtime_environment,
        "ServiceExecutionRole": ROLE_ARN,
        "ApplicationStatus": service.status,
        "ApplicationVersionId": service.version,
        "LastUpdateTimestamp": service.updated_at,
        "ConditionalToken": service.token,
        "ApplicationMode": "STREAMING",
        **_history(service),
        "ApplicationConfigurationDescription": {
            "FlinkApplicationConfigurationDescription": _flink(service),
            "ApplicationSnapshotConfigurationDescription": {
                "SnapshotsEnabled": data.snapshots_enabled
            },
            "ApplicationSystemRollbackConfigurationDescription": {
                "RollbackEnabled": data.rollback_enabled
            },
        },
    }


def _history(service: ApplicationService) -> Answer:
    told: Answer = {}
    if service.updated_from is not None:
        told["ApplicationVersionUpdatedFrom"] = service.updated_from
    if service.rolled_back is not None:
        names = ("ApplicationVersionRolledBackFrom", "ApplicationVersionRolledBackTo")
        told |= dict(zip(names, service.rolled_back, strict=True))
    return told


def _flink(service: ApplicationService) -> Answer:
    data, configured = service.state.data, service.configuration
    return {
        "CheckpointConfigurationDescription": {
            "ConfigurationType": "CUSTOM",
            "CheckpointingEnabled": True,
            "CheckpointInterval": int(data.checkpoint_interval_seconds * 1000),
            "MinPauseBetweenCheckpoints": 5000,
        },
        "MonitoringConfigurationDescription": {
            "ConfigurationType": "CUSTOM",
            "MetricsLevel": data.metrics_level,
            "LogLevel": "INFO",
        },
        "ParallelismConfigurationDescription": {
            "ConfigurationType": "CUSTOM",
            "Parallelism": configured.parallelism,
            "ParallelismPerKPU": configured.parallelism_per_kpu,
            "CurrentParallelism": service.state.parallelism,
            "AutoScalingEnabled": configured.autoscaling_enabled,
        },
    }


def _operation_info(operation: Operation, service: ApplicationService) -> Answer:
    """``EndTime`` is required by the model, so of an operation under way it is the present."""
    return {
        "Operation": operation.kind,
        "StartTime": operation.started_at,
        "EndTime": operation.ended_at or service.now,
        "OperationStatus": operation.status,
    }


def _operation_detail(operation: Operation, service: ApplicationService) -> Answer:
    told = _operation_info(operation, service)
    if operation.versions is not None:
        told["ApplicationVersionChangeDetails"] = {
            "ApplicationVersionUpdatedFrom": operation.versions[0],
            "ApplicationVersionUpdatedTo": operation.versions[1],
        }
    if operation.failure is not None:
        failure: Answer = {"ErrorInfo": {"ErrorString": operation.failure}}
        if operation.rollback_id is not None:
            failure["RollbackOperationId"] = operation.rollback_id
        told["OperationFailureDetails"] = failure
    return told


def create_application_request(service: ApplicationService) -> Answer:
    """The application as moto is to have it."""
    data, configured = service.state.data, service.configuration
    return {
        "ApplicationName": data.name,
        "RuntimeEnvironment": data.runtime_environment,
        "ServiceExecutionRole": ROLE_ARN,
        "ApplicationConfiguration": {
            "FlinkApplicationConfiguration": {
                "ParallelismConfiguration": {
                    "ConfigurationType": "CUSTOM",
                    "Parallelism": configured.parallelism,
                    "ParallelismPerKPU": configured.parallelism_per_kpu,
                    "AutoScalingEnabled": configured.autoscaling_enabled,
                }
            }
        },
    }
