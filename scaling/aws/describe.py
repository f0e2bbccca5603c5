"""From AWS's descriptions to a pipeline, in few calls."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tidegate.rules.graph import (
    Capacity,
    Consumer,
    FlinkApplication,
    Function,
    Pipeline,
    Shard,
    Stream,
    Table,
)
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking, http_status
from tidegate.scaling.aws.kinds.lambda_mapping import (
    event_source_mapping,
    mappings_of,
    other_sources,
    reading,
    reads,
    without_fan_out,
)
from tidegate.scaling.config.specification import ApplicationSpec, ConsumerSpec, PipelineSpec
from tidegate.scaling.model.errors import ResourceInUse, ResourceMissing, Unreachable

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TableDescriptionTypeDef
    from types_boto3_lambda.type_defs import EventSourceMappingConfigurationTypeDef
from tidegate.scaling.aws.moments import as_text

__all__ = ["Describer"]

DEFAULT_ACCOUNT_CONCURRENCY = 1000
"""Lambda's default quota, taken where an endpoint has no GetAccountSettings (moto hasn't)."""


class Describer:
    """Looks one pipeline up. Tables that several consumers share are described once."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._tables: dict[str, Table] = {}

    def pipeline(self, spec: PipelineSpec) -> Pipeline:
        """The pipeline as configured now; ResourceMissing names what isn't there."""
        applications = tuple(map(self._application, spec.applications))
        if spec.topic is not None:
            stream = Stream.of_topic(spec.topic, applications[0].arn)
        else:
            stream = self._readable(spec.stream)
        consumers: tuple[Consumer, ...] = ()
        concurrency, reserved = DEFAULT_ACCOUNT_CONCURRENCY, 0
        if spec.consumers:
            mappings = mappings_of(self._clients, stream.name, EventSourceArn=stream.arn)
            consumers = tuple(self._consumer(each, stream, mappings) for each in spec.consumers)
            concurrency, reserved = self._account_concurrency()
        return Pipeline(
            spec.name,
            stream,
            consumers,
            concurrency,
            applications=applications,
            account_reserved_concurrency=reserved,
        )

    def _readable(self, name: str) -> Stream:
        """A stream that something can be sized for: it is read and written only while ACTIVE or
        UPDATING (DescribeStreamSummary, API reference), and has no shard before and after."""
        stream = self.stream(name)
        if not stream.open_shards:
            words = f"the stream is {stream.status} and has no open shard; ask again when it has"
            raise ResourceInUse("kinesis:ListShards", name, words)
        return stream

    def stream(self, name: str) -> Stream:
        """A stream with its open shards in key order."""
        kinesis = self._clients.kinesis
        with asking("kinesis:DescribeStreamSummary", name):
            summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        levels = summary.get("EnhancedMonitoring", [])
        names = {metric for level in levels for metric in level.get("ShardLevelMetrics", [])}
        return Stream(
            name,
            summary["StreamARN"],
            summary["StreamStatus"],
            summary.get("StreamModeDetails", {}).get("StreamMode", "PROVISIONED"),
            tuple(shard for shard in self.shards(name, open_only=True) if shard.is_open),
            summary["RetentionPeriodHours"],
            bool(names.intersection(("IncomingRecords", "ALL"))),
            as_text(summary.get("StreamCreationTimestamp")),
        )

    def shards(self, name: str, *, open_only: bool = False) -> tuple[Shard, ...]:
        """A stream's shards in key order. Some emulators ignore the filter for open ones."""
        kinesis = self._clients.kinesis
        request: dict[str, Any] = {"StreamName": name}
        if open_only:
            request["ShardFilter"] = {"Type": "AT_LATEST"}
        found: list[Shard] = []
        # By hand: a paginator of botocore costs more at a cold start than the call itself.
        while request:
            with asking("kinesis:ListShards", name):
                page = kinesis.list_shards(**request)
            found += [_shard(each) for each in page["Shards"]]
            request = {"NextToken": page["NextToken"]} if "NextToken" in page else {}
        return tuple(sorted(found, key=lambda shard: (shard.starting_hash_key, shard.shard_id)))

    def _consumer(
        self,
        said: ConsumerSpec,
        stream: Stream,
        mappings: list["EventSourceMappingConfigurationTypeDef"],
    ) -> Consumer:
        name = said.function
        mapping = reading(mappings, name)
        function = self._function(name)
        if mapping is None or not reads(mapping):
            without_fan_out(self._clients, name, stream)
        if mapping is None:
            raise ResourceMissing(
                "lambda:ListEventSourceMappings",
                stream.name,
                f"function {name} has no event source mapping that reads this stream",
            )
        tables = tuple(self._table(table.name) for table in said.table_specs)
        own = mappings_of(self._clients, name, FunctionName=name)
        others = other_sources(own, stream.arn)
        return Consumer(function, event_source_mapping(mapping, stream, others), tables)

    def _function(self, name: str) -> Function:
        functions = self._clients.functions
        with asking("lambda:GetFunctionConfiguration", name):
            configuration = functions.get_function_configuration(FunctionName=name)
        with asking("lambda:GetFunctionConcurrency", name):
            concurrency = functions.get_function_concurrency(FunctionName=name)
        return Function(
            name,
            configuration["Timeout"],
            configuration["MemorySize"],
            concurrency.get("ReservedConcurrentExecutions"),
        )

    def _account_concurrency(self) -> tuple[int, int]:
        """The account's limit, and what of it is reserved for functions (AccountLimit)."""
        try:
            with asking("lambda:GetAccountSettings", "the account"):
                settings = self._clients.functions.get_account_settings()
        except (Unreachable, ResourceMissing) as error:
            if http_status(error) in (404, 501):
                return DEFAULT_ACCOUNT_CONCURRENCY, 0
            raise
        limit = settings["AccountLimit"]
        most = limit["ConcurrentExecutions"]
        return most, most - limit.get("UnreservedConcurrentExecutions", most)

    def _application(self, said: ApplicationSpec) -> FlinkApplication:
        # Imported here: most pipelines have no application, and this is read at every cold start.
        from tidegate.scaling.aws.kinds.flink_application import application

        tables = tuple(self._table(table.name) for table in said.table_specs)
        return application(self._clients, said, tables)

    def _table(self, name: str) -> Table:
        if name not in self._tables:
            with asking("dynamodb:DescribeTable", name):
                answer = self._clients.dynamodb.describe_table(TableName=name)
            self._tables[name] = _table(answer["Table"])
        return self._tables[name]


