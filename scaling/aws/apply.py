"""Each action as the one AWS call that it is."""

from collections.abc import Iterable

from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.kinds.registry import AwsKind
from tidegate.scaling.model.plan import Action

__all__ = ["apply"]


def apply(action: Action, clients: Clients, aws_kinds: Iterable[AwsKind]) -> None:
    """Ask for one change. Raises CloudError."""
    (call,) = (kind.calls[type(action)] for kind in aws_kinds if type(action) in kind.calls)
    call(action, clients)
