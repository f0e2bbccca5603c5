"""DynamoDB's auto scaling is asked for once a sweep, and only where it matters."""

from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

from tests.builders import NOON, SPEC, a_pipeline
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline, Question
from tidegate.rules.kinds.kinesis_stream.state import KeySample, SampleKeys
from tidegate.rules.scalable_targets import ScalableTarget, ScalableTargets
from tidegate.scaling.config.specification import Levers, PipelineSpec
from tidegate.scaling.constraints.owners_asked import OwnersAsked
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateShardCount
from tidegate.scaling.model.change_record import Lever
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
