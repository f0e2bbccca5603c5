"""What is told or deployed in a partition leads to that partition."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.losses.account import PIPELINES, Account, refusal
from tidegate.deployment.deploy import Deployment


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
    said = f'    notices: {{sns_topic_arn: "{topic}"}}\n    levers:'
    account.sweep(PIPELINES.replace("    levers:", said, 1))
    page = json.loads(json.loads(account.asked("Publish")[0]["Message"])["sqs"])
    assert page["dashboard"] == f"{link}dashboards:name=tidegate-orders"


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("us-west-2", "s3.us-west-2.amazonaws.com"),
        ("cn-northwest-1", "s3.cn-northwest-1.amazonaws.com.cn"),
    ],
)
def test_the_template_is_fetched_from_the_partition_it_was_put_in(
    account: Account, tmp_path: Path, region: str, host: str
) -> None:
    (tmp_path / "deployment.zip").write_bytes(b"")
    (tmp_path / "sam.json").write_text('{"Resources": {}}', encoding="utf-8")
    account.on("CreateStack", lambda *_: {"StackId": "1"})
    account.on("DescribeStacks", status_once_created(account))
    Deployment(boto3.Session(region_name=region), "v1").up(tmp_path, "")
    (created,) = account.asked("CreateStack")
    assert created["TemplateURL"].split("/")[2].partition(".")[2] == host


def status_once_created(account: Account) -> Any:
    def described(*_: object) -> Any:
        if not account.asked("CreateStack"):
            raise refusal("DescribeStacks", "ValidationError", "tidegate-v1 does not exist")
        outputs = [{"OutputKey": "EndpointURL", "OutputValue": "https://x"}]
        return {"Stacks": [{"StackStatus": "CREATE_COMPLETE", "Outputs": outputs}]}

    return described
