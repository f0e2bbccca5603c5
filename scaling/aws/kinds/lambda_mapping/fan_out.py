"""Functions that read a stream through a consumer with enhanced fan-out."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tidegate.rules.kinds.kinesis_stream.state import Stream
from tidegate.scaling.model.errors import ResourceMissing

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import EventSourceMappingConfigurationTypeDef as Listed

__all__ = ["without_fan_out"]

_CONSUMER = "/consumer/"


def without_fan_out(mappings: Iterable["Listed"], name: str, stream: Stream) -> None:
    """Raises ResourceMissing where the function reads by one of the region's mappings through such
    a consumer: that mapping's source is the consumer, and Lambda doesn't list it under the stream.
    """
    for each in mappings:
        source, function = each.get("EventSourceArn", ""), each["FunctionArn"].split(":")[6]
        if source.startswith(f"{stream.arn}{_CONSUMER}") and function == name:
            consumer = source.removeprefix(f"{stream.arn}{_CONSUMER}").partition(":")[0]
            raise ResourceMissing(
                "lambda:ListEventSourceMappings",
                stream.name,
                f"function {name} reads this stream through the consumer {consumer} with enhanced "
                "fan-out, which Tidegate does not look after: take the function out of the file, "
                "or give it an event source mapping on the stream itself",
            )
