"""Notices as AWS's services get them."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from moto import mock_aws

from scaling.aws.clients import Clients
from scaling.aws.notices import AwsNotices
from scaling.errors import CloudError
from scaling.illness import Destination, Kind, Notice
from scaling.specification import NoticeSpec

NOTICE = Notice(
    Kind.PAGE, "orders-20260105T001300Z", "orders", "2026-01-05T00:13:00+00:00",
    ("table-throttled at orders",), ("table-throttled at orders: 428 writes throttled",),
    ("write_capacity of orders: 20 -> 1,532",), (),
    "https://us-east-1.console.aws.amazon.com/cloudwatch/home#dashboards:name=tidegate-orders",
)  # fmt: skip
REGION = "us-east-1"


@pytest.fixture
def session() -> Iterator[boto3.Session]:
    with mock_aws():
        yield boto3.Session("testing", "testing", region_name=REGION)


def subscribed(session: boto3.Session) -> tuple[str, Any]:
    sns, sqs = session.client("sns"), session.client("sqs")
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    return topic, lambda: [
        json.loads(each["Body"])
        for each in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    ]


def test_a_topic_gets_text_for_people_and_json_for_machines(session: boto3.Session) -> None:
    topic, received = subscribed(session)
    notices = AwsNotices(Clients(session))
    notices.send(NOTICE, Destination.SNS, NoticeSpec(sns_topic_arn=topic), None)
    (message,) = received()
    assert message["Subject"] == "Tidegate: orders: table-throttled at orders"
    told = json.loads(message["Message"])
    assert (told["kind"], told["causes"]) == ("page", ["table-throttled at orders"])


def test_an_event_bus_gets_every_fact(session: boto3.Session) -> None:
    events, logs = session.client("events"), session.client("logs")
    logs.create_log_group(logGroupName="/events")
    events.put_rule(Name="all", EventPattern=json.dumps({"source": ["tidegate"]}))
    arn = f"arn:aws:logs:{REGION}:123456789012:log-group:/events"
    events.put_targets(Rule="all", Targets=[{"Id": "1", "Arn": arn}])
    AwsNotices(Clients(session)).send(
        NOTICE, Destination.EVENT_BUS, NoticeSpec(event_bus="default"), None
    )
    stream = logs.describe_log_streams(logGroupName="/events")["logStreams"][0]["logStreamName"]
    (line,) = logs.get_log_events(logGroupName="/events", logStreamName=stream)["events"]
    event = json.loads(line["message"])
    assert event["detail-type"] == "Pipeline illness page"
    assert event["detail"]["illness_id"] == NOTICE.illness_id


def test_an_ops_item_is_made_once_then_updated_and_resolved(session: boto3.Session) -> None:
    # moto has no OpsItems: botocore's own stubber holds the calls to the service's model.
    clients = Clients(session)
    notices, places = AwsNotices(clients), NoticeSpec(ops_items=True)
    with Stubber(clients.of("ssm")) as ssm:
        ssm.add_response(
            "create_ops_item",
            {"OpsItemId": "oi-1"},
            {
                "Title": NOTICE.subject, "Description": NOTICE.text, "Source": "tidegate",
                "Severity": "2", "OperationalData": ANY,
            },
        )  # fmt: skip
        known = notices.send(NOTICE, Destination.OPS_ITEM, places, None)
        assert known == "oi-1"
        resolved = Notice(Kind.RESOLVED, *list(vars_of(NOTICE))[1:])
        ssm.add_response(
            "update_ops_item",
            {},
            {
                "OpsItemId": "oi-1", "Description": resolved.text, "Status": "Resolved",
                "OperationalData": ANY,
            },
        )  # fmt: skip
        assert notices.send(resolved, Destination.OPS_ITEM, places, known) == "oi-1"
        ssm.assert_no_pending_responses()


def vars_of(notice: Notice) -> Iterator[Any]:
    return (getattr(notice, name) for name in notice.__slots__)


def test_a_topic_that_is_gone_is_an_error_of_ours(session: boto3.Session) -> None:
    places = NoticeSpec(sns_topic_arn=f"arn:aws:sns:{REGION}:123456789012:gone")
    with pytest.raises(CloudError, match="sns:Publish"):
        AwsNotices(Clients(session)).send(NOTICE, Destination.SNS, places, None)
