"""What is sampled of a shard tells which records are aggregates of the Kinesis Producer Library."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import md5

import pytest
from moto import mock_aws

from tidegate.rules.kinds.kinesis_stream.state import KeySample, SampleKeys
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.kinds.kinesis_stream.described import service
from tidegate.scaling.aws.kinds.kinesis_stream.key_sample import key_sample

MAGIC = bytes.fromhex("f3899ac2")
MESSAGE = bytes.fromhex("0a0161") + b"user records"
AGGREGATE = MAGIC + MESSAGE + md5(MESSAGE, usedforsecurity=False).digest()


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        clients = Clients()
        service(clients).create_stream(StreamName="orders", ShardCount=1)
        yield clients


@pytest.mark.parametrize(
    ("data", "aggregated"),
    [
        ([AGGREGATE, AGGREGATE, b"plain"], 2),
        ([MAGIC + MESSAGE + b"0" * 16, b"plain"], 0),
        ([MAGIC, b"x"], 0),
    ],
    ids=["two of three", "another digest", "too short"],
)
def test_aggregates_are_counted(clients: Clients, data: list[bytes], aggregated: int) -> None:
    for each in data:
        service(clients).put_record(StreamName="orders", PartitionKey="a", Data=each)
    until = datetime.now(UTC) + timedelta(seconds=5)
    found = key_sample(SampleKeys("orders", "shardId-000000000000", 60, until), clients)
    assert found == KeySample("shardId-000000000000", (("a", len(data)),), aggregated)
