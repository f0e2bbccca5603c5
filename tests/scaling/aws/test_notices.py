"""Notices as AWS's services get them, from moto in another process."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tests.scaling.notify.post import TOPIC, Post
from tidegate.pipeline_file import parse
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.notices import AwsNotifications
from tidegate.scaling.config.specification import NoticeSpec
from tidegate.scaling.model.errors import CloudError, ResourceMissing
from tidegate.scaling.model.notification import Destination, Kind, Notification

FOUND = (
    "table-throttled at orders: table orders is throttled: 428 writes were throttled in one minute "
    "(at least 7% of the writes attempted)"
)
DONE = (
    "write capacity of orders from 20 to 1,532 WCU: 1,072 records/s need 1.00 WCU each at a target "
    "utilization of 70%"
)
NOTICE = Notification(
    Kind.PAGE, "orders-20260105T001300Z", "orders", "2026-01-05T00:13:00+00:00",
    ("table-throttled at orders",), (FOUND,), (DONE,), ("orders: hand the lever over",),
    "https://us-east-1.console.aws.amazon.com/cloudwatch/home#dashboards:name=tidegate-orders-us-east-1",
)  # fmt: skip
ON_A_PHONE = f"""\
Tidegate: orders: table-throttled at orders

Found:
- {FOUND}

Done:
- {DONE}

To be done by you:
- orders: hand the lever over

https://us-east-1.console.aws.amazon.com/cloudwatch/home#dashboards:name=tidegate-orders-us-east-1"""
DOCUMENTATION = Path(__file__).parents[3] / "docs" / "notices.md"
RESOLVED = replace(NOTICE, kind=Kind.RESOLVED, found=(), done=(), to_do=())
UPDATE = replace(NOTICE, kind=Kind.UPDATE, causes=("hot-key at orders",))


@pytest.fixture
def post(aws: dict[str, Any]) -> Post:
    return Post(aws)


def send(
    post: Post, notification: Notification, destination: Destination, known: str | None = None
) -> Any:
    return post.notices.send(notification, destination, post.places, known)


def test_a_topic_gives_text_to_people_and_json_to_machines(post: Post) -> None:
    sns = AwsNotifications(
        clients := Clients(boto3.Session("testing", "testing", region_name="us-east-1"))
    )
    asked: dict[str, Any] = {}
    clients.of("sns").meta.events.register(
        "provide-client-params.sns.Publish", lambda params, **_: asked.update(params)
    )
    sns.send(NOTICE, Destination.SNS, post.places, None)
    by_protocol = json.loads(asked["Message"])
    assert by_protocol.pop("default") == NOTICE.text == ON_A_PHONE
    assert set(by_protocol) == {"email-json", "firehose", "http", "https", "lambda", "sqs"}
    assert {json.loads(each)["illness_id"] for each in by_protocol.values()} == {NOTICE.illness_id}
    assert asked["Subject"] == "Tidegate: orders: table-throttled at orders"
    (message,) = post.messages
    assert (message["kind"], message["causes"]) == ("page", ["table-throttled at orders"])


def test_a_bus_gets_every_fact(post: Post) -> None:
    send(post, NOTICE, Destination.EVENT_BUS)
    (event,) = post.events
    assert event == json.loads(NOTICE.as_json())


def test_an_event_that_the_bus_refuses_is_not_taken_for_delivered() -> None:
    clients = Clients(boto3.Session("testing", "testing", region_name="us-east-1"))
    change_record = {"ErrorCode": "ThrottlingException", "ErrorMessage": "rate exceeded"}
    with Stubber(clients.of("events")) as events:
        events.add_response("put_events", {"FailedEntryCount": 1, "Entries": [change_record]})
        with pytest.raises(CloudError, match="ThrottlingException: rate exceeded"):
            AwsNotifications(clients).send(
                NOTICE, Destination.EVENT_BUS, NoticeSpec(event_bus="default"), None
            )