def _shard(data: Mapping[str, Any]) -> Shard:
    parents = (data.get("ParentShardId"), data.get("AdjacentParentShardId"))
    return Shard(
        data["ShardId"],
        int(data["HashKeyRange"]["StartingHashKey"]),
        int(data["HashKeyRange"]["EndingHashKey"]),
        tuple(parent for parent in parents if parent),
        is_open="EndingSequenceNumber" not in data["SequenceNumberRange"],
    )


def _capacity(table: str, index: str | None, status: str, data: Mapping[str, Any]) -> Capacity:
    return Capacity(
        table,
        index,
        status,
        data.get("WriteCapacityUnits", 0),
        data.get("ReadCapacityUnits", 0),
        data.get("NumberOfDecreasesToday", 0),
        _in_utc(data.get("LastDecreaseDateTime")),
        _in_utc(data.get("LastIncreaseDateTime")),
    )


def _in_utc(moment: datetime | None) -> datetime | None:
    """botocore tells moments in the machine's own zone; messages are in UTC."""
    return None if moment is None else moment.astimezone(UTC)


def _table(data: "TableDescriptionTypeDef") -> Table:
    name, status = data["TableName"], data["TableStatus"]
    mode = data.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    indexes = tuple(
        _capacity(
            name, each["IndexName"], each.get("IndexStatus", status), each["ProvisionedThroughput"]
        )
        for each in data.get("GlobalSecondaryIndexes", [])
        if "ProvisionedThroughput" in each
    )
    own = _capacity(name, None, status, data.get("ProvisionedThroughput", {}))
    replicas = tuple(
        each["RegionName"]
        for each in data.get("Replicas", [])
        # A region that is being taken out of a global table needs nothing of it any more.
        if each.get("ReplicaStatus") != "DELETING" and "RegionName" in each
    )
    since = as_text(data.get("CreationDateTime"))
    return Table(name, status, mode, own, indexes, replicas, since)
