"""An action or a question is asked by the kind that has a call for it."""

from dataclasses import dataclass
from typing import Any

import pytest

from tidegate.scaling.aws.apply import answer, apply
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.kinds.registry import AWS_KINDS, AwsKind
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateShardCount

CLIENTS = Clients(region="us-east-1")


@dataclass(frozen=True, slots=True)
class Hop:
    far: int


def test_the_kinds_after_the_one_that_has_the_call_are_not_loaded() -> None:
    made: list[Any] = []

    def fails() -> Any:
        raise AssertionError("it was loaded")

    hopper = AwsKind(calls=lambda: {Hop: lambda action, _: made.append(action.far)})
    apply(Hop(3), CLIENTS, [AwsKind(), hopper, AwsKind(calls=fails)])  # type: ignore[arg-type]
    assert made == [3]


def test_what_no_kind_has_a_call_for_is_named() -> None:
    for ask in (apply, answer):
        with pytest.raises(LookupError, match="no kind of resource has a call for Hop"):
            ask(Hop(3), CLIENTS, AWS_KINDS)  # type: ignore[arg-type]


def test_each_action_has_one_call_of_all_kinds() -> None:
    actions = [action for kind in AWS_KINDS for action in kind.calls()]
    assert len(actions) == len(set(actions))
    assert UpdateShardCount in actions
