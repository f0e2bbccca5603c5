"""The calls that change an event source mapping."""

from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.model.actions import UpdateBatchingWindow, UpdateParallelizationFactor

__all__ = ["update_batching_window", "update_factor"]


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
