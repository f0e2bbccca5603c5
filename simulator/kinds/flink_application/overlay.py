"""The world's answers to Managed Service for Apache Flink's API (kinesisanalyticsv2)."""

from tidegate.simulator.kinds.flink_application.operation import ApplicationUpdate, Operation
from tidegate.simulator.kinds.flink_application.service import ApplicationService
from tidegate.simulator.participant import Answer

__all__ = [
    "APPLICATION_ARN",
    "SUMMARY",
    "create_application_request",
    "detail",
    "operation_detail",
    "operation_info",
    "update_asked",
]

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


def update_asked(params: Answer) -> ApplicationUpdate:
    """What an UpdateApplication request says."""
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


def detail(service: ApplicationService) -> Answer:
    """An ApplicationDetail."""
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


def operation_info(operation: Operation, service: ApplicationService) -> Answer:
    """``EndTime`` is required by the model, so of an operation under way it is the present."""
    return {
        "Operation": operation.kind,
        "StartTime": operation.started_at,
        "EndTime": operation.ended_at or service.now,
        "OperationStatus": operation.status,
    }


def operation_detail(operation: Operation, service: ApplicationService) -> Answer:
    """An ApplicationOperationInfoDetails."""
    told = operation_info(operation, service)
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
