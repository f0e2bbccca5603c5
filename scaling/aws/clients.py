"""boto3 clients, made once, with bounded patience and a count of what was asked."""

import os
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from boto3.session import Session
    from botocore.model import OperationModel
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_kinesis import KinesisClient
    from types_boto3_lambda import LambdaClient

__all__ = ["Clients"]

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 3, 10, 4


class Clients:
    """The four services that Tidegate talks to, from one session.

    ``calls`` counts requests by ``service:Operation``, retries not included. Standard retries
    back off with jitter (boto3 guide, retries). AWS_ENDPOINT_URL and profiles work as usual.
    """

    def __init__(self, session: "Session | None" = None) -> None:
        import boto3
        from botocore.config import Config

        from scaling.aws.errors import asking

        with asking("aws", "this session"):
            # boto3 itself reads only AWS_DEFAULT_REGION; the command line of AWS reads both.
            session = session or boto3.Session(region_name=os.environ.get("AWS_REGION") or None)
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        )
        self.calls: Counter[str] = Counter()
        with asking("aws", "this session"):
            self.kinesis: KinesisClient = session.client("kinesis", config=config)
            self.functions: LambdaClient = session.client("lambda", config=config)
            self.dynamodb: DynamoDBClient = session.client("dynamodb", config=config)
            self.cloudwatch: CloudWatchClient = session.client("cloudwatch", config=config)
        for client in (self.kinesis, self.functions, self.dynamodb, self.cloudwatch):
            client.meta.events.register("provide-client-params", self._count)

    def _count(self, model: "OperationModel", **_: object) -> None:
        self.calls[f"{model.service_model.service_name}:{model.name}"] += 1
