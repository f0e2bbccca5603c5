"""From Lambda's descriptions to the functions that read a stream."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tidegate.rules.graph import Resource
from tidegate.rules.kinds.kinesis_stream.state import Stream
from tidegate.rules.kinds.lambda_mapping.state import (
    Consumer,
    EventSourceMapping,
    Function,
    Reading,
)
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.looked import Looked
from tidegate.scaling.aws.moments import as_text
from tidegate.scaling.aws.pages import pages
from tidegate.scaling.config.specification import ConsumerSpec
from tidegate.scaling.model.errors import ResourceMissing

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient
    from types_boto3_lambda.type_defs import EventSourceMappingConfigurationTypeDef as Listed
    from types_boto3_lambda.type_defs import FunctionConfigurationResponseTypeDef

__all__ = [
    "consumer_alone",
    "consumer_in",
    "consumers",
    "event_source_mapping",
    "mappings_of",
    "other_sources",
    "reading",
    "reads",
    "service",
]

_STATES = ("Enabled", "Updating", "Enabling", "Creating")
"""In which a mapping reads, or soon will (EventSourceMappingConfiguration, API reference)."""

INSIGHTS = ":layer:LambdaInsightsExtension"
"""In the ARN of the layer that publishes the metrics of Lambda Insights, of every region and
architecture (CloudWatch guide, Lambda-Insights-extension-versions). An image has it without one."""


def consumers(looked: Looked) -> Iterator[Resource]:
    """The functions that read the stream, others that do, and the account that they run in.
    ResourceMissing where one has no event source mapping that reads it."""
    specs = looked.spec.consumers
    if not specs:
        return
    (stream,) = (each for each in looked.resources if isinstance(each, Stream))
    mappings = mappings_of(looked.clients, stream.name, EventSourceArn=stream.arn)
    found = [_consumer(looked, said, stream, mappings) for said in specs]
    yield from found
    ours = {mapping.reading.fan_out for each in found for mapping in each.mappings}
    apart = tuple(name for name in stream.consumers if name not in ours)
    # Imported here: a cold start is shorter without.
    from tidegate.scaling.aws.kinds.lambda_mapping.beside import beside

    functions = {_function_name(each["FunctionArn"]) for each in mappings if reads(each)}
    others = functions - {each.function for each in specs}
    yield from beside(service(looked.clients), others, apart)


def _consumer(
    looked: Looked, said: ConsumerSpec, stream: Stream, mappings: list["Listed"]
) -> Consumer:
    name = said.function
    mapping = reading(mappings, name)
    function = _function(looked.clients, name)
    own = mappings_of(looked.clients, name, FunctionName=name)
    if mapping is None or not reads(mapping):
        # Its source may be a consumer with enhanced fan-out, which isn't listed under the stream;
        # nor is one of an alias under the function.
        found = reading(_fanned_out(own, stream), name)
        listed = [] if found else mappings_of(looked.clients, name)
        mapping = found or reading(_fanned_out(listed, stream), name) or mapping
    if mapping is None:
        raise ResourceMissing(
            "lambda:ListEventSourceMappings",
            stream.name,
            f"function {name} has no event source mapping that reads this stream",
        )
    sinks = looked.sinks_of(said)
    here = [*_of_function(mappings, name), *_fanned_out(own, stream)]
    others = other_sources(own, {stream.arn, *(each["EventSourceArn"] for each in here)})
    beside = tuple(
        event_source_mapping(each, stream.arn, others)
        for each in here
        if reads(each) and each["UUID"] != mapping["UUID"]
    )
    return Consumer(function, event_source_mapping(mapping, stream.arn, others), sinks, beside)


def _fanned_out(mappings: Iterable["Listed"], stream: Stream) -> list["Listed"]:
    begins = f"{stream.arn}/consumer/"
    return [each for each in mappings if each.get("EventSourceArn", "").startswith(begins)]


def consumer_alone(looked: Looked, name: str) -> tuple[Consumer] | None:
    """The function's mapping on the stream, and its reserved concurrency; its timeout and memory
    are left at 0. None where the stream must be asked for that: Lambda lists the mapping of an
    alias nowhere else."""
    own = mappings_of(looked.clients, name, FunctionName=name)
    ending = f":stream/{looked.spec.stream}"
    here = [each for each in own if each.get("EventSourceArn", "").endswith(ending)]
    mapping = reading(here, name)
    # Streams of two accounts or regions may have the same name.
    arns = {each["EventSourceArn"] for each in here}
    if mapping is None or len(arns) > 1 or not reads(mapping):
        return None
    (arn,) = arns
    others = other_sources(own, arns)
    found = event_source_mapping(mapping, arn, others)
    beside = tuple(
        event_source_mapping(each, arn, others)
        for each in here
        if reads(each) and each["UUID"] != mapping["UUID"]
    )
    function = Function(name, 0, 0, _reserved(looked.clients, name))
    return (Consumer(function, found, beside=beside),)


def service(clients: Clients) -> "LambdaClient":
    """Lambda."""
    client: LambdaClient = clients.of("lambda")
    return client


def _function(clients: Clients, name: str) -> Function:
    with asking("lambda:GetFunctionConfiguration", name):
        configuration = service(clients).get_function_configuration(FunctionName=name)
    return Function(
        name,
        configuration["Timeout"],
        configuration["MemorySize"],
        _reserved(clients, name),
        _failure(configuration),
        configuration.get("LastModified", ""),
        any(INSIGHTS in each.get("Arn", "") for each in configuration.get("Layers", ())),
    )


def _reserved(clients: Clients, name: str) -> int | None:
    with asking("lambda:GetFunctionConcurrency", name):
        found = service(clients).get_function_concurrency(FunctionName=name)
    return found.get("ReservedConcurrentExecutions")


def _failure(configuration: "FunctionConfigurationResponseTypeDef") -> str:
    """An Inactive function is none: Lambda makes it ready at the next invocation (developer guide,
    function states)."""
    if configuration.get("State") != "Failed":
        return ""
    told = (configuration.get(key, "") for key in ("StateReason", "StateReasonCode"))
    return str(next(filter(None, told), "no reason given"))


def mappings_of(clients: Clients, about: str, **of: str) -> list["Listed"]:
    """Every mapping of a source; of the region where none is named."""
    with asking("lambda:ListEventSourceMappings", about):
        return [
            each
            for page in pages(service(clients).list_event_source_mappings, of, "Marker")
            for each in page["EventSourceMappings"]
        ]


def reading(mappings: Sequence["Listed"], name: str) -> "Listed | None":
    """The function's mapping, of several the one that reads: an older one may be left behind, such
    as on $LATEST after a move to an alias, or be about to go. None where there is none."""
    return min(_of_function(mappings, name), key=_rank, default=None)


def _of_function(mappings: Iterable["Listed"], name: str) -> list["Listed"]:
    return [each for each in mappings if _function_name(each["FunctionArn"]) == name]


def reads(mapping: "Listed") -> bool:
    """Whether it reads, or soon will."""
    return mapping.get("State") in _STATES


def event_source_mapping(
    data: "Listed", stream_arn: str, others: tuple[str, ...] = ()
) -> EventSourceMapping:
    """A mapping as Lambda describes it. One of long ago lacks what Lambda has learnt since, and
    has the default of it."""
    destination = data.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    return EventSourceMapping(
        uuid=data["UUID"],
        function_name=_function_name(data["FunctionArn"]),
        stream_arn=stream_arn,
        state=data["State"],
        parallelization_factor=data.get("ParallelizationFactor") or 1,
        batch_size=data.get("BatchSize", 100),
        batching_window_seconds=data.get("MaximumBatchingWindowInSeconds", 0),
        bisect_batch_on_function_error=bool(data.get("BisectBatchOnFunctionError", False)),
        maximum_retry_attempts=data.get("MaximumRetryAttempts", -1),
        maximum_record_age_seconds=data.get("MaximumRecordAgeInSeconds", -1),
        on_failure_destination=destination,
        report_batch_item_failures="ReportBatchItemFailures"
        in data.get("FunctionResponseTypes", []),
        counts_events="EventCount" in data.get("MetricsConfig", {}).get("Metrics", ()),
        modified=as_text(data.get("LastModified")),
        reading=_reading_of(data, others),
    )


def _function_name(arn: str) -> str:
    """The name in a function ARN, without version or alias."""
    return arn.split(":")[6]


def consumer_in(source_arn: str) -> str:
    """The name in a consumer's ARN, which ends in consumer/NAME:CREATED (RegisterStreamConsumer,
    API reference); empty in that of a stream."""
    return source_arn.partition("/consumer/")[2].partition(":")[0]


def _rank(mapping: "Listed") -> int:
    state = mapping.get("State")
    return _STATES.index(state) if state in _STATES else len(_STATES)


def other_sources(mappings: Iterable[Mapping[str, Any]], here: Collection[str]) -> tuple[str, ...]:
    """What else invokes a function by mappings of its own, as far as they are switched on."""
    sources = {
        each["EventSourceArn"]
        for each in mappings
        if each.get("EventSourceArn") and not each.get("State", "").startswith("Disabl")
    }
    return tuple(sorted(sources.difference(here)))


def _reading_of(data: Mapping[str, Any], others: tuple[str, ...]) -> Reading:
    """From an event source mapping as ListEventSourceMappings tells it."""
    is_read = data.get("State") in _STATES
    return Reading(
        last_result=data.get("LastProcessingResult") or "",
        state_reason="" if is_read else data.get("StateTransitionReason") or "",
        filter_error=(data.get("FilterCriteriaError") or {}).get("Message", ""),
        has_filter=bool((data.get("FilterCriteria") or {}).get("Filters")),
        tumbling_window_seconds=data.get("TumblingWindowInSeconds") or 0,
        other_sources=others,
        fan_out=consumer_in(data.get("EventSourceArn", "")),
    )
