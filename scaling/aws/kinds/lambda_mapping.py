"""From Lambda's list of event source mappings to the one that reads a stream, and its changes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tidegate.rules.graph import EventSourceMapping, Stream
from tidegate.rules.reading import Reading
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.moments import as_text
from tidegate.scaling.aws.pages import pages
from tidegate.scaling.model.actions import UpdateBatchingWindow, UpdateParallelizationFactor
from tidegate.scaling.model.errors import ResourceMissing

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import EventSourceMappingConfigurationTypeDef as Listed

__all__ = [
    "event_source_mapping",
    "mappings_of",
    "other_sources",
    "reading",
    "reads",
    "update_batching_window",
    "update_factor",
    "without_fan_out",
]

_STATES = ("Enabled", "Updating", "Enabling", "Creating")
"""In which a mapping reads, or soon will (EventSourceMappingConfiguration, API reference)."""

_CONSUMER = "/consumer/"


def mappings_of(clients: Clients, about: str, **of: str) -> list["Listed"]:
    """Every mapping of a source; of the region where none is named."""
    with asking("lambda:ListEventSourceMappings", about):
        return [
            each
            for page in pages(clients.functions.list_event_source_mappings, of, "Marker")
            for each in page["EventSourceMappings"]
        ]


def reading(mappings: Sequence["Listed"], name: str) -> "Listed | None":
    """The function's mapping, of several the one that reads: an older one may be left behind, such
    as on $LATEST after a move to an alias, or be about to go. None where there is none."""
    own = [each for each in mappings if _function_name(each["FunctionArn"]) == name]
    return min(own, key=_rank, default=None)


def reads(mapping: "Listed") -> bool:
    """Whether it reads, or soon will."""
    return mapping.get("State") in _STATES


def without_fan_out(clients: Clients, name: str, stream: Stream) -> None:
    """Raises ResourceMissing where the function reads through a consumer with enhanced fan-out:
    that mapping's source is the consumer, and Lambda doesn't list it under the stream."""
    for each in mappings_of(clients, name):
        source, function = each.get("EventSourceArn", ""), _function_name(each["FunctionArn"])
        if source.startswith(f"{stream.arn}{_CONSUMER}") and function == name and reads(each):
            consumer = source.removeprefix(f"{stream.arn}{_CONSUMER}").partition(":")[0]
            raise ResourceMissing(
                "lambda:ListEventSourceMappings",
                stream.name,
                f"function {name} reads this stream through the consumer {consumer} with enhanced "
                "fan-out, which Tidegate does not look after: take the function out of the file, "
                "or give it an event source mapping on the stream itself",
            )


def event_source_mapping(
    data: "Listed", stream: Stream, others: tuple[str, ...] = ()
) -> EventSourceMapping:
    """A mapping as Lambda describes it. One of long ago lacks what Lambda has learnt since, and
    has the default of it."""
    destination = data.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    return EventSourceMapping(
        uuid=data["UUID"],
        function_name=_function_name(data["FunctionArn"]),
        stream_arn=stream.arn,
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
        modified=as_text(data.get("LastModified")),
        reading=_reading_of(data, others),
    )


def _function_name(arn: str) -> str:
    """The name in a function ARN, without version or alias."""
    return arn.split(":")[6]


def _rank(mapping: "Listed") -> int:
    state = mapping.get("State")
    return _STATES.index(state) if state in _STATES else len(_STATES)


def other_sources(mappings: Iterable[Mapping[str, Any]], stream_arn: str) -> tuple[str, ...]:
    """What else invokes a function by mappings of its own, as far as they are switched on."""
    sources = {
        each["EventSourceArn"]
        for each in mappings
        if each.get("EventSourceArn") and not each.get("State", "").startswith("Disabl")
    }
    return tuple(sorted(sources - {stream_arn}))


def _reading_of(data: Mapping[str, Any], others: tuple[str, ...]) -> Reading:
    """From an event source mapping as ListEventSourceMappings tells it."""
    return Reading(
        last_result=data.get("LastProcessingResult") or "",
        has_filter=bool((data.get("FilterCriteria") or {}).get("Filters")),
        tumbling_window_seconds=data.get("TumblingWindowInSeconds") or 0,
        other_sources=others,
    )


def update_factor(action: UpdateParallelizationFactor, clients: Clients) -> None:
    """The parallelization factor alone."""
    with asking("lambda:UpdateEventSourceMapping", action.function):
        clients.once("lambda").update_event_source_mapping(
            UUID=action.mapping_uuid, ParallelizationFactor=action.to_factor
        )


def update_batching_window(action: UpdateBatchingWindow, clients: Clients) -> None:
    """The batching window alone."""
    with asking("lambda:UpdateEventSourceMapping", action.function):
        clients.once("lambda").update_event_source_mapping(
            UUID=action.mapping_uuid, MaximumBatchingWindowInSeconds=action.to_seconds
        )
