"""A pipeline put into an account by boto3 alone, with half an hour of metrics."""

from datetime import datetime, timedelta
from typing import Any

from tidegate.scaling.config.specification import (
    ConsumerSpec,
    IndexSpec,
    Levers,
    LeverSpec,
    PipelineSpec,
    TableSpec,
)

THEIRS = Levers(
    shard_count=LeverSpec(max=64, owner="application-autoscaling"),
    parallelization_factor=LeverSpec(max=10, owner="application-autoscaling"),
    write_capacity=LeverSpec(min=10, max=4000, owner="application-autoscaling"),
)
SPEC = PipelineSpec(
    "orders",
    "orders",
    [
        ConsumerSpec(
            "order-writer", tables=[TableSpec("orders", indexes=[IndexSpec("by-customer")])]
        )
    ],
    levers=THEIRS,
)


def create_ledger_table(dynamodb: Any, name: str) -> None:
    dynamodb.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )


PIPELINE = """\
pipelines:
  - name: orders
    stream: orders
    consumers:
      - {function: order-writer, tables: [orders]}
    levers:
      shard_count: {max: 8, owner: tidegate}
      parallelization_factor: {max: 10, owner: tidegate}
      write_capacity: {max: 4000, owner: tidegate}
"""


def another_pipeline(name: str) -> str:
    """To be added to PIPELINE: as that one, of a stream, a function and a table of its own."""
    own = PIPELINE.removeprefix("pipelines:\n").replace("orders", name)
    return own.replace("order-writer", f"{name}-writer")


def put_pipeline(clients: dict[str, Any]) -> None:
    clients["kinesis"].create_stream(StreamName="orders", ShardCount=1)
    summary = clients["kinesis"].describe_stream_summary(StreamName="orders")
    role = clients["iam"].create_role(RoleName="consumer", AssumeRolePolicyDocument="{}")
    clients["lambda"].create_function(
        FunctionName="order-writer",
        Runtime="python3.12",
        Role=role["Role"]["Arn"],
        Handler="app.handler",
        Code={"ZipFile": b""},
        Timeout=15,
    )
    clients["lambda"].create_event_source_mapping(
        EventSourceArn=summary["StreamDescriptionSummary"]["StreamARN"],
        FunctionName="order-writer",
        StartingPosition="LATEST",
    )
    clients["dynamodb"].create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 50},
    )


def put_metrics(clients: dict[str, Any], now: datetime, *, sick: bool) -> None:
    """Half an hour of 40 records a second; when sick, 900 for the last five minutes."""
    stream, function, table = [], [], []
    for back in range(30, 0, -1):
        at = now - timedelta(minutes=back)
        ill = sick and back <= 5
        records = 54_000 if ill else 2_400
        done = 3_000 if ill else 2_400
        age = (6 - back) * 55_000 if ill else 500
        stream += _points(at, "StreamName", "orders", {
            "IncomingRecords": records, "IncomingBytes": records * 300,
            "GetRecords.Records": done, "GetRecords.IteratorAgeMilliseconds": age,
            "WriteProvisionedThroughputExceeded": 0,
        })  # fmt: skip
        function += _points(at, "FunctionName", "order-writer", {
            "Invocations": done / 100, "Errors": 0, "ConcurrentExecutions": 1,
        })  # fmt: skip
        function.append(_durations(at, done / 100))
        throttled = {"WriteThrottleEvents": 1200} if ill else {}
        table += _points(at, "TableName", "orders", {
            "ConsumedWriteCapacityUnits": done, **throttled,
        })  # fmt: skip
    for namespace, data in (
        ("AWS/Kinesis", stream), ("AWS/Lambda", function), ("AWS/DynamoDB", table),
    ):  # fmt: skip
        clients["cloudwatch"].put_metric_data(Namespace=namespace, MetricData=data)


def put(
    clients: dict[str, Any],
    at: datetime,
    namespace: str,
    key: str,
    name: str,
    values: dict[str, float],
) -> None:
    data = _points(at, key, name, values)
    clients["cloudwatch"].put_metric_data(Namespace=namespace, MetricData=data)


def _points(at: datetime, key: str, name: str, values: dict[str, float]) -> list[dict[str, Any]]:
    return [
        {
            "MetricName": metric,
            "Dimensions": [{"Name": key, "Value": name}],
            "Timestamp": at,
            "Value": value,
        }
        for metric, value in values.items()
    ]


def _durations(at: datetime, invocations: float) -> dict[str, Any]:
    return {
        "MetricName": "Duration",
        "Dimensions": [{"Name": "FunctionName", "Value": "order-writer"}],
        "Timestamp": at,
        "StatisticValues": {
            "SampleCount": invocations, "Sum": 900 * invocations, "Minimum": 800, "Maximum": 1000,
        },
    }  # fmt: skip
