"""Functions that read a stream through a consumer with enhanced fan-out."""

from typing import TYPE_CHECKING

from tidegate.rules.kinds.kinesis_stream.state import Stream
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.kinds.lambda_mapping.described import mappings_of, reading

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import EventSourceMappingConfigurationTypeDef as Listed

__all__ = ["through_fan_out"]


def through_fan_out(clients: Clients, name: str, stream: Stream) -> "Listed | None":
    """The function's mapping whose source is such a consumer of the stream: Lambda doesn't list it
    under the stream. Under the function's name it lists those of $LATEST alone, and one of an alias
    nowhere but among all of the region. None where there is none."""
    for of in ({"FunctionName": name}, {}):
        listed = mappings_of(clients, name, **of)
        begins = f"{stream.arn}/consumer/"
        here = [each for each in listed if each.get("EventSourceArn", "").startswith(begins)]
        found = reading(here, name)
        if found is not None:
            return found
    return None
