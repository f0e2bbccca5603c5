"""Notices over SNS, Systems Manager and EventBridge, and dashboards over CloudWatch."""

import json
from typing import Any

from scaling.aws.clients import Clients
from scaling.aws.errors import asking
from scaling.illness import Destination, Kind, Notice
from scaling.specification import NoticeSpec

__all__ = ["AwsNotices"]

SOURCE = "tidegate"
_MACHINES = ("email-json", "http", "https", "lambda", "sqs")
"""Protocols of SNS behind which a program reads; a person reads the others."""


class AwsNotices:
    """``scaling.ports.Notices`` over AWS."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def send(
        self, notice: Notice, destination: Destination, places: NoticeSpec, known_as: str | None
    ) -> str | None:
        """Deliver one notice."""
        match destination:
            case Destination.SNS:
                self._publish(notice, places.sns_topic_arn or "")
            case Destination.EVENT_BUS:
                self._put_event(notice, places.event_bus or "default")
            case Destination.OPS_ITEM if known_as is None:
                return self._create_ops_item(notice)
            case Destination.OPS_ITEM:
                self._update_ops_item(notice, known_as)
        return known_as

    def _publish(self, notice: Notice, topic_arn: str) -> None:
        message = {"default": notice.text, **dict.fromkeys(_MACHINES, notice.as_json())}
        with asking("sns:Publish", topic_arn):
            self._clients.of("sns").publish(
                TopicArn=topic_arn,
                Subject=notice.subject,
                Message=json.dumps(message),
                MessageStructure="json",
            )

    def _put_event(self, notice: Notice, bus: str) -> None:
        entry = {
            "Source": SOURCE,
            "DetailType": f"Pipeline illness {notice.kind.value}",
            "Detail": notice.as_json(),
            "EventBusName": bus,
        }
        with asking("events:PutEvents", bus):
            self._clients.of("events").put_events(Entries=[entry])

    def _create_ops_item(self, notice: Notice) -> str:
        """``/aws/dedup`` keeps a second one of the same illness from being made (OpsCenter guide,
        reducing duplicate OpsItems)."""
        dedup = json.dumps({"dedupString": notice.illness_id})
        with asking("ssm:CreateOpsItem", notice.pipeline):
            made = self._clients.of("ssm").create_ops_item(
                Title=notice.subject,
                Description=notice.text[:1024],
                Source=SOURCE,
                Severity="2",
                OperationalData={
                    "/aws/dedup": {"Value": dedup, "Type": "SearchableString"},
                    "notice": {"Value": notice.as_json(), "Type": "String"},
                },
            )
        return str(made["OpsItemId"])

    def _update_ops_item(self, notice: Notice, ops_item_id: str) -> None:
        resolved: dict[str, Any] = (
            {"Status": "Resolved"} if notice.kind is Kind.RESOLVED else {"Title": notice.subject}
        )
        with asking("ssm:UpdateOpsItem", ops_item_id):
            self._clients.of("ssm").update_ops_item(
                OpsItemId=ops_item_id,
                Description=notice.text[:1024],
                OperationalData={"notice": {"Value": notice.as_json(), "Type": "String"}},
                **resolved,
            )

    def draw(self, name: str, body: str) -> None:
        """Put a dashboard."""
        with asking("cloudwatch:PutDashboard", name):
            self._clients.cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body)
