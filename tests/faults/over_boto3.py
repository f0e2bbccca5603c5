"""The account over boto3's clients, with faults of HTTP."""

import random as process_random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from unittest.mock import patch

import boto3
import botocore.endpoint
import botocore.session

from tests.faults.stage import Caller, Stage
from tests.faults.wire import Wire
from tidegate.rules.cause import LeverKind
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.aws.clients import BRISK, PATIENT, STEADY, Clients, Patience
from tidegate.scaling.aws.kinds.kinesis_stream.streams import AwsStreams
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.simulator.embedded import REGION, embedded

__all__ = ["over_boto3"]

# The models of AWS's services are read from their files once for all sessions of this process.
botocore.session.create_loader = cache(botocore.session.create_loader)

PATIENCE = {"sweep": STEADY, "reshard": PATIENT, "patch": BRISK, "cycle": BRISK, "get": BRISK}
"""As the ways in have it."""

DIMENSIONS = {LeverKind.WRITE_CAPACITY: "dynamodb:table:WriteCapacityUnits"}


@dataclass
class OverBoto3:
    """How callers reach the account over boto3."""

    wire: Wire
    session: "boto3.Session"
    plain: "boto3.Session"
    clients: dict[Patience, Clients] = field(default_factory=dict)

    @contextmanager
    def reached_by(self, caller: Caller) -> Iterator[tuple[AwsStreams, AwsMetrics]]:
        """The account as one caller has it. Callers of a kind share the clients of a process."""
        patience = PATIENCE[caller.kind]
        clients = self.clients.setdefault(patience, Clients(self.session, patience))
        before = self.wire.given_to(caller)
        try:
            yield AwsStreams(clients), AwsMetrics(clients)
        finally:
            self.wire.given_back(before)

    def register(self, target: ScalableTarget) -> None:
        """Have DynamoDB's own auto scaling set a capacity."""
        self.plain.client("application-autoscaling").register_scalable_target(
            ServiceNamespace="dynamodb",
            ResourceId=f"table/{target.where}",
            ScalableDimension=DIMENSIONS[target.kind],
            MinCapacity=target.min,
            MaxCapacity=target.max,
        )


@contextmanager
def over_boto3(stage: Stage, seed: int) -> Iterator[OverBoto3]:
    """moto has the resources, and botocore waits in the world before it tries again."""
    state = process_random.getstate()
    # What botocore draws for its waits.
    process_random.seed(seed)
    waiting = patch.object(botocore.endpoint, "time", SimpleNamespace(sleep=stage.wait))
    try:
        with embedded(stage.graph.world) as plain, waiting:
            session = boto3.Session("testing", "testing", region_name=REGION)
            yield OverBoto3(Wire(stage, session), session, plain)
    finally:
        process_random.setstate(state)
