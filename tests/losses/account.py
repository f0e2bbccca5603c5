"""A small AWS account for one case: moto in this process, the answers of single calls replaced
where moto lacks a manner of AWS, and Tidegate's own command line before it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import botocore.exceptions
from click.testing import CliRunner, Result

from tidegate.cli import main

PIPELINES = """\
pipelines:
  - name: orders
    stream: orders
    consumers:
      - {function: order-writer, tables: [orders]}
    levers:
      shard_count: {max: 16, owner: tidegate}
      parallelization_factor: {max: 10, owner: tidegate}
      write_capacity: {max: 4000, owner: tidegate}
"""
FIVE_LINES = PIPELINES[: PIPELINES.index("    levers:")]
"""A file without levers: Tidegate changes nothing and advises."""

MUTATIONS = frozenset(
    {
        "UpdateShardCount", "SplitShard", "MergeShards", "IncreaseStreamRetentionPeriod",
        "DecreaseStreamRetentionPeriod", "UpdateEventSourceMapping", "UpdateTable",
        "UpdateApplication",
    }
)  # fmt: skip
"""Every call with which Tidegate changes a pipeline."""

PUT_AT_MOST = 1000
"""Data points in a call (PutMetricData, API reference)."""

Answer = Callable[..., Any]


def refusal(operation: str, code: str, message: str = "refused") -> botocore.exceptions.ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}
    }  # fmt: skip
    return botocore.exceptions.ClientError(answer, operation)


class Account:
    """One account in one region; ``calls`` are those that Tidegate and the test made, in order."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.region = folder, "us-east-1"
        self.hooks: dict[str, Answer] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._clients: dict[tuple[str, str], Any] = {}
        self._unsent: dict[str, list[dict[str, Any]]] = {}
        self.minute = datetime.now(UTC).replace(second=0, microsecond=0)

    # ---- calls
    def on(self, operation: str, answer: Answer) -> None:
        """``answer(parameters, real)`` stands for an operation; ``real()`` asks moto."""
        self.hooks[operation] = answer

    def asked(self, operation: str) -> list[dict[str, Any]]:
        """The parameters of each call of an operation."""
        return [parameters for name, parameters in self.calls if name == operation]

    @property
    def changes(self) -> list[tuple[str, dict[str, Any]]]:
        """The calls that change a pipeline."""
        return [(name, parameters) for name, parameters in self.calls if name in MUTATIONS]

    def client(self, service: str) -> Any:
        key = (service, self.region)
        if key not in self._clients:
            session: Any = boto3
            self._clients[key] = session.client(service, region_name=self.region)
        return self._clients[key]

    def deliver(self) -> None:
        """The metrics that were put since the last call to AWS, as many at once as AWS takes."""
        unsent, self._unsent = self._unsent, {}
        for namespace, data in unsent.items():
            for first in range(0, len(data), PUT_AT_MOST):
                self.client("cloudwatch").put_metric_data(
                    Namespace=namespace, MetricData=data[first : first + PUT_AT_MOST]
                )

    # ---- resources
    def stream(self, name: str = "orders", shards: int = 1) -> str:
        kinesis = self.client("kinesis")
        kinesis.create_stream(StreamName=name, ShardCount=shards)
        summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        return str(summary["StreamARN"])

    def function(self, name: str = "order-writer", reserved: int | None = None) -> None:
        iam = self.client("iam")
        try:
            role = iam.create_role(RoleName="consumer", AssumeRolePolicyDocument="{}")["Role"]
        except iam.exceptions.EntityAlreadyExistsException:
            role = iam.get_role(RoleName="consumer")["Role"]
        functions = self.client("lambda")
        functions.create_function(
            FunctionName=name, Runtime="python3.12", Role=role["Arn"], Handler="a.b",
            Code={"ZipFile": b""}, Timeout=15,
        )  # fmt: skip
        if reserved is not None:
            functions.put_function_concurrency(
                FunctionName=name, ReservedConcurrentExecutions=reserved
            )

    def mapping(self, source: str, function: str = "order-writer", **more: Any) -> Any:
        return self.client("lambda").create_event_source_mapping(
            EventSourceArn=source, FunctionName=function, StartingPosition="LATEST", **more
        )

    def table(self, name: str = "orders", write: int = 50, read: int = 5) -> None:
        self.client("dynamodb").create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            ProvisionedThroughput={"ReadCapacityUnits": read, "WriteCapacityUnits": write},
        )

    def pipeline(
        self,
        name: str = "orders",
        *,
        shards: int = 1,
        write: int = 50,
        factor: int = 1,
        reserved: int | None = None,
    ) -> None:
        """Stream and table of that name, read and written by the function order-writer; the
        function of another pipeline has the stream's name before it."""
        function = "order-writer" if name == "orders" else f"{name}-writer"
        arn = self.stream(name, shards)
        self.function(function, reserved)
        self.mapping(arn, function, ParallelizationFactor=factor)
        self.table(name, write)

    # ---- metrics
    def put(
        self, namespace: str, dimensions: dict[str, str], back: int, values: dict[str, Any]
    ) -> None:
        """``values`` by metric: a number, or (count, sum, least, most); ``back`` minutes ago."""
        data = self._unsent.setdefault(namespace, [])
        for metric, value in values.items():
            point: dict[str, Any] = {
                "MetricName": metric,
                "Timestamp": self.minute - timedelta(minutes=back),
                "Dimensions": [{"Name": key, "Value": each} for key, each in dimensions.items()],
            }
            if isinstance(value, tuple):
                names = ("SampleCount", "Sum", "Minimum", "Maximum")
                point["StatisticValues"] = dict(zip(names, value, strict=True))
            else:
                point["Value"] = value
            data.append(point)

    def minutes(
        self,
        *,
        since: int = 30,
        until: int = 1,
        records: float = 2400,
        read: float | None = None,
        age: float = 500,
        invocations: float = 24,
        errors: float = 0,
        throttles: float = 0,
        duration: float = 900,
        units: float | None = None,
        throttled: float = 0,
        refused: float = 0,
        name: str = "orders",
    ) -> None:
        """Alike minutes from ``since`` to ``until`` ago: sums of a minute, age and mean duration
        in milliseconds, of the pipeline that ``pipeline(name)`` made."""
        function = "order-writer" if name == "orders" else f"{name}-writer"
        came = records if read is None else read
        for back in range(since, until - 1, -1):
            self.put("AWS/Kinesis", {"StreamName": name}, back, {
                "IncomingRecords": records, "IncomingBytes": records * 300,
                "GetRecords.Records": came, "GetRecords.IteratorAgeMilliseconds": age,
                "WriteProvisionedThroughputExceeded": refused,
            })  # fmt: skip
            self.put("AWS/Lambda", {"FunctionName": function}, back, {
                "Invocations": invocations, "Errors": errors, "Throttles": throttles,
                "Duration": (invocations, duration * invocations, duration * 0.8, duration * 1.2),
            })  # fmt: skip
            written = {"ConsumedWriteCapacityUnits": came if units is None else units}
            if throttled:
                written["WriteThrottleEvents"] = throttled
            self.put("AWS/DynamoDB", {"TableName": name}, back, written)

    # ---- the product
    def file(self, text: str, name: str = "pipelines.yaml") -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def tidegate(self, *arguments: str, typed: str | None = None) -> Result:
        """The command line; what isn't an exit is raised, as a traceback would be."""
        result = CliRunner().invoke(main, list(arguments), input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def sweep(self, text: str = PIPELINES, *more: str, output: str = "json") -> Result:
        ledger = str(self.folder / "ledger.sqlite")
        return self.tidegate(
            "sweep", "--config", self.file(text), "--ledger", ledger, "--output", output, *more
        )

    def swept(self, text: str = PIPELINES, *more: str) -> Any:
        """What a sweep prints as JSON."""
        return json.loads(self.sweep(text, *more).stdout)
