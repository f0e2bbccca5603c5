"""What is configured of event source mappings and their functions, and of Lambda in the account."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tidegate.rules.graph import Measured, Pipeline, Question, Resource, Role

if TYPE_CHECKING:
    from tidegate.rules.kinds.lambda_mapping.series import FunctionSeries  # noqa: F401 (quoted below)

__all__ = [
    "ACCOUNT_CONCURRENCY",
    "Consumer",
    "EventSourceMapping",
    "Function",
    "LambdaAccount",
    "ReadersOf",
    "Reading",
    "account_of",
    "consumers_of",
    "fan_out_consumers",
]

ACCOUNT_CONCURRENCY = 1000
"""Concurrent executions of an account in a region unless raised (Lambda quotas)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """``last_result`` is AWS's LastProcessingResult in its own words, ``has_filter`` whether some
    records are read and not handed on (FilterCriteria). ``tumbling_window_seconds`` is 0 without
    such windows. ``other_sources`` are what else invokes the same function: what it does for
    them is in its metrics as well. ``state_reason`` is why the mapping doesn't read
    (StateTransitionReason), ``filter_error`` why its filter can't be applied (FilterCriteriaError):
    then nothing is handed on. ``fan_out`` is the name of the stream's consumer that it reads
    through, with throughput of its own (enhanced fan-out); empty where it shares the stream's."""

    last_result: str = ""
    state_reason: str = ""
    filter_error: str = ""
    has_filter: bool = False
    tumbling_window_seconds: int = 0
    other_sources: tuple[str, ...] = ()
    fan_out: str = ""

    def concurrent_batches(self, factor: int) -> int:
        """Of each part of the source, with that parallelization factor: the state of a tumbling
        window goes from one batch to the next, so that there is one at a time."""
        return 1 if self.tumbling_window_seconds else factor


@dataclass(frozen=True, slots=True)
class EventSourceMapping:
    """How Lambda reads the stream for one function. -1 means without limit, as in the API."""

    uuid: str
    function_name: str
    stream_arn: str
    state: str
    parallelization_factor: int = 1
    batch_size: int = 100
    batching_window_seconds: int = 0
    bisect_batch_on_function_error: bool = False
    maximum_retry_attempts: int = -1
    maximum_record_age_seconds: int = -1
    on_failure_destination: str | None = None
    report_batch_item_failures: bool = False
    counts_events: bool = False  # EventCount
    modified: str = ""  # when it was last changed
    reading: Reading = field(default_factory=Reading)

    @property
    def batches_per_shard(self) -> int:
        """How many are processed at once."""
        return 1 if self.reading.tumbling_window_seconds else self.parallelization_factor


@dataclass(frozen=True, slots=True)
class Function(Measured["FunctionSeries"]):
    """A Lambda function's own limits; ``reserved_concurrency`` is None where none is set. Timeout
    and memory are 0 where only the function's levers were looked at.
    ``failure`` is why it can't be invoked at all (its State is Failed), empty where it can.
    ``has_insights`` whether it publishes the metrics of Lambda Insights."""

    name: str
    timeout_seconds: int
    memory_megabytes: int
    reserved_concurrency: int | None = None
    failure: str = ""
    modified: str = ""  # LastModified
    has_insights: bool = False

    @property
    def series_key(self) -> tuple[str, str]:
        """By its name: two mappings on one function share its metrics."""
        return "lambda_mapping", self.name


@dataclass(frozen=True, slots=True)
class Consumer:
    """A function fed by the stream, with what it writes to. ``beside`` are its other mappings that
    read the same stream: each reads all of it, and the function's metrics are those of all."""

    function: Function
    mapping: EventSourceMapping
    writes: tuple[Resource, ...] = ()
    beside: tuple[EventSourceMapping, ...] = ()

    @property
    def name(self) -> str:
        """The function's name: what a person knows it by."""
        return self.function.name

    @property
    def mappings(self) -> tuple[EventSourceMapping, ...]:
        """All that read the stream for it."""
        return (self.mapping, *self.beside)

    @property
    def batches_per_shard(self) -> int:
        """How many are processed at once, by all of its mappings together."""
        return sum(each.batches_per_shard for each in self.mappings)

    @property
    def roles(self) -> tuple[Role, ...]:
        """It reads a source and writes sinks."""
        return (Role.PROCESSOR,)


@dataclass(frozen=True, slots=True)
class ReadersOf(Question[tuple[Consumer, ...]]):
    """Asks for the functions that read a stream by themselves, not through a consumer with enhanced
    fan-out: of each its mapping alone, in one list."""

    stream: str
    arn: str


@dataclass(frozen=True, slots=True)
class LambdaAccount:
    """Lambda in the account and region: its limit of concurrent executions, and what of it is
    reserved for functions."""

    concurrency: int = ACCOUNT_CONCURRENCY
    reserved_concurrency: int = 0
    name: str = "the account"

    @property
    def unreserved_concurrency(self) -> int:
        """What functions without a reservation share."""
        return self.concurrency - self.reserved_concurrency

    @property
    def roles(self) -> tuple[Role, ...]:
        """None: no record passes through it."""
        return ()

    @property
    def writes(self) -> tuple[Resource, ...]:
        """Nothing."""
        return ()


def consumers_of(pipeline: Pipeline) -> tuple[Consumer, ...]:
    """The functions that read the pipeline's source."""
    return pipeline.all(Consumer)


def fan_out_consumers(pipeline: Pipeline) -> tuple[str, ...]:
    """The stream's consumers with enhanced fan-out through which the functions read, each once."""
    names = (each.mapping.reading.fan_out for each in consumers_of(pipeline))
    return tuple(dict.fromkeys(filter(None, names)))


def account_of(pipeline: Pipeline) -> LambdaAccount:
    """Lambda's limits where the pipeline is; the default quota where it wasn't asked for."""
    return pipeline.first(LambdaAccount) or LambdaAccount()
