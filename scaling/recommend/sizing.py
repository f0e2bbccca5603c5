"""How much of every lever a load needs: all layers in one step, downstream first."""

from collections.abc import Iterable, Iterator
from math import ceil, inf

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.dynamodb_table.state import Capacity, Table, tables_behind
from tidegate.rules.kinds.flink_application.state import applications_of
from tidegate.rules.kinds.kinesis_stream.state import (
    SHARD_BYTES_PER_SECOND,
    SHARD_RECORDS_PER_SECOND,
)
from tidegate.rules.kinds.lambda_mapping.state import Consumer, consumers_of
from tidegate.rules.reason import Reason
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.dynamodb_table import words as table_words
from tidegate.scaling.kinds.kinesis_stream import words as stream_words
from tidegate.scaling.kinds.lambda_mapping import words as mapping_words
from tidegate.scaling.kinds.lambda_mapping.concurrency import ANY_OWNER, concurrency, factor_of
from tidegate.scaling.kinds.lambda_mapping.limits import FACTOR_MAX
from tidegate.scaling.kinds.lambda_mapping.sizing import RateModel
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.recommendation import UNCHANGED
from tidegate.scaling.recommend import words
from tidegate.scaling.recommend.learned import Model

__all__ = ["CAPACITY_USE", "EXECUTIONS_USE", "size"]

CAPACITY_USE = 0.7
"""How much of a table may be used while too little is known to forecast its load: the default of
DynamoDB's own auto scaling."""

EXECUTIONS_USE = 0.8
"""How much of the concurrent executions may be used before shards are added for them."""

READ_BYTES_PER_SECOND = 2 * 1024 * 1024
"""Read limit of a shard, shared by its standard consumers (Kinesis quotas)."""


def size(model: Model, load: Load, spec: PipelineSpec, spread: int) -> tuple[Demand, ...]:
    """The demand on every lever that the load touches, tables first, then factor, then shards.

    ``spread`` is the number of shards that the factor multiplies: the open ones while there is a
    backlog, since it sits in those and shards added later don't drain it.

    Never less for a larger load. The stream is widened for a consumer's sake only when the
    consumer's rate is sure; until then its tables, its factor and the stream's own limits are
    sized.
    """
    above = tuple(_concurrency_demands(model, load, spec, spread))
    shards = next(each.capacity for each in above if each.lever.kind is LeverKind.SHARD_COUNT)
    # One call at most doubles them (UpdateShardCount, API reference).
    widened = max(spread, min(2 * spread, shards))
    return (*_capacity_demands(model, load, spec, widened), *above)


def _drain_rate(load: Load, spec: PipelineSpec) -> float:
    return load.records_per_second + load.backlog_records / spec.objective.catch_up_seconds


def _capacity_demands(
    model: Model, load: Load, spec: PipelineSpec, shards: int
) -> Iterator[Demand]:
    utilization = spec.target_utilization.capacity or (1.0 if load.has_headroom else CAPACITY_USE)
    steady = load.records_per_second / utilization
    for capacity in model.capacities:
        drained, drain = _drained(model, capacity.capacity, load, spec, shards)
        records = max(steady, drained)
        for kind, unit, units in (
            (LeverKind.WRITE_CAPACITY, "WCU", capacity.write_units_per_record),
            (LeverKind.READ_CAPACITY, "RCU", capacity.read_units_per_record),
        ):
            if units:
                yield Demand(
                    Lever.of(kind, capacity.capacity.where),
                    max(1, ceil(units * records)),
                    table_words.UNITS_FOR_THE_LOAD(
                        load=load.reason,
                        units_per_record=units,
                        unit=unit,
                        target_utilization=utilization,
                        drain=drain,
                    ),
                )


def _drained(
    model: Model, capacity: Capacity, load: Load, spec: PipelineSpec, shards: int
) -> tuple[float, Reason]:
    """Records a second that a table is to take while a backlog drains, and why so many: no more
    than its consumers can write."""
    wanted = _drain_rate(load, spec)
    brought = max(load.records_per_second, _fed_at_most(model, capacity, spec, shards))
    if wanted <= brought:
        return wanted, _drain(load, spec)
    return brought, words.DRAIN_AS_BROUGHT(
        backlog_records=load.backlog_records, records_per_second=brought
    )


