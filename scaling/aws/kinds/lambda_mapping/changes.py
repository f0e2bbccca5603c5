"""The calls that change an event source mapping."""

from collections.abc import Callable, Mapping
from typing import Any

from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.kinds.lambda_mapping.actions import (
    UpdateBatchingWindow,
    UpdateParallelizationFactor,
)

__all__ = ["CALLS"]


def _update_factor(action: UpdateParallelizationFactor, clients: Clients) -> None:
    """The parallelization factor alone."""
    with asking("lambda:UpdateEventSourceMapping", action.function):
        clients.once("lambda").update_event_source_mapping(
            UUID=action.mapping_uuid, ParallelizationFactor=action.to_factor
        )


def _update_batching_window(action: UpdateBatchingWindow, clients: Clients) -> None:
    """The batching window alone."""
    with asking("lambda:UpdateEventSourceMapping", action.function):
        clients.once("lambda").update_event_source_mapping(
            UUID=action.mapping_uuid, MaximumBatchingWindowInSeconds=action.to_seconds
        )


CALLS: Mapping[type, Callable[[Any, Clients], None]] = {
    UpdateParallelizationFactor: _update_factor,
    UpdateBatchingWindow: _update_batching_window,
}
"""The one AWS call that each action is."""
