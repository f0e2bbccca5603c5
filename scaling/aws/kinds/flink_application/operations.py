"""What was done to an application of late, and how it went."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.pages import pages
from tidegate.scaling.config.specification import ApplicationSpec
from tidegate.scaling.kinds.flink_application.limits import PARALLELISM_MAX

if TYPE_CHECKING:
    from types_boto3_kinesisanalyticsv2 import KinesisAnalyticsV2Client
    from types_boto3_kinesisanalyticsv2.type_defs import ApplicationOperationInfoTypeDef

__all__ = [
    "Failure",
    "ended_at",
    "last_failure",
    "named_max_parallelism",
    "service_of",
    "standing_failure",
    "updates_of",
]

_MAX_PARALLELISM = re.compile(
    r"max(?:imum)?[\s_-]?parallelism(?:\s+(?:of|is)\b|\s*[=:(])*\s*(\d+)", re.IGNORECASE
)
"""As Flink says it: "Vertex V's parallelism (39) is higher than the max parallelism (8)", "The
maximum parallelism (8) of the restored state is lower than the configured parallelism (39)", "with
max parallelism 8 to new program" (ExecutionJobVertex, StateAssignmentOperation, Checkpoints)."""


def service_of(clients: Clients) -> "KinesisAnalyticsV2Client":
    """Managed Service for Apache Flink."""
    client: KinesisAnalyticsV2Client = clients.of("kinesisanalyticsv2")
    return client


@dataclass(frozen=True, slots=True)
class Failure:
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
            for page in pages(service_of(clients).list_application_operations, request)
            for each in page["ApplicationOperationInfoList"]
            if each.get("Operation", kind) == kind
        ]
    return sorted(operations, key=lambda each: each["StartTime"], reverse=True)


def updates_of(clients: Clients, name: str) -> "list[ApplicationOperationInfoTypeDef]":
    """Its updates, newest first."""
    return _operations(clients, name, "UpdateApplication")


def ended_at(newest_first: "list[ApplicationOperationInfoTypeDef]") -> datetime | None:
    """Of the newest update; the API gives an end also to one that goes on."""
    is_over = newest_first and newest_first[0]["OperationStatus"] != "IN_PROGRESS"
    return newest_first[0].get("EndTime") if is_over else None


def last_failure(
    clients: Clients, name: str, newest_first: "list[ApplicationOperationInfoTypeDef]"
) -> Failure | None:
    """The newest update that failed; asked for only where one has."""
    failed = next((each for each in newest_first if each["OperationStatus"] == "FAILED"), None)
    if failed is None:
        return None
    with asking("kinesisanalytics:DescribeApplicationOperation", name):
        told = service_of(clients).describe_application_operation(
            ApplicationName=name, OperationId=failed["OperationId"]
        )["ApplicationOperationInfoDetails"]
    words = told.get("OperationFailureDetails", {}).get("ErrorInfo", {}).get("ErrorString")
    is_newest = failed is newest_first[0]
    return Failure(words or "the service gave no reason", failed["StartTime"], is_newest)


def standing_failure(
    clients: Clients, found: FlinkApplication, failure: Failure | None, said: ApplicationSpec
) -> tuple[Failure | None, bool]:
    """The failure that explains how the application stands, and whether it is as that left it. An
    update of one that is READY starts nothing, and may be Tidegate's before its start: where the
    file allows that, what was done since is asked for."""
    if failure is None:
        return None, False
    if found.status != "READY" or not said.start_again_after_failed_update:
        stands = failure.is_newest and not _was_stopped(clients, found, failure)
        return (failure if stands else None), False
    since = [
        each
        for kind in ("StartApplication", "StopApplication")
        for each in _operations(clients, found.name, kind)
        if each["StartTime"] > failure.begun_at
    ]
    is_down = all(
        each["Operation"] == "StartApplication" and each["OperationStatus"] == "FAILED"
        for each in since
    )
    return (failure if is_down else None), failure.is_newest and not since


def _was_stopped(clients: Clients, application: FlinkApplication, failure: Failure) -> bool:
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
