"""The endpoint before the small account of these tests, its ledger table, and its schedule."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app import app
from chalicelib.configuration import Configuration
from chalicelib.wiring import Wiring, wire

from tests.chalice_app.gateway import proxy_event
from tests.losses.account import Account
from tests.orders import SPEC, create_ledger_table
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.cloud import AwsCloud
from tidegate.scaling.aws.ledger_dynamodb import DynamoLedger
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.scaling.config.specification import Levers, LeverSpec, PipelineSpec
from tidegate.scaling.ports import Cloud, Edges, Ledger
from tidegate.scaling.sweep import sweep

TABLE, SHARDS, FACTOR = (
    "write_capacity~orders",
    "shard_count~orders",
    "parallelization_factor~order-writer",
)
OWN = replace(
    SPEC,
    levers=Levers(
        shard_count=LeverSpec(max=64, owner="tidegate"),
        parallelization_factor=LeverSpec(max=10, owner="tidegate"),
        write_capacity=LeverSpec(min=300, max=4000, owner="tidegate"),
    ),
)
"""The same pipeline with Tidegate as the owner."""


@dataclass
class Endpoint:
    """Requests, sweeps and operators, minutes apart."""

    account: Account
    ledger: Ledger
    edges: Edges
    spec: PipelineSpec = SPEC
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @classmethod
    def of(
        cls,
        account: Account,
        ledger: Ledger | None = None,
        cloud: Cloud | None = None,
        spec: PipelineSpec = SPEC,
    ) -> "Endpoint":
        clients = Clients()
        if ledger is None:
            create_ledger_table(clients.of("dynamodb"), "ledger")
            ledger = DynamoLedger.over(clients, "ledger")
        edges = Edges(cloud or AwsCloud(clients), AwsMetrics(clients), ledger)
        made = cls(account, ledger, edges, spec)
        wire(Wiring(lambda: Configuration((made.spec,)), made.edges, lambda: made.now))
        return made

    def wait(self, minutes: float = 2) -> None:
        self.now += timedelta(minutes=minutes)

    def call(self, method: str, dimension: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        text = None if body is None else json.dumps(body)
        answer = app(proxy_event(method, dimension, text, "application/json"), None)
        return answer["statusCode"], json.loads(answer["body"])

    def get(self, dimension: str) -> tuple[float, float, str]:
        """Actual and desired capacity and the status; it is checked that a GET only reads."""
        before = self.kept(), list(self.account.changes)
        status, told = self.call("GET", dimension)
        assert (self.kept(), self.account.changes) == before
        assert status == 200, told
        return told["actualCapacity"], told["desiredCapacity"], told["scalingStatus"]

    def patch(self, dimension: str, wanted: float) -> tuple[float, float, str]:
        status, told = self.call("PATCH", dimension, {"desiredCapacity": wanted})
        assert status == 200, told
        return told["actualCapacity"], told["desiredCapacity"], told["scalingStatus"]

    def refused(self, dimension: str, wanted: float) -> tuple[int, str]:
        """Status and words of a PATCH; it is checked that it leaves nothing behind."""
        before = self.kept(), list(self.account.changes)
        status, told = self.call("PATCH", dimension, {"desiredCapacity": wanted})
        assert status >= 400, told
        assert (self.kept(), self.account.changes) == before
        return status, told["message"]

    def sweep(self) -> None:
        report = sweep([self.spec], self.edges, self.now, holder=f"sweep-{self.now}")
        assert report.unreached == ()

    def kept(self) -> Any:
        """All that the ledger's table holds."""
        if not isinstance(self.ledger, DynamoLedger):
            return self.ledger.all_desired()
        items = self.account.client("dynamodb").scan(TableName="ledger")["Items"]
        return sorted(items, key=str)

    # ---- operators
    def set_units(self, write: int) -> None:
        self.account.client("dynamodb").update_table(
            TableName="orders",
            ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": write},
        )

    def bill(self, mode: str, write: int = 20) -> None:
        units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": write}
        given = {"ProvisionedThroughput": units} if mode == "PROVISIONED" else {}
        self.account.client("dynamodb").update_table(TableName="orders", BillingMode=mode, **given)

    def set_shards(self, count: int) -> None:
        self.account.client("kinesis").update_shard_count(
            StreamName="orders", TargetShardCount=count, ScalingType="UNIFORM_SCALING"
        )

    def set_mapping(self, **changes: Any) -> None:
        functions = self.account.client("lambda")
        (mapping,) = functions.list_event_source_mappings()["EventSourceMappings"]
        functions.update_event_source_mapping(UUID=mapping["UUID"], **changes)

    def set_factor(self, factor: int) -> None:
        self.set_mapping(ParallelizationFactor=factor)

    def anew_table(self, write: int) -> None:
        self.account.client("dynamodb").delete_table(TableName="orders")
        self.account.table("orders", write)

    def anew_stream(self, shards: int) -> None:
        self.account.client("kinesis").delete_stream(StreamName="orders")
        self.account.stream("orders", shards)

    def anew_mapping(self, factor: int) -> None:
        functions = self.account.client("lambda")
        (mapping,) = functions.list_event_source_mappings()["EventSourceMappings"]
        functions.delete_event_source_mapping(UUID=mapping["UUID"])
        self.account.mapping(mapping["EventSourceArn"], ParallelizationFactor=factor)
