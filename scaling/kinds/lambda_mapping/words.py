"""What is said of the levers of mappings."""

from tidegate.rules.reason import Words
from tidegate.scaling.model.reason import ReasonKind

EXECUTIONS = Words(
    "executions",
    "{ceil:.1f} concurrent executions over {shards} shard{plural}: {load} at "
    "{records_per_busy_second:,.0f} records per busy second{drain}",
)
EXECUTIONS_FOR_THE_LOAD = Words(
    "executions-for-the-load",
    "{name} needs {steady:.1f} concurrent executions, and a shard gives at most {factor_on}",
)
EXECUTIONS_NEEDED = Words(
    ReasonKind.EXECUTIONS_NEEDED,
    "{name} needs {needed:.1f} concurrent executions, more than {count:,} x factor {allowed}",
)
EXECUTIONS_ON_FEWER_SHARDS = Words(
    "executions-on-fewer-shards", "{needed:.1f} concurrent executions over {count} shard{plural}"
)
FACTOR_RANGE = Words(ReasonKind.AWS_LIMIT, "ParallelizationFactor is 1..{factor_max}")
ONE_BATCH_A_SHARD = Words(
    ReasonKind.AWS_LIMIT,
    "with a tumbling window ({window} s) a shard has one batch at a time: a higher factor does not "
    "help",
)
FULLER_BATCHES = Words(
    "fuller-batches",
    "batches hold {mean_batch:,.0f} of {batch_size:,} records; with a window of {window} s "
    "{batch_in:,.0f}, which saves {saved_share:.0%} of the function's time",
)
RESERVED_CONCURRENCY = Words(
    ReasonKind.CONCURRENCY, "{name} has a reserved concurrency of {cap} for {shards} shards"
)
RESOURCE_BUSY = Words(ReasonKind.RESOURCE_BUSY, "the event source mapping of {name} is {state}")
SHARED_CONCURRENCY = Words(
    ReasonKind.CONCURRENCY,
    "functions without a reservation share {cap} of the account's concurrency for {shards} shards",
)
WINDOW_RANGE = Words(ReasonKind.AWS_LIMIT, "MaximumBatchingWindowInSeconds is 0..{seconds_max}")
WINDOW_TOO_LONG = Words("window-too-long", "the objective and the file allow {most} s now")
