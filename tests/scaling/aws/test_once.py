"""A call that changes a resource is made once, whatever becomes of its answer; one that reads is
repeated."""

from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import boto3
import pytest

from tidegate.rules.cause import LeverKind
from tidegate.scaling.aws.clients import Clients, Patience
from tidegate.scaling.aws.kinds.kinesis_stream.streams import AwsStreams
from tidegate.scaling.aws.kinds.registry import AWS_KINDS
from tidegate.scaling.kinds.dynamodb_table.actions import CapacityTarget, UpdateTableThroughput
from tidegate.scaling.kinds.flink_application.actions import StartApplication, UpdateApplication
from tidegate.scaling.kinds.kinesis_stream.actions import (
    MergeShards,
    SplitShard,
    UpdateRetention,
    UpdateShardCount,
)
from tidegate.scaling.kinds.lambda_mapping.actions import (
    UpdateBatchingWindow,
    UpdateParallelizationFactor,
)
from tidegate.scaling.model.errors import Unreachable
from tidegate.scaling.model.plan import Action

TWICE = Patience(connect_seconds=2, read_seconds=2, attempts=2)


class Failing(ThreadingHTTPServer):
    """AWS that takes every request and loses each answer but those of what is ``described``."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: Counter[str] = Counter()
        self.described = {
            "DescribeTable": b'{"Table": {"TableName": "orders"}}',
            "DescribeApplication": b'{"ApplicationDetail": {"ApplicationStatus": "READY"}}',
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Failing

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        operation = self.headers.get("X-Amz-Target", self.command).rpartition(".")[2]
        self.server.asked[operation] += 1
        body = self.server.described.get(operation, b"{}")
        self.send_response(200 if operation in self.server.described else 500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_GET = answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Not to the terminal."""


@pytest.fixture
def failing() -> Iterator[Failing]:
    with Failing() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def cloud(failing: Failing, monkeypatch: pytest.MonkeyPatch) -> AwsStreams:
    monkeypatch.setenv("AWS_ENDPOINT_URL", failing.url)
    return AwsStreams(Clients(boto3.Session("x", "x", region_name="us-east-1"), TWICE))


UUID = "14e0db71-5d35-4eb5-b481-8945cf9d10c2"
CHANGES: dict[str, Action] = {
    "UpdateShardCount": UpdateShardCount("orders", 1, 2),
    "SplitShard": SplitShard("orders", "shardId-0", 5, 1),
    "MergeShards": MergeShards("orders", "shardId-0", "shardId-1", 2),
    "IncreaseStreamRetentionPeriod": UpdateRetention("orders", 24, 48),
    "DecreaseStreamRetentionPeriod": UpdateRetention("orders", 48, 24),
    "PUT": UpdateParallelizationFactor(UUID, "writer", 1, 2),
    "PUT ": UpdateBatchingWindow(UUID, "writer", 0, 5),
    "UpdateTable": UpdateTableThroughput("orders", (CapacityTarget(None, 5, 5, 10, 5),)),
    "UpdateApplication": UpdateApplication("job", "token", 1, 1, 2, 1),
    "UpdateApplication ": StartApplication("job", "token", 1, 1, (LeverKind.PARALLELISM,)),
}


def test_every_change_that_there_is_is_looked_at_here() -> None:
    assert {type(each) for each in CHANGES.values()} == {
        action for kind in AWS_KINDS for action in kind.calls()
    }


@pytest.mark.parametrize("operation", CHANGES)
def test_a_change_whose_answer_is_lost_is_asked_for_once(
    cloud: AwsStreams, failing: Failing, operation: str
) -> None:
    with pytest.raises(Unreachable):
        cloud.apply(CHANGES[operation])
    assert failing.asked[operation.strip()] == 1


def test_a_start_whose_answer_is_lost_is_asked_for_once_after_its_update(
    cloud: AwsStreams, failing: Failing
) -> None:
    failing.described["UpdateApplication"] = b"{}"
    with pytest.raises(Unreachable):
        cloud.apply(CHANGES["UpdateApplication "])
    assert (failing.asked["UpdateApplication"], failing.asked["StartApplication"]) == (1, 1)


def test_a_table_whose_last_look_is_lost_is_not_changed_and_not_looked_at_again(
    cloud: AwsStreams, failing: Failing
) -> None:
    """With more patience the call would come when another run may take it as never made."""
    failing.described = {}
    with pytest.raises(Unreachable):
        cloud.apply(CHANGES["UpdateTable"])
    assert failing.asked == {"DescribeTable": 1}


def test_a_description_whose_answer_is_lost_is_asked_for_again(
    cloud: AwsStreams, failing: Failing
) -> None:
    with pytest.raises(Unreachable):
        cloud.describe_stream("orders")
    assert failing.asked["DescribeStreamSummary"] == 2
