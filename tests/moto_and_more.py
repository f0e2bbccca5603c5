"""moto's server, with what it lacks of AWS's manners where Tidegate depends on them."""

import json
import sys
from typing import Any
from urllib.parse import urlsplit

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.awslambda.responses import LambdaResponse
from moto.cloudformation.responses import CloudFormationResponse
from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.responses import CloudWatchResponse
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket
from moto.server import main
from moto.ssm.responses import SimpleSystemManagerResponse
from moto_applications import add_to_moto
from moto_items import quicken_items
from moto_metrics import quicken

PAGE = 100
"""Most mappings that Lambda lists at once (ListEventSourceMappings, API reference)."""

Refused = tuple[int, dict[str, Any], str]


def refused(code: str, message: str, **more: str) -> Refused:
    return 400, {"status": 400}, json.dumps({"__type": code, "Message": message, **more})


list_all_mappings = LambdaResponse.list_event_source_mappings


def list_event_source_mappings(self: Any) -> str:
    listed = json.loads(list_all_mappings(self))["EventSourceMappings"]
    first = int(self.querystring.get("Marker", ["0"])[0])
    page: dict[str, Any] = {"EventSourceMappings": listed[first : first + PAGE]}
    if first + PAGE < len(listed):
        page["NextMarker"] = str(first + PAGE)
    return json.dumps(page)


delete_any_alarms = CloudWatchResponse.delete_alarms


def delete_alarms(self: Any) -> Any:
    """CloudWatch keeps an alarm that the rule of a composite one names."""
    names = self._get_param("AlarmNames", [])
    for alarm in self.cloudwatch_backend.alarms.values():
        for name in names:
            if alarm.rule and f'"{name}"' in alarm.rule and alarm.name not in names:
                words = f"Cannot delete {name} as there are composite alarm(s) depending on it."
                raise ValidationError(words)
    return delete_any_alarms(self)


put_untagged_dashboard = CloudWatchResponse.put_dashboard


def put_dashboard(self: Any) -> Any:
    """Tags count only when a dashboard is made (PutDashboard, API reference)."""
    backend, name = self.cloudwatch_backend, self._get_param("DashboardName")
    is_new = name not in backend.dashboards
    answer = put_untagged_dashboard(self)
    if is_new:
        arn = f"arn:aws:cloudwatch::{backend.account_id}:dashboard/{name}"
        backend.tagger.delete_all_tags_for_resource(arn)
        backend.tagger.tag_resource(arn, self._get_param("Tags", []))
    return answer


stack_of_a_host = CloudFormationResponse._get_stack_from_s3_url


def get_stack_from_s3_url(self: Any, url: str) -> str:
    """A template by its path on this server; moto takes 127 for the name of a bucket."""
    place = urlsplit(url)
    if place.hostname == "127.0.0.1":
        url = place._replace(netloc="localhost").geturl()
    return stack_of_a_host(self, url)


judged_without_conditions = FakeBucket.get_permission


def get_permission(self: Any, action: str, resource: str) -> Any:
    """A denial of calls without TLS; moto knows no conditions and would deny every call."""
    if b"aws:SecureTransport" in (self.policy or b""):
        return PermissionResult.NEUTRAL
    return judged_without_conditions(self, action, resource)


register_untagged = ApplicationAutoScalingResponse.register_scalable_target


def target_tags(self: Any) -> dict[str, dict[str, str]]:
    """Kept in moto's backend, which forgets them when it is reset."""
    backend = self.applicationautoscaling_backend
    found: dict[str, dict[str, str]] = backend.__dict__.setdefault("target_tags", {})
    return found


def register_scalable_target(self: Any) -> str:
    answer: str = register_untagged(self)
    tags = self._get_param("Tags")
    if tags:
        target_tags(self)[json.loads(answer)["ScalableTargetARN"]] = tags
    return answer


def list_tags_for_resource(self: Any) -> str:
    return json.dumps({"Tags": target_tags(self).get(self._get_param("ResourceARN"), {})})


def ops_items(self: Any) -> dict[str, dict[str, Any]]:
    """Kept in moto's backend, which forgets them when it is reset."""
    found: dict[str, dict[str, Any]] = self.ssm_backend.__dict__.setdefault("ops_items", {})
    return found


def dedup_of(item: dict[str, Any]) -> Any:
    return item.get("OperationalData", {}).get("/aws/dedup", {}).get("Value")


def create_ops_item(self: Any) -> str | Refused:
    """One that is open already is not made twice (OpsCenter guide, reducing duplicate OpsItems)."""
    item, items = json.loads(self.body), ops_items(self)
    for known, there in items.items():
        if dedup_of(there) == dedup_of(item) is not None and there["Status"] != "Resolved":
            return refused("OpsItemAlreadyExistsException", "it is there", OpsItemId=known)
    known = f"oi-{len(items):012}"
    items[known] = {**item, "OpsItemId": known, "Status": "Open"}
    return json.dumps({"OpsItemId": known})


def update_ops_item(self: Any) -> str | Refused:
    change, items = json.loads(self.body), ops_items(self)
    item = items.get(change["OpsItemId"])
    if item is None:
        return refused("OpsItemNotFoundException", "it is not there")
    data = {**item.get("OperationalData", {}), **change.get("OperationalData", {})}
    item.update(change, OperationalData=data)
    return "{}"


def delete_ops_item(self: Any) -> str:
    ops_items(self).pop(json.loads(self.body)["OpsItemId"], None)
    return "{}"


def describe_ops_items(self: Any) -> str:
    shown = ("OpsItemId", "Title", "Status", "OperationalData")
    summaries = [{key: item[key] for key in shown} for item in ops_items(self).values()]
    return json.dumps({"OpsItemSummaries": summaries})


ALARMS: Any = CloudWatchResponse
# moto has everything for it but the name.
ALARMS.put_composite_alarm = ALARMS.put_metric_alarm
add_to_moto()
quicken()
quicken_items()
LambdaResponse.list_event_source_mappings = list_event_source_mappings
CloudWatchResponse.delete_alarms = delete_alarms
CloudWatchResponse.put_dashboard = put_dashboard
FakeBucket.get_permission = get_permission
STACKS: Any = CloudFormationResponse
STACKS._get_stack_from_s3_url = get_stack_from_s3_url
PATCHES: tuple[tuple[Any, Any], ...] = (
    (ApplicationAutoScalingResponse, register_scalable_target),
    (ApplicationAutoScalingResponse, list_tags_for_resource),
    (SimpleSystemManagerResponse, create_ops_item),
    (SimpleSystemManagerResponse, update_ops_item),
    (SimpleSystemManagerResponse, delete_ops_item),
    (SimpleSystemManagerResponse, describe_ops_items),
)
for responses, operation in PATCHES:
    setattr(responses, operation.__name__, operation)

if __name__ == "__main__":
    main(sys.argv[1:])
