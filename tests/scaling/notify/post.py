"""Where notices arrive: a topic, a bus and OpsItems of moto in another process."""

import json
from collections import Counter
from typing import Any

from boto3.session import Session

from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.notices import AwsNotifications
from tidegate.scaling.config.specification import NoticeSpec

TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
CALLS = ("sns.Publish", "ssm.CreateOpsItem", "ssm.UpdateOpsItem", "events.PutEvents")


class Post:
    """Notices over real clients, what has arrived of them, and faults in between."""

    places = NoticeSpec(TOPIC, ops_items=True, event_bus="default")

    def __init__(self, aws: dict[str, Any]) -> None:
        self.aws = aws
        self.broken: set[str] = set()
        self.read: dict[str, list[dict[str, Any]]] = {"topic": [], "bus": []}
        self.queues = {name: self._queue(name) for name in self.read}
        self.open_topic()
        aws["events"].put_rule(Name="all", EventPattern=json.dumps({"source": ["tidegate"]}))
        target = {"Id": "1", "Arn": "arn:aws:sqs:us-east-1:123456789012:bus"}
        aws["events"].put_targets(Rule="all", Targets=[target])
        session = Session("testing", "testing", region_name="us-east-1")
        for call in CALLS:
            session.events.register(f"before-call.{call}", self._fail_if_broken)
        self.notices = AwsNotifications(Clients(session))

    def _queue(self, name: str) -> str:
        return str(self.aws["sqs"].create_queue(QueueName=name)["QueueUrl"])

    def open_topic(self) -> None:
        self.aws["sns"].create_topic(Name="alerts")
        queue = "arn:aws:sqs:us-east-1:123456789012:topic"
        self.aws["sns"].subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=queue)

    def _fail_if_broken(self, model: Any, **_: Any) -> Any:
        service = model.service_model.service_name
        if service not in self.broken:
            return None
        return Refusal(), {"Error": {"Code": "AccessDeniedException", "Message": "not now"}}

    def _received(self, name: str) -> list[dict[str, Any]]:
        queue, sqs = self.queues[name], self.aws["sqs"]
        while True:
            messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get(
                "Messages", []
            )
            if not messages:
                return self.read[name]
            for each in messages:
                self.read[name].append(json.loads(each["Body"]))
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=each["ReceiptHandle"])

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What the topic's subscribers, a program here, have got."""
        return [json.loads(each["Message"]) for each in self._received("topic")]

    @property
    def events(self) -> list[dict[str, Any]]:
        """What the bus has passed on."""
        return [each["detail"] for each in self._received("bus")]

    @property
    def ops_items(self) -> list[dict[str, Any]]:
        """The OpsItems there are."""
        found: list[dict[str, Any]] = self.aws["ssm"].describe_ops_items()["OpsItemSummaries"]
        return found

    @property
    def counts(self) -> dict[str, Counter[str]]:
        """How many notices of each kind have arrived, and OpsItems of each status."""
        return {
            "topic": Counter(each["kind"] for each in self.messages),
            "bus": Counter(each["kind"] for each in self.events if each["kind"] != "update"),
            "ops items": Counter(each["Status"] for each in self.ops_items),
        }


class Refusal:
    """As much of an HTTP response as botocore looks at."""

    status_code = 400

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
