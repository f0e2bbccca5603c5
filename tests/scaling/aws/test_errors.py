"""What AWS answers becomes one of our errors, with the operation and the resource in words."""

import boto3
import pytest
from botocore.stub import Stubber

from tidegate.scaling.aws.errors import asking
from tidegate.scaling.model.errors import (
    CloudError,
    Denied,
    InvalidRequest,
    LimitExceeded,
    NoCredentials,
    ResourceInUse,
    ResourceMissing,
    Throttled,
    Unreachable,
)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AccessDeniedException", Denied),
        ("ExpiredTokenException", NoCredentials),
        ("ThrottlingException", Throttled),
        ("LimitExceededException", LimitExceeded),
        ("ResourceInUseException", ResourceInUse),
        ("ResourceNotFoundException", ResourceMissing),
        ("ValidationException", InvalidRequest),
        ("InvalidArgumentException", InvalidRequest),
        ("ConcurrentModificationException", ResourceInUse),
        ("InvalidApplicationConfigurationException", InvalidRequest),
        ("CodeValidationException", InvalidRequest),
        ("InternalFailureException", Unreachable),
    ],
)
def test_an_error_code_becomes_our_error(code: str, kind: type[CloudError]) -> None:
    kinesis = boto3.client("kinesis", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(kinesis) as stubber:
        stubber.add_client_error("split_shard", code, "so it is")
        with pytest.raises(kind) as raised, asking("kinesis:SplitShard", "racers"):
            kinesis.split_shard(StreamName="racers", ShardToSplit="0", NewStartingHashKey="1")
    assert str(raised.value).startswith("kinesis:SplitShard on racers: ")
    assert "so it is" in str(raised.value)


def test_a_denied_call_names_the_permission_that_is_missing() -> None:
    dynamodb = boto3.client(
        "dynamodb", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    with Stubber(dynamodb) as stubber:
        stubber.add_client_error("update_table", "AccessDeniedException", "not authorized")
        with (
            pytest.raises(Denied, match="permission dynamodb:UpdateTable is missing"),
            asking("dynamodb:UpdateTable", "leaderboard"),
        ):
            dynamodb.update_table(TableName="leaderboard")


@pytest.mark.parametrize(
    ("code", "message"),
    [("400", ""), ("500", "<!doctype html>\n<title>500</title>\n<p>An error</p>"), ("", "")],
    ids=["nothing", "a page", "no code"],
)
def test_an_answer_that_names_no_error_is_named_by_its_status_in_one_line(
    code: str, message: str
) -> None:
    """As of a proxy: botocore takes the status for the code, and the page for the message."""
    kinesis = boto3.client("kinesis", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(kinesis) as stubber:
        stubber.add_client_error("list_shards", code, message, int(code or "502"))
        with pytest.raises(Unreachable) as raised, asking("kinesis:ListShards", "racers"):
            kinesis.list_shards(StreamName="racers")
    status = code or "502"
    assert str(raised.value) == (
        f"kinesis:ListShards on racers: the answer has HTTP status {status} and names no error"
    )


@pytest.mark.parametrize(
    ("operation", "code", "permission"),
    [
        ("cloudwatch:ListMetrics", "NotAuthorized", "cloudwatch:ListMetrics is missing"),
        ("sns:Publish", "AuthorizationError", "sns:Publish is missing"),
        ("dynamodb:TransactWriteItems", "AccessDeniedException", "dynamodb:PutItem, dynamodb:Up"),
        ("apigateway:GetRestApi", "AccessDeniedException", "apigateway:GET is missing"),
        ("kinesis:GetRecords", "KMSAccessDeniedException", "kms:Decrypt on its KMS key"),
        ("sns:Publish", "KMSAccessDenied", "kms:GenerateDataKey and kms:Decrypt on its KMS key"),
    ],
)
def test_the_permission_is_the_one_that_iam_knows(
    operation: str, code: str, permission: str
) -> None:
    kinesis = boto3.client("kinesis", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(kinesis) as stubber:
        stubber.add_client_error("list_shards", code, "not authorized")
        with pytest.raises(Denied, match=f"permission {permission}"), asking(operation, "racers"):
            kinesis.list_shards(StreamName="racers")


@pytest.mark.parametrize(
    "code", ["InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch"]
)
def test_credentials_that_aws_does_not_know_miss_no_permission(code: str) -> None:
    kinesis = boto3.client("kinesis", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(kinesis) as stubber:
        stubber.add_client_error("list_shards", code, "so it is")
        with pytest.raises(NoCredentials) as raised, asking("kinesis:ListShards", "racers"):
            kinesis.list_shards(StreamName="racers")
    assert str(raised.value) == "kinesis:ListShards on racers: so it is"


@pytest.mark.parametrize(
    "operation", ["kinesis:DescribeStreamSummary", "kinesis:ListShards", "kinesis:GetRecords"]
)
def test_a_read_is_only_ever_throttled(operation: str) -> None:
    """Kinesis has one code for a day's budget and for reads a second."""
    kinesis = boto3.client("kinesis", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(kinesis) as stubber:
        stubber.add_client_error("list_shards", "LimitExceededException", "no more for now")
        with pytest.raises(Throttled), asking(operation, "racers"):
            kinesis.list_shards(StreamName="racers")
