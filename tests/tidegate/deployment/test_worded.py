"""An error of AWS names the call that it is of, in one line."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from click.testing import CliRunner

from tidegate.deployment import deploy
from tidegate.deployment.worded import LastCall

KEYS: Any = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "eu-central-1"}
PAGE = "<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>\n"
ARN = "arn:aws:application-autoscaling:eu-central-1:123456789012:scalable-target/1"


CALLS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "tags": ("application-autoscaling", "list_tags_for_resource", {"ResourceARN": ARN}),
    "stack": ("cloudformation", "describe_stacks", {"StackName": "tidegate-dev"}),
    "bucket": ("s3", "put_bucket_tagging", {"Bucket": "b", "Tagging": {"TagSet": []}}),
    "no name": ("resourcegroupstaggingapi", "get_resources", {"TagFilters": []}),
}
NAMED = {
    "tags": f"application-autoscaling:ListTagsForResource on {ARN}",
    "stack": "cloudformation:DescribeStacks on tidegate-dev",
    "bucket": "s3:PutBucketTagging on b",
    "no name": "resourcegroupstaggingapi:GetResources on this account",
}
ANSWERS = {
    ("500", PAGE, 500): "the answer has HTTP status 500 and names no error",
    ("AccessDenied", "User u is not\nauthorized", 403): "User u is not authorized",
}


def refused(session: boto3.Session, which: str, answer: tuple[str, str, int]) -> None:
    service, method, parameters = CALLS[which]
    client: Any = session.client(service)  # type: ignore[call-overload]
    with Stubber(client) as stubber:
        stubber.add_client_error(method, *answer)
        getattr(client, method)(**parameters)


@pytest.mark.parametrize("which", CALLS)
@pytest.mark.parametrize("answer", ANSWERS, ids=["a page", "refused"])
def test_an_error_names_service_operation_and_resource(
    which: str, answer: tuple[str, str, int]
) -> None:
    call = LastCall()
    with pytest.raises(ClientError) as raised:
        refused(call.followed(boto3.Session(**KEYS)), which, answer)
    assert call.named(raised.value) == f"{NAMED[which]}: {ANSWERS[answer]}"


def test_destroy_tells_it_so_and_nothing_else(
    aws: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def urls(session: boto3.Session, _: str) -> Iterator[str]:
        refused(session, "tags", ("500", PAGE, 500))
        yield ""

    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(deploy, "registered_urls", urls)
    done = CliRunner().invoke(deploy.main, ["down", "dev", "--yes"])
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr == f"{NAMED['tags']}: the answer has HTTP status 500 and names no error\n"
    assert aws["s3"].list_buckets()["Buckets"] == []
