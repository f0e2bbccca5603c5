"""DynamoDB's auto scaling is asked for once a sweep, and only where it matters."""

from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import pytest

from tests.builders import NOON, SPEC, a_pipeline
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline, Question
from tidegate.rules.kinds.kinesis_stream.state import KeySample, SampleKeys
from tidegate.rules.scalable_targets import ScalableTarget, ScalableTargets
from tidegate.scaling.config.specification import ConsumerSpec, Levers, PipelineSpec, TableSpec
from tidegate.scaling.constraints.owners_asked import OwnersAsked
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateShardCount
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.errors import Unreachable
from tidegate.scaling.model.plan import Action

A = TypeVar("A")
TARGET = ScalableTarget("scores", LeverKind.WRITE_CAPACITY, 5, 500)
ADVISED = replace(SPEC, levers=Levers())


@dataclass
class OneAccount:
    """A cloud that keeps what it was asked for."""

    error: Exception | None = None
    asked: list[str | None] = field(default_factory=list)
    applied: list[Action] = field(default_factory=list)
    questions: list[Question[Any]] = field(default_factory=list)

    def describe(self, spec: PipelineSpec) -> Pipeline:
        return replace(a_pipeline(), name=spec.name)

    def describe_alone(self, spec: PipelineSpec, lever: Lever) -> Pipeline:
        return self.describe(spec)

    def scalable_targets(self, where: str | None = None) -> tuple[ScalableTarget, ...]:
        self.asked.append(where)
        if self.error is not None:
            raise self.error
        return (TARGET,)

    def ask(self, question: Question[A]) -> A:
        self.questions.append(question)
        return cast(A, KeySample(str(question), (("key", 1),)))

    def apply(self, action: Action) -> None:
        self.applied.append(action)


def test_one_answer_is_of_all_pipelines_whose_tables_are_tidegates() -> None:
    account = OneAccount()
    cloud = OwnersAsked(account)
    first, second = cloud.describe(SPEC), cloud.describe(replace(SPEC, name="other"))
    assert first.scalable_targets == second.scalable_targets == ScalableTargets((TARGET,))
    assert account.asked == [None]


def test_where_nothing_is_tidegates_to_move_nobody_is_asked() -> None:
    account = OneAccount()
    assert OwnersAsked(account).describe(ADVISED).scalable_targets == ScalableTargets()
    assert account.asked == []


def test_an_answer_that_fails_is_kept_as_why_and_stops_no_pipeline() -> None:
    account = OneAccount(error=ConnectionError("refused"))
    cloud = OwnersAsked(account)
    for _ in range(2):
        targets = cloud.describe(SPEC).scalable_targets
        assert targets.targets == ()
        assert "refused" in (targets.unread or "")
    assert account.asked == [None]


def test_everything_else_is_the_other_clouds() -> None:
    account = OneAccount()
    cloud, action = OwnersAsked(account), UpdateShardCount("racers", 1, 2)
    cloud.apply(action)
    assert account.applied == [action]
    assert cloud.scalable_targets("scores") == (TARGET,)
    assert account.asked == ["scores"]
    question = SampleKeys("racers", "shard-1", 60, NOON)
    assert cloud.ask(question) == KeySample(str(question), (("key", 1),))
    assert account.questions == [question]


@dataclass
class Silent(OneAccount):
    """One resource of it never answers."""

    operation: str = ""
    resource: str = ""
    described: list[str] = field(default_factory=list)

    def describe(self, spec: PipelineSpec) -> Pipeline:
        self.described.append(spec.name)
        if spec.name.startswith("ill"):
            raise Unreachable(self.operation, self.resource, "read timeout")
        return super().describe(spec)


def spec_of(name: str, stream: str, function: str, table: str) -> PipelineSpec:
    consumers = [ConsumerSpec(function, [TableSpec(table)])]
    return replace(ADVISED, name=name, stream=stream, consumers=consumers)


@pytest.mark.parametrize(
    ("ill", "other", "is_asked"),
    [
        (("a", "same", "c"), ("b", "same", "d"), False),
        (("a", "same", "c"), ("same", "b", "d"), True),
        (("a", "same", "c"), ("b", "d", "same"), True),
        (("a", "b", "same"), ("same", "d", "e"), True),
        (("same", "a", "same"), ("same", "b", "same"), False),
        (("same", "a", "same"), ("same", "b", "c"), True),
    ],
    ids=["same function", "stream", "table", "stream of a table's name", "both", "one of both"],
)
def test_what_did_not_answer_is_not_asked_again_and_nothing_else_is_left_out(
    ill: tuple[str, str, str], other: tuple[str, str, str], is_asked: bool
) -> None:
    account = Silent(operation="service:Describe", resource="same")
    cloud = OwnersAsked(account)
    with pytest.raises(Unreachable):
        cloud.describe(spec_of("ill", *ill))
    with nullcontext() if is_asked else pytest.raises(Unreachable):
        cloud.describe(spec_of("other", *other))
    assert account.described == ["ill", "other"][: 1 + is_asked]


def test_what_is_no_resource_of_the_file_is_asked_again_by_each() -> None:
    account = Silent(operation="lambda:GetAccountSettings", resource="the account")
    cloud = OwnersAsked(account)
    for name in ("ill", "ill too"):
        with pytest.raises(Unreachable):
            cloud.describe(spec_of(name, "a", "b", "c"))
    cloud.describe(spec_of("other", "a", "b", "c"))
    assert account.described == ["ill", "ill too", "other"]
