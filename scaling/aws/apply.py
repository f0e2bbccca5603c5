"""Each action as the one AWS call that it is, and each question as how its kind asks it."""

from collections.abc import Iterable
from typing import Any

from tidegate.rules.graph import Question
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.kinds.registry import AwsKind
from tidegate.scaling.model.plan import Action

__all__ = ["answer", "apply"]


def apply(action: Action, clients: Clients, aws_kinds: Iterable[AwsKind]) -> None:
    """Ask for one change. Raises CloudError."""
    (call,) = (kind.calls[type(action)] for kind in aws_kinds if type(action) in kind.calls)
    call(action, clients)


def answer(question: Question[Any], clients: Clients, aws_kinds: Iterable[AwsKind]) -> Any:
    """What AWS says. Raises CloudError."""
    kinds = (kind.answers for kind in aws_kinds if type(question) in kind.answers)
    (ask,) = (answers[type(question)] for answers in kinds)
    return ask(question, clients)
