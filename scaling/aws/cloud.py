"""The cloud port over boto3: what is configured now, what kinds ask beyond that, and changes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from tidegate.rules.graph import Kinds, Pipeline, Question
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.describe import described, described_alone
from tidegate.scaling.aws.kinds.registry import AWS_KINDS, AwsKind
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.registry import KINDS
from tidegate.scaling.model.change_record import Lever

if TYPE_CHECKING:
    from tidegate.scaling.model.plan import Action

__all__ = ["AwsCloud"]

A = TypeVar("A")


class AwsCloud:
    """``tidegate.scaling.ports.Cloud`` over AWS, or whatever AWS_ENDPOINT_URL names."""

    def __init__(
        self,
        clients: Clients,
        aws_kinds: Sequence[AwsKind] = AWS_KINDS,
        kinds: Kinds = KINDS,
    ) -> None:
        self._clients = clients
        self._aws_kinds = aws_kinds
        self._kinds = kinds

    def describe(self, spec: PipelineSpec) -> Pipeline:
        """Everything of one pipeline, looked up anew."""
        return described(self._clients, spec, self._aws_kinds, self._kinds)

    def describe_alone(self, spec: PipelineSpec, lever: Lever) -> Pipeline:
        """The resource of one lever, and nothing beside it."""
        return described_alone(self._clients, (spec, lever), self._aws_kinds, self._kinds)

    def ask(self, question: Question[A]) -> A:
        """What a kind asks of one of its resources beyond its description."""
        # Imported here: few sweeps ask anything, and a cold start is shorter without.
        from tidegate.scaling.aws.apply import answer

        found: A = answer(question, self._clients, self._aws_kinds)
        return found

    def scalable_targets(self, where: str | None = None) -> tuple[ScalableTarget, ...]:
        """Capacities that AWS's own auto scaling sets."""
        owners = (each.other_owners for each in self._aws_kinds if each.other_owners is not None)
        return tuple(target for asked in owners for target in asked(self._clients, where))

    def apply(self, action: "Action") -> None:
        """One AWS call; what it starts goes on after it returns."""
        # Imported here: the endpoint's cold start is shorter without what only a change needs.
        from tidegate.scaling.aws.apply import apply

        apply(action, self._clients, self._aws_kinds)
