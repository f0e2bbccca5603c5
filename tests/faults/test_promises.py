"""Each promise is found broken where it is: what looks on can fail."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from tests.faults.graphs import RACE, Graph, graph_of
from tests.faults.metrics import Lack
from tests.faults.ports import OnPorts
from tests.faults.promises import Witness, agrees, has_effect, says_how_it_ended
from tests.faults.schedule import in_order
from tests.faults.stage import Caller, Stage
from tidegate.rules.cause import LeverKind
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.kinds.dynamodb_table.actions import CapacityTarget, UpdateTableThroughput
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateShardCount
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.errors import CloudError
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.plan import Action
from tidegate.simulator.world import World

RACE_SEED = 3
TABLE = "leaderboard"
WRITES = Lever.of(LeverKind.WRITE_CAPACITY, TABLE)
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")


def without_owner(graph: Graph) -> Graph:
    (spec,) = graph.specs
    said = spec.levers.write_capacity
    assert said is not None
    levers = replace(spec.levers, write_capacity=replace(said, owner=None))
    return replace(graph, specs=(replace(spec, levers=levers),))


def theirs(graph: Graph) -> Graph:
    (spec,) = graph.specs
    said = spec.levers.write_capacity
    assert said is not None
    given = replace(said, owner="application-autoscaling")
    levers = replace(spec.levers, write_capacity=given)
    return replace(graph, specs=(replace(spec, levers=levers),))


@dataclass
class Scene:
    """A caller without faults in an account."""

    stage: Stage
    kind: str = "sweep"
    number: int = 0
    caller: Caller = field(init=False)

    def __post_init__(self) -> None:
        self.caller = Caller(self.stage, self.kind, Random(0), 0.0)
        self.caller.lack = Lack.NOTHING

    @property
    def units(self) -> int:
        return self.stage.levers()[WRITES]

    def intend(self, lever: Lever, before: int, after: int) -> str:
        self.number += 1
        record = ChangeRecord(
            f"race-day/{self.number}", "race-day", lever, "test", before, after, "test",
            self.stage.now,
        )  # fmt: skip
        assert self.stage.look().begin(record)
        return record.entry_id

    def end(self, entry: str, outcome: Outcome) -> None:
        self.stage.look().complete(entry, outcome, self.stage.now, None)

    def ask(self, action: Action) -> None:
        with OnPorts().reached_by(self.caller) as reached, suppress(CloudError):
            Witness(self.caller, reached.account).apply(action)

    def set_units(self, to: int, before: int | None = None) -> str:
        now = self.units if before is None else before
        entry = self.intend(WRITES, now, to)
        self.ask(units(now, to))
        return entry

    def set_shards(self, to: int) -> str:
        now = self.stage.levers()[SHARDS]
        entry = self.intend(SHARDS, now, to)
        self.ask(UpdateShardCount("racers", now, to))
        return entry


def units(before: int, after: int) -> UpdateTableThroughput:
    return UpdateTableThroughput(TABLE, (CapacityTarget(None, before, 10, after, 10),))


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., Scene]]:
    stages: list[Stage] = []

    def scene(graph: Graph | None = None, kind: str = "sweep") -> Scene:
        found = graph or graph_of(RACE_SEED, is_known_to_aws=False)
        stages.append(Stage(found, tmp_path / f"{len(stages)}.sqlite"))
        return Scene(stages[-1], kind)

    yield scene
    for each in stages:
        each.close()


def broken(scene: Scene) -> list[str]:
    """The promises that were broken, by their first words."""
    return [each.partition(":")[0] for each in scene.stage.broken]


def test_a_change_by_the_book_breaks_nothing(made: Callable[..., Scene]) -> None:
    scene = made()
    scene.end(scene.set_units(900), Outcome.DONE)
    scene.stage.wait(120)
    assert scene.units == 900
    assert [*says_how_it_ended(scene.caller), *agrees(scene.stage)] == []
    assert list(has_effect(scene.stage)) == []
    assert broken(scene) == []


def test_a_call_without_an_intention_is_found(made: Callable[..., Scene]) -> None:
    scene = made()
    scene.ask(units(scene.units, 900))
    assert broken(scene) == ["called without an intention"]


def test_a_lever_that_nobody_owns_is_found(made: Callable[..., Scene]) -> None:
    scene = made(without_owner(graph_of(RACE_SEED, is_known_to_aws=False)))
    scene.set_units(900)
    assert broken(scene) == ["changed a lever without an owner"]


@pytest.mark.parametrize("to", [4, 4001])
def test_a_capacity_beyond_the_files_range_is_found(made: Callable[..., Scene], to: int) -> None:
    scene = made()
    scene.set_units(to)
    assert broken(scene) == ["outside of the file's range"]


def test_a_change_from_what_was_not_seen_is_found(made: Callable[..., Scene]) -> None:
    scene = made()
    scene.set_units(900, before=scene.units + 1)
    assert broken(scene) == [f"changed from {scene.units}, which nobody saw"]
    late = made()
    late.caller.is_late = True
    late.set_units(900, before=late.units + 1)
    assert broken(late) == []


def test_a_second_call_for_one_change_is_found(made: Callable[..., Scene]) -> None:
    scene = made()
    first = scene.units
    scene.end(scene.set_units(900), Outcome.DONE)
    scene.ask(units(first, 900))
    assert broken(scene)[-1] == "asked while its own change is under way"
    scene.stage.wait(120)
    scene.stage.changed_by_others(units(900, first), {})
    scene.stage.wait(120)
    scene.stage.last[f"table/{TABLE}"] = units(first, 900)
    scene.set_units(900)
    assert broken(scene)[-1] == "asked twice"


def test_a_call_that_aws_refuses_for_good_is_found(made: Callable[..., Scene]) -> None:
    scene = made()
    scene.set_units(scene.units)
    assert broken(scene) == ["refused for good"]


def test_more_calls_than_a_day_allows_are_found(made: Callable[..., Scene]) -> None:
    scene = made()
    for number in range(11):
        scene.end(scene.set_shards(4 if number % 2 else 8), Outcome.DONE)
        scene.stage.wait(200)
    assert broken(scene)[-1] == "beyond AWS's limits"


def test_a_change_of_what_dynamodb_sets_is_found(made: Callable[..., Scene]) -> None:
    scene = made()
    target = ScalableTarget(TABLE, LeverKind.WRITE_CAPACITY, 5, 4000)
    scene.stage.targets[target] = scene.stage.now - timedelta(seconds=1)
    scene.set_units(900)
    assert broken(scene) == ["changed what DynamoDB's own scaling sets"]


def test_a_change_that_application_auto_scaling_did_not_ask_for_is_found(
    made: Callable[..., Scene],
) -> None:
    scene = made(theirs(graph_of(RACE_SEED, is_known_to_aws=False)))
    scene.set_units(900)
    assert broken(scene) == ["nobody asked for it"]
    asked = made(theirs(graph_of(RACE_SEED, is_known_to_aws=False)))
    asked.stage.asked[WRITES] = [900]
    asked.set_units(900)
    assert broken(asked) == []


@pytest.mark.parametrize(
    ("kind", "words"), [("get", "a GET changed something"), ("patch", "a PATCH changed what is Tidegate's")]
)  # fmt: skip
def test_a_change_by_who_may_not_is_found(
    made: Callable[..., Scene], kind: str, words: str
) -> None:
    scene = made(kind=kind)
    scene.set_units(900)
    assert broken(scene) == [words]


def test_a_scale_in_without_metrics_is_found(made: Callable[..., Scene]) -> None:
    scene = made()
    scene.caller.lack = Lack.EMPTY
    scene.set_units(10)
    assert broken(scene) == ["scaled in on missing data"]


def test_an_answer_without_an_outcome_is_found(made: Callable[..., Scene]) -> None:
    scene = made()
    entry = scene.set_units(900)
    (found,) = says_how_it_ended(scene.caller)
    assert found.startswith("answered, and without an outcome")
    scene.caller.unwritten.add(entry)
    assert list(says_how_it_ended(scene.caller)) == []


def test_a_setting_that_nobody_asked_for_is_found(made: Callable[..., Scene]) -> None:
    scene = made()
    scene.stage.cloud.apply(units(scene.units, 900))
    scene.stage.wait(120)
    (found,) = has_effect(scene.stage)
    assert found.startswith("the write_capacity of leaderboard is 900, last set to ")


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.SUPERSEDED, "the ledger denies a change"),
        (Outcome.FAILED, "the ledger denies a change"),
        (None, "still open"),
    ],
)
def test_a_ledger_that_does_not_know_of_a_change_is_found(
    made: Callable[..., Scene], outcome: Outcome | None, words: str
) -> None:
    scene = made()
    entry = scene.set_units(900)
    if outcome is not None:
        scene.end(entry, outcome)
    (found,) = agrees(scene.stage)
    assert found.startswith(words)


def test_a_ledger_that_claims_a_change_is_found(made: Callable[..., Scene]) -> None:
    scene = made()
    scene.end(scene.set_units(0), Outcome.DONE)
    (found,) = agrees(scene.stage)
    assert found.startswith("the ledger claims a change")


def test_a_lock_that_is_left_is_found(made: Callable[..., Scene]) -> None:
    scene = made()
    assert scene.stage.look().acquire("stream/racers", "somebody", scene.stage.now, 60)
    (found,) = agrees(scene.stage)
    assert found.startswith("still locked")


def test_a_pipeline_that_stays_sick_is_found(made: Callable[..., Scene]) -> None:
    scene = made()
    assert list(in_order(scene.stage, (Health.HEALING,))) == []
    (found,) = in_order(scene.stage, (Health.HEALTHY, Health.SICK))
    assert found.endswith("after 15 sweeps without faults")
    theirs_too = made(replace(scene.stage.graph, heals=False))
    assert list(in_order(theirs_too.stage, (Health.SICK,))) == []


@pytest.mark.parametrize(("minutes_ago", "is_found"), [(1, False), (7, False), (8, True)])
def test_what_drains_may_be_sick_for_as_long_as_metrics_are_late(
    made: Callable[..., Scene], minutes_ago: int, is_found: bool
) -> None:
    """A race on a table of 20 units: the age grows, and then is 0 since so many minutes."""
    world = World(RACE, 1)
    world.advance(900)
    scene = made(replace(graph_of(RACE_SEED, is_known_to_aws=False), world=world))
    assert list(in_order(scene.stage, (Health.SICK,))) != []
    for at in range(minutes_ago):
        world.series[-1 - at] = replace(world.series[-1 - at], iterator_age_seconds=0.0)
    assert (list(in_order(scene.stage, (Health.SICK,))) != []) is is_found


def test_a_pipeline_that_is_called_healthy_and_is_not_is_found(made: Callable[..., Scene]) -> None:
    """A race on a table of 20 units, which nobody raises."""
    world = World(RACE, 1)
    world.advance(900)
    scene = made(replace(graph_of(RACE_SEED, is_known_to_aws=False), world=world))
    (found,) = in_order(scene.stage, (Health.HEALTHY,))
    assert found.startswith("called healthy while records are ")
    assert list(in_order(scene.stage, (Health.HEALING,))) == []
