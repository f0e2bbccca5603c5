"""The account over boto3's clients, with faults of HTTP."""

import random as process_random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from unittest.mock import patch

import boto3
import botocore.endpoint
import botocore.session

from tests.faults.ports import FaultyLedger
from tests.faults.promises import Reached
from tests.faults.stage import Caller, Stage
from tests.faults.wire import Wire
from tests.orders import create_ledger_table
from tidegate.rules.cause import LeverKind
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.aws.clients import BRISK, PATIENT, STEADY, Clients, Patience
from tidegate.scaling.aws.kinds.kinesis_stream.streams import AwsStreams
from tidegate.scaling.aws.ledger_dynamodb import DynamoLedger
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.scaling.model.change_record import ChangeRecord, Outcome
from tidegate.scaling.model.errors import Unreachable
from tidegate.simulator.embedded import REGION, embedded

__all__ = ["over_boto3"]

# The models of AWS's services are read from their files once for all sessions of this process.
botocore.session.create_loader = cache(botocore.session.create_loader)

PATIENCE = {"sweep": STEADY, "reshard": PATIENT, "patch": BRISK, "cycle": BRISK, "get": BRISK}
"""As the ways in have it."""

TABLE = "ledger"
DIMENSIONS = {LeverKind.WRITE_CAPACITY: "dynamodb:table:WriteCapacityUnits"}


@dataclass
class OverBoto3:
    """How callers reach the account over boto3."""

    wire: Wire
    session: "boto3.Session"
    plain: "boto3.Session"
    ledger_in_table: bool
    clients: dict[Patience, Clients] = field(default_factory=dict)

    @contextmanager
    def reached_by(self, caller: Caller) -> Iterator[Reached]:
        """The account as one caller has it. Callers of a kind share the clients of a process."""
        patience = PATIENCE[caller.kind]
        clients = self.clients.setdefault(patience, Clients(self.session, patience))
        before = self.wire.given_to(caller)
        try:
            with self._ledger(caller, clients) as ledger:
                yield Reached(AwsStreams(clients), AwsMetrics(clients), ledger)
        finally:
            self.wire.given_back(before)

    @contextmanager
    def _ledger(self, caller: Caller, clients: Clients) -> Iterator["TableLedger | FaultyLedger"]:
        if self.ledger_in_table:
            yield TableLedger(caller, clients)
            return
        ledger = FaultyLedger(str(caller.stage.path))
        ledger.caller = caller
        try:
            yield ledger
        finally:
            ledger.close()

    def register(self, target: ScalableTarget) -> None:
        """Have DynamoDB's own auto scaling set a capacity."""
        self.plain.client("application-autoscaling").register_scalable_target(
            ServiceNamespace="dynamodb",
            ResourceId=f"table/{target.where}",
            ScalableDimension=DIMENSIONS[target.kind],
            MinCapacity=target.min,
            MaxCapacity=target.max,
        )


class TableLedger(DynamoLedger):
    """The ledger in a DynamoDB table, which HTTP's faults befall like any other."""

    def __init__(self, run: Caller, clients: Clients) -> None:
        super().__init__(clients.of("dynamodb"), TABLE)
        self._run = run

    @property
    def written(self) -> int:
        """Requests that have changed an item."""
        return self._run.written

    def begin(self, *change_records: ChangeRecord, after: Mapping[str, str] | None = None) -> bool:
        """The worst moment: the intention is written, the call not yet made."""
        begun = super().begin(*change_records, after=after)
        self._run.befalls(Unreachable("dynamodb:TransactWriteItems", TABLE, "timeout"), often=0.5)
        return begun

    def complete(self, entry_id: str, outcome: Outcome, at: datetime, detail: str | None) -> None:
        """What isn't taken is remembered."""
        self._run.unwritten.add(entry_id)
        super().complete(entry_id, outcome, at, detail)
        self._run.unwritten.discard(entry_id)


@contextmanager
def over_boto3(stage: Stage, seed: int) -> Iterator[OverBoto3]:
    """moto has the resources, and botocore waits in the world before it tries again. Of every other
    seed the ledger is in a table too."""
    state = process_random.getstate()
    # What botocore draws for its waits.
    process_random.seed(seed)
    waiting = patch.object(botocore.endpoint, "time", SimpleNamespace(sleep=stage.wait))
    try:
        with embedded(stage.graph.world) as plain, waiting:
            session = boto3.Session("testing", "testing", region_name=REGION)
            in_table = seed % 2 == 1
            if in_table:
                create_ledger_table(plain.client("dynamodb"), TABLE)
                stage.ledger = DynamoLedger.over(Clients(plain), TABLE)
            yield OverBoto3(Wire(stage, session), session, plain, in_table)
    finally:
        process_random.setstate(state)
