"""From what changes to the fewest AWS calls."""

from collections.abc import Iterator

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Capacity, Consumer, FlinkApplication, Pipeline
from tidegate.scaling.model.actions import (
    CapacityTarget,
    SplitShard,
    UpdateApplication,
    UpdateBatchingWindow,
    UpdateParallelizationFactor,
    UpdateRetention,
    UpdateShardCount,
    UpdateTableThroughput,
)
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.plan import Action, Decision

__all__ = ["actions"]


def actions(
    pipeline: Pipeline,
    decisions: list[Decision],
    split: SplitShard | None,
    ending_autoscaling: frozenset[str],
) -> Iterator[Action]:
    """Downstream first: tables, applications, mappings, then retention and shards."""
    changing = {each.lever: each.allowed for each in decisions if each.changes}
    yield from _table_actions(pipeline, changing)
    for application in pipeline.applications:
        yield from _application_action(application, changing, ending_autoscaling)
    for consumer in pipeline.consumers:
        yield from _mapping_actions(consumer, changing)
    stream = pipeline.stream
    hours = changing.get(Lever.of(LeverKind.RETENTION_HOURS, stream.name))
    if hours is not None:
        yield UpdateRetention(stream.name, stream.retention_hours, hours)
    shards = changing.get(Lever.of(LeverKind.SHARD_COUNT, stream.name))
    if shards is not None:
        yield split or UpdateShardCount(stream.name, stream.shard_count, shards)


def _table_actions(
    pipeline: Pipeline, changing: dict[Lever, int]
) -> Iterator[UpdateTableThroughput]:
    for table in pipeline.tables:
        targets = tuple(
            target
            for capacity in table.capacities
            if (target := _target(capacity, changing)) is not None
        )
        if targets:
            yield UpdateTableThroughput(table.name, targets)


def _mapping_actions(
    consumer: Consumer, changing: dict[Lever, int]
) -> Iterator[UpdateParallelizationFactor | UpdateBatchingWindow]:
    name, mapping = consumer.function.name, consumer.mapping
    factor = changing.get(Lever.of(LeverKind.PARALLELIZATION_FACTOR, name))
    if factor is not None:
        yield UpdateParallelizationFactor(
            mapping.uuid, name, mapping.parallelization_factor, factor
        )
    window = changing.get(Lever.of(LeverKind.BATCHING_WINDOW, name))
    if window is not None:
        yield UpdateBatchingWindow(mapping.uuid, name, mapping.batching_window_seconds, window)


def _application_action(
    application: FlinkApplication, changing: dict[Lever, int], ending_autoscaling: frozenset[str]
) -> Iterator[UpdateApplication]:
    """Both levers in one call: each would restart the job."""
    name, now = application.name, (application.parallelism, application.parallelism_per_kpu)
    parallelism = changing.get(Lever.of(LeverKind.PARALLELISM, name), now[0])
    per_kpu = changing.get(Lever.of(LeverKind.PARALLELISM_PER_KPU, name), now[1])
    if (parallelism, per_kpu) != now:
        ends = application.autoscaling_enabled and name in ending_autoscaling
        token = application.conditional_token
        yield UpdateApplication(name, token, *now, parallelism, per_kpu, ends)


def _target(capacity: Capacity, changing: dict[Lever, int]) -> CapacityTarget | None:
    write = changing.get(Lever.of(LeverKind.WRITE_CAPACITY, capacity.where))
    read = changing.get(Lever.of(LeverKind.READ_CAPACITY, capacity.where))
    if write is None and read is None:
        return None
    return CapacityTarget(
        capacity.index,
        capacity.write_units,
        capacity.read_units,
        capacity.write_units if write is None else write,
        capacity.read_units if read is None else read,
    )
