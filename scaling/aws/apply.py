"""Each action as the one AWS call that it is."""

from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.model.plan import Action

__all__ = ["apply"]


def apply(action: Action, clients: Clients) -> None:
    """Ask for one change. Raises CloudError."""
    # Imported here: most sweeps change nothing, and a cold start is shorter without it.
    from tidegate.scaling.aws.kinds.registry import CALLS

    CALLS[type(action)](action, clients)
