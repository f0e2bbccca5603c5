"""The moto face: real boto3 clients answered in process, with this world laid over moto.

moto keeps the resources (function, mapping, table, application) and answers whatever isn't named
here. What it does otherwise than AWS is answered by the world: shards, limits, statuses, time and
metrics.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tidegate.simulator.kinds.flink_application.overlay import create_application_request
from tidegate.simulator.overlay import Overlay, throughput
from tidegate.simulator.world import World

if TYPE_CHECKING:
    from boto3.session import Session

__all__ = ["REGION", "embedded"]

REGION = "us-east-1"
ACCOUNT_ID = "123456789012"
"""moto's account."""


@contextmanager
def embedded(world: World) -> Iterator["Session"]:
    """A boto3 session whose clients live in ``world``; nothing leaves the process."""
    import boto3
    from moto import mock_aws

    with _without_the_users_settings(), mock_aws():
        session = boto3.Session("testing", "testing", region_name=REGION)
        _put_resources(session, world)
        overlay = Overlay(world)
        for operation, answer in overlay.answers().items():
            overlay.lay(session, operation, answer)
        session.events.register("after-call.dynamodb.DescribeTable", overlay.on_table)
        session.events.register("after-call.lambda.ListEventSourceMappings", overlay.on_mappings)
        session.events.register("after-call.lambda.GetFunctionConfiguration", overlay.on_function)
        yield session


@contextmanager
def _without_the_users_settings() -> Iterator[None]:
    """Nothing of an account's, an endpoint's or a profile's that the environment names: requests
    with an endpoint of their own would leave the process."""
    kept = dict(os.environ)
    for name in [name for name in kept if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


def _put_resources(session: "Session", world: World) -> None:
    data = world.scenario.stream
    if world.scenario.topic is None:
        session.client("kinesis").create_stream(StreamName=data.name, ShardCount=data.shards)
    if world.application is None:
        _put_function(session, world)
        session.client("dynamodb").create_table(**_table_request(world))
        return
    request = create_application_request(world.application.service)
    session.client("kinesisanalyticsv2").create_application(**request)


def _put_function(session: "Session", world: World) -> None:
    scenario = world.scenario
    streams = session.client("kinesis")
    stream = streams.describe_stream_summary(StreamName=scenario.stream.name)
    table = scenario.capacities[0].table
    iam = session.client("iam")
    role = iam.create_role(RoleName="consumer", AssumeRolePolicyDocument="{}")
    iam.put_role_policy(
        RoleName="consumer", PolicyName="writes", PolicyDocument=json.dumps(_policy(table))
    )
    functions = session.client("lambda")
    functions.create_function(
        FunctionName=scenario.function.name,
        Runtime="python3.12",
        Role=role["Role"]["Arn"],
        Handler="app.handler",
        Code={"ZipFile": b""},
        Timeout=scenario.function.timeout_seconds,
        MemorySize=scenario.function.memory_megabytes,
        Environment={"Variables": {"TABLE_NAME": table}},
    )
    reserved = scenario.function.reserved_concurrency
    if reserved is not None:
        functions.put_function_concurrency(
            FunctionName=scenario.function.name, ReservedConcurrentExecutions=reserved
        )
    functions.create_event_source_mapping(
        EventSourceArn=stream["StreamDescriptionSummary"]["StreamARN"],
        FunctionName=scenario.function.name,
        StartingPosition="TRIM_HORIZON",
        BatchSize=scenario.mapping.batch_size,
    )


def _policy(table: str) -> dict[str, Any]:
    """What a deployment tool would let the function do: write to its table."""
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{table}"
    actions = ["dynamodb:BatchWriteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": [arn, f"{arn}/index/*"]}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _table_request(world: World) -> dict[str, Any]:
    attributes = {"id"} | {each.index for each in world.capacities.values() if each.index}
    request: dict[str, Any] = {
        "TableName": world.scenario.capacities[0].table,
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "S"} for name in sorted(attributes)
        ],
        "ProvisionedThroughput": throughput(world.capacities[None].write_units),
    }
    indexes = [
        {
            "IndexName": each.index,
            "KeySchema": [{"AttributeName": each.index, "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
            "ProvisionedThroughput": throughput(each.write_units),
        }
        for each in world.capacities.values()
        if each.index is not None
    ]
    return request | ({"GlobalSecondaryIndexes": indexes} if indexes else {})
