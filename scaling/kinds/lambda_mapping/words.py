"""Sentences about the levers of mappings."""

from tidegate.rules.reason import Words
from tidegate.scaling.model.reason import ReasonKind

EXECUTIONS = Words(
    "executions",
    "{executions:.1f} concurrent executions on {shards} shard{plural} are needed for {load} at a "
    "true processing rate of {records_per_busy_second:,.0f} records/s per execution, "
    "{utilization:.0%} utilized{drain}",
)
EXECUTIONS_FOR_THE_LOAD = Words(
    "executions-for-the-load",
    "{name} needs {executions:.1f} concurrent executions, and a shard allows at most "
    "{executions_per_shard}",
)
EXECUTIONS_NEEDED = Words(
    ReasonKind.EXECUTIONS_NEEDED,
    "{name} needs {executions:.1f} concurrent executions, more than shard count {shards:,} x "
    "parallelization factor {factor}",
)
EXECUTIONS_ON_FEWER_SHARDS = Words(
    "executions-on-fewer-shards",
    "{executions:.1f} concurrent executions are needed on {shards} shard{plural}",
)
EXECUTIONS_SHOWN_ENOUGH = Words(
    "executions-shown-enough",
    "{executions:.1f} concurrent executions on {shards} shard{plural} are enough for {load}: each "
    "was seen to read {records_per_second_each:,.0f} records/s in time{drain}",
)
FACTOR_RANGE = Words(ReasonKind.AWS_LIMIT, "ParallelizationFactor can be 1 to {limit_factor}")
ONE_BATCH_A_SHARD = Words(
    ReasonKind.AWS_LIMIT,
    "with a tumbling window ({window} s) a shard has one batch at a time: a higher factor does not "
    "help",
)
FULLER_BATCHES = Words(
    "fuller-batches",
    "batches hold {batch_records:,.0f} of {batch_size:,} records on average; with a batching "
    "window of {window_seconds} s they hold {window_records:,.0f}, which saves {saved_share:.0%} "
    "of the function's time",
)
RESERVED_CONCURRENCY = Words(
    ReasonKind.CONCURRENCY,
    "factor limited to {limit_factor}: {reserved_executions} concurrent executions reserved for "
    "{name} / {shards} shard{plural}",
)
RESOURCE_BUSY = Words(ReasonKind.RESOURCE_BUSY, "the event source mapping of {name} is {state}")
SEVERAL_MAPPINGS = Words(
    ReasonKind.CONCURRENCY,
    "{name} has {mappings} event source mappings on this stream, and a higher factor of one helps "
    "none of the others: Tidegate leaves their factors as they are",
)
SHARED_CONCURRENCY = Words(
    ReasonKind.CONCURRENCY,
    "factor limited to {limit_factor}: {unreserved_executions} unreserved concurrent executions / "
    "{shards} shard{plural}",
)
WINDOW_RANGE = Words(
    ReasonKind.AWS_LIMIT, "MaximumBatchingWindowInSeconds can be 0 to {limit_seconds}"
)
WINDOW_TOO_LONG = Words(
    "window-too-long",
    "the objective and the pipeline file allow a batching window of at most {limit_seconds} s",
)
