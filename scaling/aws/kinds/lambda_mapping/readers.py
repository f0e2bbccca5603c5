"""The functions that read a stream, by their event source mappings alone."""

from collections.abc import Callable, Mapping
from typing import Any

from tidegate.rules.kinds.lambda_mapping.state import Consumer, Function, ReadersOf
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.kinds.lambda_mapping.described import (
    event_source_mapping,
    mappings_of,
    reads,
)

__all__ = ["ANSWERS", "readers_of"]


def readers_of(question: ReadersOf, clients: Clients) -> tuple[Consumer, ...]:
    """From one list; of the functions themselves only their names are known. Raises CloudError."""
    listed = mappings_of(clients, question.stream, EventSourceArn=question.arn)
    mappings = (event_source_mapping(each, question.arn) for each in listed if reads(each))
    return tuple(Consumer(Function(each.function_name, 0, 0), each) for each in mappings)


ANSWERS: Mapping[type, Callable[[Any, Clients], Any]] = {ReadersOf: readers_of}
"""How each question about a mapping is asked."""
