"""Each action as the one AWS call that it is, and each question as how its kind asks it."""

from collections.abc import Callable, Iterable
from typing import Any

from tidegate.rules.graph import Question
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.kinds.registry import AwsKind, Calls
from tidegate.scaling.model.plan import Action

__all__ = ["answer", "apply"]


def apply(action: Action, clients: Clients, aws_kinds: Iterable[AwsKind]) -> None:
    """Ask for one change. Raises CloudError."""
    _first(action, (kind.calls for kind in aws_kinds))(action, clients)


def answer(question: Question[Any], clients: Clients, aws_kinds: Iterable[AwsKind]) -> Any:
    """What AWS says. Raises CloudError."""
    return _first(question, (kind.answers for kind in aws_kinds))(question, clients)


def _first(asked: object, loads: Iterable[Callable[[], Calls]]) -> Callable[[Any, Clients], Any]:
    """What is called for it; the kinds after the one that has it aren't imported."""
    for load in loads:
        calls = load()
        if type(asked) in calls:
            return calls[type(asked)]
    raise LookupError(f"no kind of resource has a call for {type(asked).__name__}")