def _fed_at_most(model: Model, capacity: Capacity, spec: PipelineSpec, shards: int) -> float:
    """By the fastest of the table's consumers, each of which gets every record; inf where that
    isn't known."""
    if any(_writes(tables_behind(each), capacity) for each in applications_of(model.pipeline)):
        return inf
    return max(
        each.records_per_second_at_most(in_file(spec), shards)
        for each in model.feedings
        if _writes(tables_behind(each.consumer), capacity)
    )


def _writes(tables: Iterable[Table], capacity: Capacity) -> bool:
    return any(table.name == capacity.table for table in tables)


def _drain(load: Load, spec: PipelineSpec) -> Reason:
    if not load.backlog_records:
        return UNCHANGED
    return words.DRAIN(
        backlog_records=load.backlog_records, catch_up_seconds=spec.objective.catch_up_seconds
    )


def _executions_for(records_per_second: float, rate_: RateModel, batch: int, use: float) -> float:
    return records_per_second / (rate_.records_per_busy_second(batch) * use)


def _concurrency_demands(
    model: Model, load: Load, spec: PipelineSpec, spread: int
) -> Iterator[Demand]:
    use = spec.target_utilization
    shards, because = _shards_by_volume(load, use.shard, model.readers)
    for consumer in consumers_of(model.pipeline):
        learnt = model.rates[consumer.function.name]
        if learnt is None:
            continue
        batch = consumer.mapping.batch_size
        steady = _executions_for(load.records_per_second, learnt, batch, use.concurrency)
        wanted = max(steady, _executions_for(_drain_rate(load, spec), learnt, batch, 0.95))
        if not consumer.mapping.reading.tumbling_window_seconds:
            yield _factor_demand(spread, consumer, learnt, wanted, load, spec)
        use_ = max(use.concurrency, EXECUTIONS_USE)
        had = concurrency(model.pipeline, consumer, in_file(spec), ANY_OWNER)
        by_executions = had.shards_for(
            _executions_for(load.records_per_second, learnt, batch, use_)
        )
        if learnt.is_sure and by_executions > shards:
            shards = by_executions
            because = mapping_words.EXECUTIONS_FOR_THE_LOAD(
                name=consumer.function.name,
                executions=steady,
                executions_per_shard=had.factor_on(shards),
            )
    yield Demand(Lever.of(LeverKind.SHARD_COUNT, model.pipeline.source.name), shards, because)


def _factor_demand(
    shards: int,
    consumer: Consumer,
    learnt: RateModel,
    executions: float,
    load: Load,
    spec: PipelineSpec,
) -> Demand:
    batch = consumer.mapping.batch_size
    return Demand(
        factor_of(consumer),
        min(FACTOR_MAX, max(1, ceil(executions / shards))),
        mapping_words.EXECUTIONS(
            executions=ceil(10 * executions) / 10,
            shards=shards,
            plural="s"[: shards > 1],
            load=load.reason,
            records_per_busy_second=learnt.records_per_busy_second(batch),
            drain=_drain(load, spec),
        ),
    )


def _shards_by_volume(load: Load, use: float, readers: int) -> tuple[int, Reason]:
    """Shards for the records and bytes written, and for the bytes read by every consumer."""
    by_records = load.records_per_second / (SHARD_RECORDS_PER_SECOND * use)
    by_bytes = load.bytes_per_second / (SHARD_BYTES_PER_SECOND * use)
    by_reads = load.bytes_per_second * readers / (READ_BYTES_PER_SECOND * use)
    shards = max(1, ceil(max(by_records, by_bytes, by_reads)))
    if by_records >= max(by_bytes, by_reads):
        return shards, stream_words.SHARDS_BY_RECORDS(
            load=load.reason, shard_limit=SHARD_RECORDS_PER_SECOND, target_utilization=use
        )
    if by_bytes >= by_reads:
        size_ = load.bytes_per_second / SHARD_BYTES_PER_SECOND
        return shards, stream_words.SHARDS_BY_BYTES(mib_per_second=size_, target_utilization=use)
    return shards, stream_words.SHARDS_BY_READS(consumers=readers, target_utilization=use)
