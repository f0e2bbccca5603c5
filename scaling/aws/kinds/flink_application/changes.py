"""The calls that change an application."""

from collections.abc import Callable, Mapping
from typing import Any

from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.kinds.flink_application.actions import StartApplication, UpdateApplication
from tidegate.scaling.model.errors import ResourceInUse

__all__ = ["CALLS"]

SKIP_RESTORE = "SKIP_RESTORE_FROM_SNAPSHOT"
"""Without snapshots there is none to restore."""


def _update_application(action: UpdateApplication, clients: Clients) -> None:
    """Parallelism and parallelism per KPU; it restarts the job."""
    with asking("kinesisanalytics:UpdateApplication", action.application):
        clients.once("kinesisanalyticsv2").update_application(**_application_update(action))


def _start_application(action: StartApplication, clients: Clients) -> None:
    """Back to what ran, and started with it, unless somebody else has started it by now: an update
    would restart that job."""
    service, name = clients.once("kinesisanalyticsv2"), action.application
    with asking("kinesisanalytics:DescribeApplication", name):
        status = service.describe_application(ApplicationName=name)["ApplicationDetail"][
            "ApplicationStatus"
        ]
    if status != "READY":
        raise ResourceInUse(action.operation, name, f"the application is {status} by now")
    with asking("kinesisanalytics:UpdateApplication", name):
        service.update_application(**_application_update(action))
    restore = "RESTORE_FROM_LATEST_SNAPSHOT" if action.from_snapshot else SKIP_RESTORE
    run = {"ApplicationRestoreConfiguration": {"ApplicationRestoreType": restore}}
    with asking("kinesisanalytics:StartApplication", name):
        service.start_application(ApplicationName=name, RunConfiguration=run)


def _application_update(action: UpdateApplication | StartApplication) -> dict[str, Any]:
    parallelism: dict[str, Any] = {
        "ConfigurationTypeUpdate": "CUSTOM",
        "ParallelismUpdate": action.to_parallelism,
        "ParallelismPerKPUUpdate": action.to_parallelism_per_kpu,
    }
    if isinstance(action, UpdateApplication) and action.ends_autoscaling:
        parallelism["AutoScalingEnabledUpdate"] = False
    flink = {"ParallelismConfigurationUpdate": parallelism}
    return {
        "ApplicationName": action.application,
        "ConditionalToken": action.conditional_token,
        "ApplicationConfigurationUpdate": {"FlinkApplicationConfigurationUpdate": flink},
    }


CALLS: Mapping[type, Callable[[Any, Clients], None]] = {
    UpdateApplication: _update_application,
    StartApplication: _start_application,
}
"""The AWS calls that each action is."""
