"""How AWS shows the Managed Flink applications of a world, directly and to boto3's clients."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tidegate.rules.graph import Resource
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.kafka_topic.state import Topic
from tidegate.scaling.kinds.flink_application.actions import StartApplication, UpdateApplication
from tidegate.scaling.model.errors import ResourceMissing
from tidegate.simulator.kind import Face
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.kinds.flink_application.operation import (
    START,
    UPDATE,
    ApplicationUpdate,
    Operation,
)
from tidegate.simulator.kinds.flink_application.overlay import (
    APPLICATION_ARN,
    SUMMARY,
    create_application_request,
    detail,
    operation_detail,
    operation_info,
    update_asked,
)
from tidegate.simulator.kinds.flink_application.service import ApplicationService
from tidegate.simulator.manners import Refusal
from tidegate.simulator.participant import Answer, Call

if TYPE_CHECKING:
    from boto3.session import Session

__all__ = ["ApplicationFace"]


class ApplicationFace(Face):
    """Of applications; an unknown name is ResourceNotFoundException."""

    def describe(self, spec: Any) -> Iterable[Resource]:
        """The applications of a pipeline, and the topic that they say they read."""
        reads_kafka = spec.topic is not None
        applications = [
            replace(self._described(spec, each), reads_kafka=reads_kafka)
            for each in spec.applications
        ]
        if spec.topic is None:
            return applications
        return [*applications, Topic(spec.topic, applications[0].arn)]

    def _described(self, spec: Any, said: Any) -> FlinkApplication:
        found = self.site.named(EmbeddedApplication, said.application)
        if found is None:
            raise ResourceMissing("describe", said.application, "there is no such resource")
        return _application(found, said, self.sinks(spec, said))

    def apply(self, action: Any) -> bool:
        """A change of the parallelism, or a start."""
        if isinstance(action, StartApplication):
            service = self._service({"ApplicationName": action.application})
            back = (action.to_parallelism, action.to_parallelism_per_kpu)
            service.check_start()
            service.update(ApplicationUpdate(*back, token=action.conditional_token))
            service.start()
            return True
        if not isinstance(action, UpdateApplication):
            return False
        self._service({"ApplicationName": action.application}).update(
            ApplicationUpdate(
                action.to_parallelism,
                action.to_parallelism_per_kpu,
                False if action.ends_autoscaling else None,
                token=action.conditional_token,
            )
        )
        return True

    def put(self, session: "Session") -> None:
        """The applications, as moto is to have them."""
        for application in self.site.all(EmbeddedApplication):
            request = create_application_request(application.service)
            session.client("kinesisanalyticsv2").create_application(**request)

    def answers(self) -> Mapping[str, Call]:
        """Everything that is asked of an application."""
        return {
            "kinesis-analytics-v2.DescribeApplication": self._describe,
            "kinesis-analytics-v2.ListApplications": self._list,
            "kinesis-analytics-v2.UpdateApplication": self._update,
            "kinesis-analytics-v2.StartApplication": self._start,
            "kinesis-analytics-v2.DescribeApplicationOperation": self._describe_operation,
            "kinesis-analytics-v2.ListApplicationOperations": self._list_operations,
        }

    def _describe(self, params: Answer) -> Answer:
        return {"ApplicationDetail": detail(self._service(params))}

    def _list(self, _: Answer) -> Answer:
        details = [detail(each.service) for each in self.site.all(EmbeddedApplication)]
        return {
            "ApplicationSummaries": [
                {name: value for name, value in each.items() if name in SUMMARY} for each in details
            ]
        }

    def _update(self, params: Answer) -> Answer:
        service = self._service(params)
        operation_id = service.update(update_asked(params))
        return {"ApplicationDetail": detail(service), "OperationId": operation_id}

    def _start(self, params: Answer) -> Answer:
        return {"OperationId": self._service(params).start()}

    def _describe_operation(self, params: Answer) -> Answer:
        service = self._service(params)
        operation = service.operation(params["OperationId"])
        return {"ApplicationOperationInfoDetails": operation_detail(operation, service)}

    def _list_operations(self, params: Answer) -> Answer:
        """Newest first."""
        service = self._service(params)
        wanted = {"Operation": params.get("Operation"), "Status": params.get("OperationStatus")}
        found = [
            operation_info(each, service) | {"OperationId": each.operation_id}
            for each in reversed(service.operations)
            if wanted["Operation"] in (None, each.kind) and wanted["Status"] in (None, each.status)
        ]
        return {"ApplicationOperationInfoList": found[: params.get("Limit", 50)]}

    def _service(self, params: Answer) -> ApplicationService:
        found = self.site.named(EmbeddedApplication, params["ApplicationName"])
        if found is None:
            name = params["ApplicationName"]
            raise Refusal("ResourceNotFoundException", f"no application {name}")
        return found.service


def _application(
    found: EmbeddedApplication, spec: Any, tables: tuple[Any, ...]
) -> FlinkApplication:
    """The application as its API shows it, with what the pipeline file says of it."""
    service = found.service
    data, configured = service.state.data, service.configuration
    updates = [each for each in service.operations if each.kind == UPDATE]
    failed = [each for each in updates if each.failure is not None]
    standing = failed[-1] if failed and _stands(failed[-1], service, spec) else None
    return FlinkApplication(
        data.name,
        APPLICATION_ARN.format(data.name),
        service.status,
        service.token,
        configured.parallelism if service.status == "READY" else service.state.parallelism,
        configured.parallelism,
        configured.parallelism_per_kpu,
        configured.autoscaling_enabled,
        data.runtime_environment,
        int(data.checkpoint_interval_seconds * 1000),
        spec.kpu_quota,
        spec.partitions,
        tuple(sorted(found.metrics.tasks)),
        tables,
        updated_at=service.updated_at,
        failure=None if standing is None else standing.failure,
        failed_at=None if standing is None else standing.started_at,
        is_as_it_failed=_may_be_started(service, spec) and standing is service.operations[-1],
        rollback_enabled=data.rollback_enabled,
        snapshots_enabled=data.snapshots_enabled,
        max_parallelism=failed[-1].named_max_parallelism if failed else None,
        update_ended_at=updates[-1].ended_at if updates else None,
    )


def _stands(failed: Operation, service: ApplicationService, spec: Any) -> bool:
    """Whether a failed update is the newest, or the application was never up since: an update of
    one that is READY starts nothing."""
    later = service.operations[service.operations.index(failed) + 1 :]
    if _may_be_started(service, spec):
        return all(each.kind != START or each.failure is not None for each in later)
    return all(each.kind != UPDATE for each in later)


def _may_be_started(service: ApplicationService, spec: Any) -> bool:
    """Only then does Tidegate ask what was done to it since."""
    asks: bool = spec.start_again_after_failed_update
    return asks and service.status == "READY" and bool(service.operations)
