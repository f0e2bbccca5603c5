"""Notices over SNS, Systems Manager and EventBridge, and dashboards over CloudWatch."""

import json

from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.config.specification import NoticeSpec
from tidegate.scaling.model.errors import Unreachable
from tidegate.scaling.model.notification import Destination, Kind, Notification

__all__ = ["AwsNotifications"]

DESCRIPTION_MAX = 2048
"""Characters of an OpsItem's description (CreateOpsItem, API reference)."""

DATA_BYTES_MAX = 20_000
"""A value of its operational data may have 20 KB (CreateOpsItem, API reference)."""

SOURCE = "tidegate"
_MACHINES = ("email-json", "firehose", "http", "https", "lambda", "sqs")
"""Protocols of SNS behind which a program reads; a person reads the others."""


class AwsNotifications:
    """``tidegate.scaling.ports.Notices`` over AWS."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def send(
        self,
        notification: Notification,
        destination: Destination,
        places: NoticeSpec,
        known_as: str | None,
    ) -> str | None:
        """Deliver one notification."""
        match destination:
            case Destination.SNS:
                self._publish(notification, places.sns_topic_arn or "")
            case Destination.EVENT_BUS:
                self._put_event(notification, places.event_bus or "default")
            case Destination.OPS_ITEM if known_as is None:
                return self._create_ops_item(notification)
            case Destination.OPS_ITEM:
                return self._update_ops_item(notification, known_as)
        return known_as

    def _publish(self, notification: Notification, topic_arn: str) -> None:
        message = {"default": notification.text, **dict.fromkeys(_MACHINES, notification.as_json())}
        with asking("sns:Publish", topic_arn):
            self._clients.of("sns").publish(
                TopicArn=topic_arn,
                Subject=notification.subject,
                Message=json.dumps(message),
                MessageStructure="json",
            )

    def _put_event(self, notification: Notification, bus: str) -> None:
        change_record = {
            "Source": SOURCE,
            "DetailType": f"Pipeline illness {notification.kind.value}",
            "Detail": notification.as_json(),
            "EventBusName": bus,
        }
        with asking("events:PutEvents", bus):
            answer = self._clients.of("events").put_events(Entries=[change_record])
        # An event that is refused is no error of the call (PutEvents, API reference).
        for each in answer["Entries"]:
            if "ErrorCode" in each:
                reason = f"{each['ErrorCode']}: {each.get('ErrorMessage', '')}"
                raise Unreachable("events:PutEvents", bus, reason)

    def _create_ops_item(self, notification: Notification) -> str:
        """``/aws/dedup`` keeps a second one of the same incident from being made (OpsCenter guide,
        reducing duplicate OpsItems): one that was made just before a crash is found again."""
        ssm = self._clients.of("ssm")
        dedup = json.dumps({"dedupString": notification.illness_id})
        with asking("ssm:CreateOpsItem", notification.pipeline):
            try:
                made = ssm.create_ops_item(
                    Title=notification.subject,
                    Description=_description(notification),
                    Source=SOURCE,
                    Severity="2",
                    OperationalData={
                        "/aws/dedup": {"Value": dedup, "Type": "SearchableString"},
                        **_data(notification),
                    },
                )
            except ssm.exceptions.OpsItemAlreadyExistsException as there:
                return str(there.response["OpsItemId"])
        return str(made["OpsItemId"])

    def _update_ops_item(self, notification: Notification, ops_item_id: str) -> str | None:
        """One that somebody has deleted is created again while the incident lasts."""
        ssm = self._clients.of("ssm")
        is_over = notification.kind is Kind.RESOLVED
        change = {"Status": "Resolved"} if is_over else {"Title": notification.subject}
        with asking("ssm:UpdateOpsItem", ops_item_id):
            try:
                ssm.update_ops_item(
                    OpsItemId=ops_item_id,
                    Description=_description(notification),
                    OperationalData=_data(notification),
                    **change,
                )
            except ssm.exceptions.OpsItemNotFoundException:
                return None if is_over else self._create_ops_item(notification)
        return ops_item_id

    def draw(self, name: str, body: str) -> None:
        """Put a dashboard."""
        with asking("cloudwatch:PutDashboard", name):
            self._clients.cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body)


def _description(notification: Notification) -> str:
    """What fits, the link to the dashboard always."""
    if len(notification.text) <= DESCRIPTION_MAX:
        return notification.text
    end = f"\n...\n\n{notification.dashboard}"
    return notification.text[: DESCRIPTION_MAX - len(end)] + end


def _data(notification: Notification) -> dict[str, dict[str, str]]:
    """The facts for machines, unless there are more than an OpsItem takes."""
    facts = notification.as_json()
    if len(facts.encode()) > DATA_BYTES_MAX:
        return {}
    return {"notice": {"Value": facts, "Type": "String"}}
