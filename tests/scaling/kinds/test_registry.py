"""Each lever belongs to one kind of resource, and a kind is passed in without an edit elsewhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import pytest

from tests.builders import a_pipeline
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.scaling.config.levers import current_capacities, other_settings
from tidegate.scaling.kinds.registry import TYPES, type_of
from tidegate.scaling.model.actions import UpdateShardCount
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.plan import Action, Constraint
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.model.resource_type import Changes, ResourceType, Setting, Situation
from tidegate.scaling.plan.actions import actions

QUEUE = Lever.of(LeverKind.SHARD_COUNT, "queue")


@dataclass(frozen=True)
class Queue:
    """A queue with one lever of its own, which no stream of the pipeline has."""

    width: int = 3
    levers: tuple[LeverKind, ...] = (LeverKind.SHARD_COUNT,)
    word: str = "queue"

    def capacities(self, pipeline: Pipeline) -> Iterator[Setting]:
        yield QUEUE, self.width

    def other_settings(self, pipeline: Pipeline) -> Iterator[Setting]:
        return iter(())

    def statuses(self, pipeline: Pipeline, lever: Lever) -> Sequence[tuple[str, str]]:
        return [("queue", "ACTIVE")]

    def is_changing(self, pipeline: Pipeline, lever: Lever) -> bool:
        return False

    def identity(self, pipeline: Pipeline, lever: Lever) -> str:
        return "queue"

    def marks(self, pipeline: Pipeline, lever: Lever) -> tuple[str, ...]:
        return ()

    def why_useless(self, pipeline: Pipeline, lever: Lever) -> str | None:
        return None

    def why_undone(self, pipeline: Pipeline, lever: Lever, begun_at: datetime) -> str | None:
        return None

    def limits(self, situation: Situation, recommendation: Recommendation) -> Iterator[Constraint]:
        return iter(())

    def actions(self, pipeline: Pipeline, changes: Changes) -> Iterator[Action]:
        for lever, setting in changes.settings.items():
            if lever == QUEUE:
                yield UpdateShardCount("queue", self.width, setting)


TOY: ResourceType = Queue()


@pytest.mark.parametrize("kind", LeverKind)
def test_every_lever_belongs_to_one_kind_of_resource(kind: LeverKind) -> None:
    assert sum(kind in each.levers for each in TYPES) == 1
    assert kind in type_of(Lever.of(kind, "somewhere")).levers


def test_a_lever_of_no_kind_is_named() -> None:
    with pytest.raises(KeyError, match="write_capacity of orders"):
        type_of(Lever.of(LeverKind.WRITE_CAPACITY, "orders"), [TOY])


def test_levers_are_told_downstream_first_and_each_once() -> None:
    pipeline = a_pipeline()
    kinds = [lever.kind for lever in current_capacities(pipeline)]
    assert kinds == [
        LeverKind.WRITE_CAPACITY,
        LeverKind.READ_CAPACITY,
        LeverKind.PARALLELIZATION_FACTOR,
        LeverKind.SHARD_COUNT,
    ]
    others = {lever.kind for lever in other_settings(pipeline)}
    assert others == {LeverKind.BATCHING_WINDOW, LeverKind.RETENTION_HOURS}
    assert not others & set(kinds)


def test_a_kind_that_is_passed_in_is_planned_like_the_others() -> None:
    pipeline = a_pipeline()
    assert current_capacities(pipeline, [TOY]) == {QUEUE: 3}
    found = list(actions(pipeline, Changes({QUEUE: 5}), [*TYPES, TOY]))
    assert found == [UpdateShardCount("queue", 3, 5)]


def test_nothing_is_asked_for_where_nothing_changes() -> None:
    assert list(actions(a_pipeline(), Changes({}))) == []
