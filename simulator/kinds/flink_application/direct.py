"""The direct face of a world's Flink application."""

from tidegate.rules.graph import FlinkApplication
from tidegate.scaling.config.specification import ApplicationSpec
from tidegate.scaling.model.actions import UpdateApplication
from tidegate.simulator.control import ControlPlane
from tidegate.simulator.kinds.flink_application.overlay import APPLICATION_ARN
from tidegate.simulator.kinds.flink_application.service import UPDATE, ApplicationUpdate
from tidegate.simulator.scenario import Scenario

__all__ = ["application", "application_update"]


def application(
    control: ControlPlane, scenario: Scenario, said: ApplicationSpec
) -> FlinkApplication:
    """The application as its API shows it."""
    service = control.the_application(said.application)
    data, configured = service.state.data, service.configuration
    updates = [each for each in service.operations if each.kind == UPDATE]
    failed = [each for each in updates if each.failure is not None]
    tells_tasks = data.metrics_level != "APPLICATION"
    return FlinkApplication(
        data.name,
        APPLICATION_ARN.format(data.name),
        service.status,
        service.token,
        service.state.parallelism,
        configured.parallelism,
        configured.parallelism_per_kpu,
        configured.autoscaling_enabled,
        data.runtime_environment,
        int(data.checkpoint_interval_seconds * 1000),
        said.kpu_quota,
        said.partitions,
        (f"Source:_{scenario.stream.name}",) if tells_tasks else (),
        updated_at=service.updated_at,
        failure=updates[-1].failure if updates else None,
        rollback_enabled=data.rollback_enabled,
        snapshots_enabled=data.snapshots_enabled,
        max_parallelism=failed[-1].named_max_parallelism if failed else None,
    )


def application_update(action: UpdateApplication) -> ApplicationUpdate:
    """The request behind an action."""
    return ApplicationUpdate(
        action.to_parallelism,
        action.to_parallelism_per_kpu,
        False if action.ends_autoscaling else None,
        token=action.conditional_token,
    )
