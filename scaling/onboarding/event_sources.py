"""Which Kinesis streams are read by which functions: event source mappings sorted out."""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["SeenMapping", "Source", "function_name", "sorted_out"]

_OFF = ("Disabled", "Disabling", "Deleting")
"""States in which a mapping reads nothing, or soon won't (Lambda API, GetEventSourceMapping)."""


@dataclass(frozen=True, slots=True)
class SeenMapping:
    """An event source mapping as Lambda lists it."""

    source_arn: str
    function_arn: str
    state: str


@dataclass(frozen=True, slots=True)
class Source:
    """A stream and the ARNs of the functions that read it, as their mappings have them."""

    stream: str
    arn: str
    function_arns: tuple[str, ...]


def function_name(arn: str) -> str:
    """The name in a function ARN, without version or alias."""
    return arn.split(":")[6]


def sorted_out(mappings: Iterable[SeenMapping]) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """The streams with their functions, by name; and a sentence for each mapping that can't be
    looked after. Queues, topics and brokers are passed over."""
    streams: dict[str, dict[str, str]] = {}
    left_out = []
    for each in mappings:
        service = each.source_arn.split(":")[2] if each.source_arn.count(":") >= 5 else ""
        if service not in ("kinesis", "dynamodb"):
            continue
        reason = _reason(each, service)
        if reason is None:
            # Of a consumer with enhanced fan-out the stream is what comes before.
            by_name = streams.setdefault(each.source_arn.partition("/consumer/")[0], {})
            by_name.setdefault(function_name(each.function_arn), each.function_arn)
        else:
            left_out.append(
                f"{function_name(each.function_arn)} reading {each.source_arn}: {reason}"
            )
    found = (
        Source(arn.partition("/")[2], arn, tuple(functions[name] for name in sorted(functions)))
        for arn, functions in sorted(streams.items())
    )
    return tuple(found), tuple(sorted(left_out))


def _reason(mapping: SeenMapping, service: str) -> str | None:
    if service == "dynamodb":
        return "Tidegate supports Kinesis data streams, not DynamoDB streams"
    if mapping.source_arn.split(":")[4] != mapping.function_arn.split(":")[4]:
        return "the stream is of another account"
    if mapping.state in _OFF:
        return f"its event source mapping is {mapping.state}"
    return None