def test_an_ops_item_is_made_once_then_updated_and_resolved(post: Post) -> None:
    known = send(post, NOTICE, Destination.OPS_ITEM)
    (made,) = post.ops_items
    assert (made["Title"], made["Status"]) == (NOTICE.subject, "Open")
    assert json.loads(made["OperationalData"]["notice"]["Value"])["kind"] == "page"
    assert send(post, UPDATE, Destination.OPS_ITEM, known) == known
    (updated,) = post.ops_items
    assert (updated["Title"], updated["Status"]) == (UPDATE.subject, "Open")
    assert send(post, RESOLVED, Destination.OPS_ITEM, known) == known
    (resolved,) = post.ops_items
    assert (resolved["Title"], resolved["Status"]) == (UPDATE.subject, "Resolved")


def test_an_ops_item_that_was_made_before_a_crash_is_found_again(post: Post) -> None:
    assert send(post, NOTICE, Destination.OPS_ITEM) == send(post, NOTICE, Destination.OPS_ITEM)
    assert len(post.ops_items) == 1
    send(post, replace(NOTICE, illness_id="another"), Destination.OPS_ITEM)
    assert len(post.ops_items) == 2


def test_an_ops_item_that_somebody_deleted_is_made_anew_while_the_illness_lasts(post: Post) -> None:
    known = send(post, NOTICE, Destination.OPS_ITEM)
    post.aws["ssm"].delete_ops_item(OpsItemId=known)
    assert post.ops_items == []
    again = send(post, UPDATE, Destination.OPS_ITEM, known)
    assert again, again
    (item,) = post.ops_items
    assert item["OpsItemId"] == again
    post.aws["ssm"].delete_ops_item(OpsItemId=again)
    assert send(post, RESOLVED, Destination.OPS_ITEM, again) is None
    assert post.ops_items == []


def test_an_ops_item_with_too_much_to_say_keeps_the_link(post: Post) -> None:
    much = replace(NOTICE, found=tuple(f"{at}: {'so it is ' * 30}" for at in range(100)))
    send(post, much, Destination.OPS_ITEM)
    clients = Clients(boto3.Session("testing", "testing", region_name="us-east-1"))
    asked: dict[str, Any] = {}
    clients.of("ssm").meta.events.register(
        "provide-client-params.ssm.CreateOpsItem", lambda params, **_: asked.update(params)
    )
    AwsNotifications(clients).send(much, Destination.OPS_ITEM, post.places, None)
    assert len(asked["Description"]) <= 2048
    assert asked["Description"].endswith(f"\n...\n\n{NOTICE.dashboard}")
    assert all(len(each["Value"]) <= 20_480 for each in asked["OperationalData"].values())


def test_a_topic_that_is_gone_is_an_error_of_ours(post: Post) -> None:
    post.aws["sns"].delete_topic(TopicArn=TOPIC)
    with pytest.raises(ResourceMissing, match="sns:Publish"):
        send(post, NOTICE, Destination.SNS)


def test_the_documentation_shows_what_is_sent_and_what_the_file_takes() -> None:
    text = DOCUMENTATION.read_text(encoding="utf-8")
    assert f"```\n{ON_A_PHONE}\n```" in text
    _, block, *_ = text.split("```")
    pipeline = "pipelines:\n  - name: a\n    stream: a\n    consumers: [{function: f}]\n"
    (spec,) = parse(pipeline + block.removeprefix("yaml\n"), "docs").pipelines
    assert spec.notices.ops_items
    assert spec.suppressions[0].reason == "the sale has one product, ticket 42"


def test_a_resolution_says_what_it_was() -> None:
    subject = "Tidegate: orders: resolved: table-throttled at orders"
    assert RESOLVED.text == f"{subject}\n\n{NOTICE.dashboard}"


def test_a_subject_is_what_sns_takes() -> None:
    odd = replace(NOTICE, pipeline="größe", causes=tuple(f"cause {at}" for at in range(50)))
    assert odd.subject.isascii()
    assert len(odd.subject) <= 100
