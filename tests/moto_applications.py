"""What moto lacks of Managed Service for Apache Flink: applications that run, and their updates."""

import json
import time
from typing import Any

from moto.kinesisanalyticsv2.responses import KinesisAnalyticsV2Response

__all__ = ["add_to_moto"]

KEYS = ("Parallelism", "ParallelismPerKPU", "AutoScalingEnabled")


def _application(response: Any, name: str) -> Any:
    return response.kinesisanalyticsv2_backend.applications[name]


def _create(self: Any) -> str:
    answer: str = create_starting(self)
    application = _application(self, self._get_param("ApplicationName"))
    flink = self._get_param("ApplicationConfiguration")["FlinkApplicationConfiguration"]
    application.parallelism = flink["ParallelismConfiguration"]
    application.rollback = self._get_param("ApplicationConfiguration").get(
        "ApplicationSystemRollbackConfiguration", {"RollbackEnabled": False}
    )
    application.application_status = "RUNNING"
    application.last_updated_date_time = time.time() - 3600
    return answer


def _describe(self: Any) -> str:
    detail = json.loads(describe_unconfigured(self))["ApplicationDetail"]
    name = detail["ApplicationName"] = self._get_param("ApplicationName")
    application = _application(self, name)
    told = application.parallelism
    configured = {**told, "CurrentParallelism": told["Parallelism"]}
    detail["ApplicationConfigurationDescription"] = {
        "FlinkApplicationConfigurationDescription": {
            "ParallelismConfigurationDescription": configured
        },
        "ApplicationSystemRollbackConfigurationDescription": application.rollback,
    }
    return json.dumps({"ApplicationDetail": detail})


def _update(self: Any) -> Any:
    """At once, against the token of the version there is."""
    application = _application(self, self._get_param("ApplicationName"))
    if self._get_param("ConditionalToken") != application.conditional_token:
        refusal = {"__type": "ConcurrentModificationException", "message": "another version"}
        return 400, {"status": 400}, json.dumps(refusal)
    configuration = self._get_param("ApplicationConfigurationUpdate")
    flink = configuration["FlinkApplicationConfigurationUpdate"]
    wanted = flink["ParallelismConfigurationUpdate"]
    given = {key: wanted[f"{key}Update"] for key in KEYS if f"{key}Update" in wanted}
    application.parallelism |= given
    application.conditional_token += "+"
    application.last_updated_date_time = time.time()
    return json.dumps({"OperationId": "operation-1"})


def _operations(_: Any) -> str:
    return json.dumps({"ApplicationOperationInfoList": []})


create_starting = KinesisAnalyticsV2Response.create_application
describe_unconfigured = KinesisAnalyticsV2Response.describe_application


def add_to_moto() -> None:
    """For this process."""
    for name, answer in {
        "create_application": _create,
        "describe_application": _describe,
        "update_application": _update,
        "list_application_operations": _operations,
    }.items():
        setattr(KinesisAnalyticsV2Response, name, answer)
