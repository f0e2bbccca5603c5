"""What is told or deployed in a partition leads to that partition."""

import json

import boto3
import pytest

from tests.losses.account import FIVE_LINES, Account
from tidegate.deployment.bucket import Bucket


@pytest.mark.parametrize(
    ("region", "link"),
    [
        ("us-east-1", "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#"),
        (
            "cn-north-1",
            "https://cn-north-1.console.amazonaws.cn/cloudwatch/home?region=cn-north-1#",
        ),
    ],
)
def test_a_page_links_to_the_console_of_its_partition(
    account: Account, monkeypatch: pytest.MonkeyPatch, region: str, link: str
) -> None:
    monkeypatch.setenv("AWS_REGION", region)
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    account.region = region
    account.pipeline()
    topic = account.client("sns").create_topic(Name="ops")["TopicArn"]
    account.minutes(since=30, until=6)
    for back in range(5, 0, -1):
        account.minutes(since=back, until=back, throttled=900, units=2990, age=(6 - back) * 40_000)
    account.sweep(FIVE_LINES + f'    notices: {{sns_topic_arn: "{topic}"}}\n')
    page = json.loads(json.loads(account.asked("Publish")[0]["Message"])["sqs"])
    assert page["dashboard"] == f"{link}dashboards:name=tidegate-orders-{region}"


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("us-west-2", "s3.us-west-2.amazonaws.com"),
        ("cn-northwest-1", "s3.cn-northwest-1.amazonaws.com.cn"),
    ],
)
def test_the_template_is_fetched_from_the_partition_it_was_put_in(region: str, host: str) -> None:
    session = boto3.Session("testing", "testing", region_name=region)
    bucket = Bucket(session, "code", "123456789012", {})
    assert bucket.url_of("a.json") == f"https://{host}/{bucket.name}/a.json"
