"""The direct face: the world as the ports that a sweep talks to, without AWS in between."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tidegate.rules.graph import (
    Capacity,
    Consumer,
    EventSourceMapping,
    Function,
    KeySample,
    Pipeline,
    ScalableTarget,
    Shard,
    Stream,
    Table,
)
from tidegate.rules.window import Metric, Window
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.model.actions import (
    MergeShards,
    SplitShard,
    UpdateApplication,
    UpdateBatchingWindow,
    UpdateParallelizationFactor,
    UpdateRetention,
    UpdateShardCount,
    UpdateTableThroughput,
)
from tidegate.scaling.model.errors import (
    CloudError,
    InvalidRequest,
    LimitExceeded,
    ResourceInUse,
    ResourceMissing,
)
from tidegate.scaling.model.plan import Action
from tidegate.simulator.kinds.dynamodb_table.capacity import CapacityState
from tidegate.simulator.kinds.flink_application.direct import application, application_update
from tidegate.simulator.manners import Refusal
from tidegate.simulator.world import MAPPING_UUID, START, World

__all__ = ["STREAM_ARN", "DirectCloud", "DirectMetrics"]

STREAM_ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/{}"

_ERRORS: Mapping[str, type[CloudError]] = {
    "LimitExceededException": LimitExceeded,
    "ResourceInUseException": ResourceInUse,
    "ConcurrentModificationException": ResourceInUse,
    "ResourceNotFoundException": ResourceMissing,
}


class DirectCloud:
    """``tidegate.scaling.ports.Cloud`` over a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def describe_stream(self, name: str) -> Stream:
        """The world's stream as it is now."""
        if name != self._world.scenario.stream.name:
            raise ResourceMissing("describe", name, "there is no such stream")
        return self._stream()

    def describe(self, spec: PipelineSpec) -> Pipeline:
        """The world's pipeline as it is configured now."""
        for named, known in self._names(spec):
            if named != known:
                raise ResourceMissing("describe", named, "there is no such resource")
        account = self._world.scenario.account_concurrency
        applications = tuple(
            application(self._world.control, self._world.scenario, each)
            for each in spec.applications
        )
        if spec.topic is not None:
            topic = Stream.of_topic(spec.topic, applications[0].arn)
            return Pipeline(spec.name, topic, (), account, applications=applications)
        consumers = tuple(
            Consumer(
                self._function(), self._mapping(), tuple(self._table() for _ in each.table_specs)
            )
            for each in spec.consumers
        )
        account = account if spec.consumers else 1000
        return Pipeline(spec.name, self._stream(), consumers, account, applications=applications)

    def _names(self, spec: PipelineSpec) -> list[tuple[str, str]]:
        scenario = self._world.scenario
        pairs = [(spec.source, scenario.stream.name)]
        has = "" if scenario.application is None else scenario.application.name
        pairs += [(each.application, has) for each in spec.applications]
        for consumer in spec.consumers:
            pairs.append((consumer.function, scenario.function.name))
            tables = consumer.table_specs
            pairs += [(table.name, scenario.capacities[0].table) for table in tables]
        return pairs

    def _stream(self) -> Stream:
        world = self._world
        name = world.scenario.stream.name
        shards = tuple(
            Shard(each.shard_id, each.start, each.end, each.parents)
            for each in world.stream.open_shards
        )
        status = "UPDATING" if world.control.pending.is_busy("stream") else "ACTIVE"
        return Stream(
            name,
            STREAM_ARN.format(name),
            status,
            "PROVISIONED",
            shards,
            world.stream.retention_hours,
            world.scenario.stream.shard_metrics,
        )

    def _function(self) -> Function:
        data = self._world.consumer.function
        return Function(
            data.name, data.timeout_seconds, data.memory_megabytes, data.reserved_concurrency
        )

    def _mapping(self) -> EventSourceMapping:
        world = self._world
        data = world.consumer.mapping
        return EventSourceMapping(
            MAPPING_UUID,
            world.scenario.function.name,
            STREAM_ARN.format(world.scenario.stream.name),
            "Updating" if world.control.pending.is_busy("mapping") else "Enabled",
            world.stream.factor,
            data.batch_size,
            data.batching_window_seconds,
            data.bisect_batch_on_function_error,
            data.maximum_retry_attempts,
        )

    def _table(self) -> Table:
        world = self._world
        status = "UPDATING" if world.control.pending.is_busy("table") else "ACTIVE"
        capacities = [_capacity(each, status) for each in world.capacities.values()]
        own = next(each for each in capacities if each.index is None)
        indexes = tuple(each for each in capacities if each.index is not None)
        return Table(own.table, status, "PROVISIONED", own, indexes, created=START.isoformat())

    def sample_keys(self, stream: str, shard_id: str, seconds: int, now: datetime) -> KeySample:
        """One look at a shard's records, at most a thousand."""
        counts = Counter(self._world.recent_keys(shard_id, seconds, 1000))
        return KeySample(shard_id, tuple(counts.most_common()))

    def scalable_targets(self, where: str | None = None) -> tuple[ScalableTarget, ...]:
        """None: nobody registers any in a world."""
        return ()

    def apply(self, action: Action) -> None:
        """Ask the world, as AWS would be asked."""
        try:
            self._ask(action)
        except Refusal as refusal:
            kind = _ERRORS.get(refusal.code, InvalidRequest)
            raise kind(type(action).__name__, str(action), refusal.message) from refusal

    def _ask(self, action: Action) -> None:
        world = self._world
        match action:
            case UpdateShardCount():
                world.control.update_shard_count(action.to_count)
            case SplitShard():
                world.control.split_shard(action.shard_id, action.new_starting_hash_key)
            case MergeShards():
                world.control.merge_shards(action.shard_id, action.adjacent_shard_id)
            case UpdateParallelizationFactor():
                world.control.update_mapping(action.to_factor)
            case UpdateBatchingWindow():
                world.control.update_mapping(batching_window_seconds=action.to_seconds)
            case UpdateRetention():
                world.control.set_retention_hours(action.to_hours)
            case UpdateApplication():
                world.control.update_application(application_update(action))
            case UpdateTableThroughput():
                world.control.update_table(
                    {
                        target.index: (target.to_write_units, target.to_read_units)
                        for target in action.targets
                    }
                )


def _capacity(state: CapacityState, status: str) -> Capacity:
    return Capacity(
        state.table,
        state.index,
        status,
        state.write_units,
        state.read_units,
        state.decreases_today,
        state.last_decrease_at,
        state.last_increase_at,
    )


class DirectMetrics:
    """``tidegate.scaling.ports.Metrics`` over a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def read(
        self, metrics: Sequence[Metric], start: datetime, end: datetime
    ) -> Mapping[Metric, Window]:
        """What the world's CloudWatch has delivered by now."""
        return {metric: self._window(metric, start, end) for metric in metrics}

    def _window(self, metric: Metric, start: datetime, end: datetime) -> Window:
        period = timedelta(seconds=metric.period_seconds)
        start -= timedelta(seconds=start.timestamp() % metric.period_seconds)
        count = int((end - start) / period)
        key = (metric.namespace, metric.name, metric.dimensions)
        every = metric.period_seconds // 60
        samples = self._world.metrics(*key, metric.statistic, start, count, every)
        return Window(metric, start, tuple(samples))
