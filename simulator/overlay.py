"""What the world answers where moto is not AWS, for botocore's event handlers."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tidegate.simulator.kinds.flink_application.overlay import ApplicationOverlay
from tidegate.simulator.manners import Refusal
from tidegate.simulator.world import MAPPING_UUID, START, World

if TYPE_CHECKING:
    from boto3.session import Session

__all__ = ["Answer", "Overlay", "throughput"]

Answer = dict[str, Any]


class _Response:
    """As much of an HTTP response as botocore looks at."""

    def __init__(self, status_code: int) -> None:
        self.status_code = status_code
        self.headers: dict[str, str] = {}


def throughput(write_units: int, read_units: int = 10) -> dict[str, int]:
    """Units as DynamoDB's API writes them."""
    return {"WriteCapacityUnits": write_units, "ReadCapacityUnits": read_units}


class Overlay:
    """The world's answers to AWS's operations."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answers(self) -> Mapping[str, Callable[[Answer], Answer]]:
        """What the world answers by itself, by ``service.Operation``."""
        return {
            "kinesis.DescribeStreamSummary": self._stream_summary,
            "kinesis.ListShards": self._list_shards,
            "kinesis.UpdateShardCount": self._update_shard_count,
            "kinesis.SplitShard": self._split_shard,
            "kinesis.MergeShards": self._merge_shards,
            "kinesis.IncreaseStreamRetentionPeriod": self._set_retention,
            "kinesis.DecreaseStreamRetentionPeriod": self._set_retention,
            "kinesis.GetShardIterator": self._shard_iterator,
            "kinesis.GetRecords": self._records,
            "lambda.UpdateEventSourceMapping": self._update_mapping,
            "lambda.GetAccountSettings": self._account_settings,
            "dynamodb.UpdateTable": self._update_table,
            "cloudwatch.GetMetricData": self._metric_data,
            "cloudwatch.ListMetrics": self._list_metrics,
            **ApplicationOverlay(self._world.control).answers(),
        }

    def lay(self, session: "Session", operation: str, answer: Callable[[Answer], Answer]) -> None:
        """Answer an operation instead of moto; a Refusal becomes the error AWS would send."""

        def keep(params: Answer, context: Answer, **_: Any) -> None:
            context["tidegate-params"] = params

        def respond(context: Answer, **_: Any) -> Any:
            params = context.get("tidegate-params", {})
            if self._is_foreign(params):
                return None
            try:
                return _Response(200), {**answer(params), "ResponseMetadata": {}}
            except Refusal as refusal:
                error = {"Code": refusal.code, "Message": refusal.message}
                return _Response(400), {"Error": error, "ResponseMetadata": {}}

        session.events.register(f"provide-client-params.{operation}", keep)
        session.events.register(f"before-call.{operation}", respond)

    def _is_foreign(self, params: Answer) -> bool:
        """Whether a stream, a table or a metric is asked for that isn't the world's: moto knows
        best."""
        scenario = self._world.scenario
        streams = {scenario.stream.name} if scenario.topic is None else set()
        tables = {each.table for each in scenario.capacities}
        ours = {"StreamName": streams, "TableName": tables}
        if not params.get("Namespace", "AWS/").startswith("AWS/"):
            return True
        return any(key in params and params[key] not in names for key, names in ours.items())

    def _stream_summary(self, _: Answer) -> Answer:
        from tidegate.simulator.direct import STREAM_ARN

        world = self._world
        name = world.scenario.stream.name
        metrics = ["IncomingRecords"] if world.scenario.stream.shard_metrics else []
        return {
            "StreamDescriptionSummary": {
                "StreamName": name,
                "StreamARN": STREAM_ARN.format(name),
                "StreamStatus": "UPDATING" if world.control.pending.is_busy("stream") else "ACTIVE",
                "StreamModeDetails": {"StreamMode": "PROVISIONED"},
                "RetentionPeriodHours": world.stream.retention_hours,
                "EnhancedMonitoring": [{"ShardLevelMetrics": metrics}],
                "OpenShardCount": len(world.stream.open_shards),
            }
        }

    def _list_shards(self, _: Answer) -> Answer:
        return {
            "Shards": [
                {
                    "ShardId": shard.shard_id,
                    "HashKeyRange": {
                        "StartingHashKey": str(shard.start),
                        "EndingHashKey": str(shard.end),
                    },
                    "SequenceNumberRange": {"StartingSequenceNumber": "0"},
                    **dict(
                        zip(("ParentShardId", "AdjacentParentShardId"), shard.parents, strict=False)
                    ),
                }
                for shard in self._world.stream.open_shards
            ]
        }

    def _update_shard_count(self, params: Answer) -> Answer:
        current = len(self._world.stream.open_shards)
        self._world.control.update_shard_count(params["TargetShardCount"])
        return {"CurrentShardCount": current, "TargetShardCount": params["TargetShardCount"]}

    def _split_shard(self, params: Answer) -> Answer:
        self._world.control.split_shard(params["ShardToSplit"], int(params["NewStartingHashKey"]))
        return {}

    def _merge_shards(self, params: Answer) -> Answer:
        self._world.control.merge_shards(params["ShardToMerge"], params["AdjacentShardToMerge"])
        return {}

    def _set_retention(self, params: Answer) -> Answer:
        self._world.control.set_retention_hours(params["RetentionPeriodHours"])
        return {}

    def _shard_iterator(self, params: Answer) -> Answer:
        age = (self._world.now - params["Timestamp"]).total_seconds()
        return {"ShardIterator": f"{params['ShardId']}/{int(age)}"}

    def _records(self, params: Answer) -> Answer:
        shard_id, seconds = params["ShardIterator"].split("/")
        keys = self._world.recent_keys(shard_id, int(seconds), params["Limit"])
        return {"Records": [{"PartitionKey": key, "Data": b""} for key in keys]}

    def _update_mapping(self, params: Answer) -> Answer:
        self._world.control.update_mapping(
            params.get("ParallelizationFactor"), params.get("MaximumBatchingWindowInSeconds")
        )
        return {"UUID": MAPPING_UUID, "State": "Updating"}

    def _account_settings(self, _: Answer) -> Answer:
        limit = self._world.scenario.account_concurrency
        return {"AccountLimit": {"ConcurrentExecutions": limit}}

    def _update_table(self, params: Answer) -> Answer:
        wanted: dict[str | None, tuple[int, int]] = {}
        for index, units in _wanted_units(params):
            wanted[index] = (units["WriteCapacityUnits"], units["ReadCapacityUnits"])
        self._world.control.update_table(wanted)
        return {"TableDescription": {"TableStatus": "UPDATING"}}

    def _list_metrics(self, params: Answer) -> Answer:
        wanted = [(each["Name"], each.get("Value")) for each in params.get("Dimensions", [])]
        found = [
            {
                "Namespace": namespace,
                "MetricName": name,
                "Dimensions": [{"Name": each, "Value": value} for each, value in dimensions],
            }
            for namespace, name, dimensions in self._world.publisher.published
            if namespace == params.get("Namespace", namespace)
            and name == params.get("MetricName", name)
            and all(_has(dict(dimensions), *each) for each in wanted)
        ]
        return {"Metrics": found}

    def _metric_data(self, params: Answer) -> Answer:
        queries = params["MetricDataQueries"]
        if len(queries) > 500:
            raise Refusal("ValidationError", "at most 500 metrics a request")
        return {"MetricDataResults": [self._series(each, params) for each in queries]}

    def _series(self, query: Answer, params: Answer) -> Answer:
        asked = query["MetricStat"]
        metric = asked["Metric"]
        dimensions = tuple((each["Name"], each["Value"]) for each in metric["Dimensions"])
        period = timedelta(seconds=asked["Period"])
        start: datetime = params["StartTime"]
        points = self._world.metrics(
            metric["Namespace"],
            metric["MetricName"],
            dimensions,
            asked["Stat"],
            start,
            -((start - params["EndTime"]) // period),
            asked["Period"] // 60,
        )
        known = [
            (start + period * at, value) for at, value in enumerate(points) if value is not None
        ]
        return {
            "Id": query["Id"],
            "Timestamps": [at for at, _ in known],
            "Values": [value for _, value in known],
            "StatusCode": "Complete",
        }

    def on_table(self, parsed: Answer, **_: Any) -> None:
        """moto's table with the world's capacity and status."""
        table = parsed.get("Table", {})
        if table.get("TableName") not in {each.table for each in self._world.scenario.capacities}:
            return
        status = "UPDATING" if self._world.control.pending.is_busy("table") else "ACTIVE"
        table |= {"TableStatus": status, "CreationDateTime": START}
        table["ProvisionedThroughput"] = self._throughput_now(None)
        for index in table.get("GlobalSecondaryIndexes", []):
            index["IndexStatus"] = status
            index["ProvisionedThroughput"] = self._throughput_now(index["IndexName"])

    def _throughput_now(self, index: str | None) -> Answer:
        state = self._world.capacities[index]
        told: Answer = {
            **throughput(state.write_units, state.read_units),
            "NumberOfDecreasesToday": state.decreases_today,
        }
        if state.last_decrease_at is not None:
            told["LastDecreaseDateTime"] = state.last_decrease_at
        if state.last_increase_at is not None:
            told["LastIncreaseDateTime"] = state.last_increase_at
        return told

    def on_mappings(self, parsed: Answer, **_: Any) -> None:
        """moto's mapping with the world's factor, settings and state."""
        data = self._world.consumer.mapping
        for mapping in parsed.get("EventSourceMappings", []):
            mapping |= {
                "UUID": MAPPING_UUID,
                "State": "Updating"
                if self._world.control.pending.is_busy("mapping")
                else "Enabled",
                "ParallelizationFactor": self._world.stream.factor,
                "BatchSize": data.batch_size,
                "MaximumBatchingWindowInSeconds": data.batching_window_seconds,
                "BisectBatchOnFunctionError": data.bisect_batch_on_function_error,
                "MaximumRetryAttempts": data.maximum_retry_attempts,
            }

    def on_function(self, parsed: Answer, **_: Any) -> None:
        """moto's function with what faults have changed of it."""
        data = self._world.consumer.function
        parsed["Timeout"], parsed["MemorySize"] = data.timeout_seconds, data.memory_megabytes


def _has(dimensions: dict[str, str], name: str, value: str | None) -> bool:
    return name in dimensions and value in (None, dimensions[name])


def _wanted_units(params: Answer) -> Iterator[tuple[str | None, Answer]]:
    if "ProvisionedThroughput" in params:
        yield None, params["ProvisionedThroughput"]
    for update in params.get("GlobalSecondaryIndexUpdates", []):
        yield update["Update"]["IndexName"], update["Update"]["ProvisionedThroughput"]
