"""The accounts in which schedules are played: what there is in each, and its pipeline file."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any

import yaml

from tests.simulator.graphs import function, graph, table
from tests.toy.kinds import FILE, IN_WORLD, TOY_KINDS
from tests.toy.world import QueueData
from tidegate.pipeline_file import parse
from tidegate.rules.graph import Kinds
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.registry import KINDS
from tidegate.simulator.kind import Kinds as WorldKinds
from tidegate.simulator.kinds.dynamodb_table.data import TableData
from tidegate.simulator.kinds.flink_application.data import ApplicationData
from tidegate.simulator.kinds.kinesis_stream.data import StreamData
from tidegate.simulator.kinds.registry import KINDS as WORLD_KINDS
from tidegate.simulator.scenario import Scenario
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.traffic import Points, Traffic
from tidegate.simulator.world import World

__all__ = ["RACE", "Graph", "graph_of"]

RACE = load_scenario("race-day")
RATES = (5.0, 50.0, 400.0, 900.0, 900.0)
LONG_RATE_MOST = 50.0
"""Records a second: of more, an hour's backlog drains no faster than the file's limits allow."""
SHORT_SECONDS, LONG_SECONDS = 300, 5400
"""How old a world is when its schedule begins; only a long one has rested enough to be scaled in."""
STEP_SECONDS = (100, 420)
MAPPINGS = {"parallelization_factor": {"max": 10, "owner": "tidegate"}}
OURS = {
    "shard_count": {"max": 16, "owner": "tidegate"},
    "write_capacity": {"min": 5, "max": 4000, "owner": "tidegate"},
}
FLINK = {
    "pipelines": [
        {
            "name": "clicks",
            "stream": "clicks",
            "applications": [{"application": "counter", "tables": ["counts"]}],
            "objective": {"iterator_age_max_seconds": 60, "catch_up_seconds": 600},
            "levers": {**OURS, "parallelism": {"max": 32, "owner": "tidegate"}},
        }
    ]
}
TWO = {
    "pipelines": [
        {
            "name": "orders",
            "stream": "orders",
            "consumers": [{"function": "writer", "tables": ["sales"]}],
            "levers": {**OURS, **MAPPINGS},
        },
        {
            "name": "returns",
            "stream": "returns",
            "consumers": [
                {
                    "function": "auditor",
                    # Of the first pipeline to set, and of nobody else.
                    "tables": ["audit", {"name": "sales", "levers": {"write_capacity": {"max": 4000}}}],
                }
            ],
            "levers": {**OURS, **MAPPINGS},
        },
    ]
}  # fmt: skip
THEIRS = ("write_capacity", "shard_count", "parallelization_factor", "parallelism")
"""What Application Auto Scaling owns in some schedules, one of them at a time."""


@dataclass(frozen=True)
class Graph:
    """``streams`` are what operators reshard. ``heals`` where the file's limits are enough for the
    load, so that nothing is out of the objective once faults have ended."""

    world: World
    specs: tuple[PipelineSpec, ...]
    streams: tuple[str, ...]
    kinds: Kinds
    heals: bool


@dataclass(frozen=True)
class Draft:
    """What a graph is made of."""

    scenario: Scenario
    file: Mapping[str, Any]
    streams: tuple[str, ...]
    world_kinds: WorldKinds = WORLD_KINDS
    kinds: Kinds = KINDS


def graph_of(seed: int, *, is_known_to_aws: bool) -> Graph:
    """The account of a seed; one that AWS would know has no toy in it."""
    random = Random(f"{seed}/world")
    is_long = seed % 5 == 0
    drafts: list[Callable[[Random, bool], Draft]] = [_race, _race, _race, _flink, _two]
    drafts += [] if is_known_to_aws else [_toy]
    draft = random.choice(drafts)(random, is_long)
    is_theirs = random.random() < 0.5
    file = _given_away(draft.file, random.choice(THEIRS)) if is_theirs else draft.file
    world = World(draft.scenario, seed, draft.world_kinds)
    world.advance(LONG_SECONDS if is_long else SHORT_SECONDS)
    text = yaml.safe_dump(dict(file), sort_keys=False)
    specs = _pipelines(text, draft.kinds)
    # Application Auto Scaling may ask for too little.
    return Graph(world, specs, draft.streams, draft.kinds, heals=file == draft.file)


@cache
def _pipelines(text: str, kinds: Kinds) -> tuple[PipelineSpec, ...]:
    return tuple(parse(text, "faults.yaml", kinds).pipelines)


def _given_away(file: Mapping[str, Any], word: str) -> Mapping[str, Any]:
    """The file with a kind of lever that Application Auto Scaling owns, where there is one."""
    given = deepcopy(dict(file))
    for pipeline in given["pipelines"]:
        if word in pipeline.get("levers", {}):
            pipeline["levers"][word]["owner"] = "application-autoscaling"
    return given


def _load(random: Random, is_long: bool) -> Points:
    """A load that changes shortly before the first move, and in the midst of them."""
    rates = [random.choice(RATES) for _ in range(1 + len(STEP_SECONDS))]
    if is_long:
        rates = [min(each, LONG_RATE_MOST) for each in rates]
    points = [(0.0, rates[0])]
    for second, (before, after) in zip(STEP_SECONDS, pairwise(rates), strict=True):
        points += [(second, before), (second + 1.0, after)]
    return tuple(points)


def _race(random: Random, is_long: bool) -> Draft:
    scenario = RACE.put(
        Traffic(points=_load(random, is_long)),
        replace(RACE.the(StreamData), shards=random.randint(1, 4)),
        replace(RACE.the(TableData), write_units=random.choice((20, 20, 400, 2000))),
    )
    return Draft(scenario, RACE.pipeline_file, ("racers",))


def _flink(random: Random, is_long: bool) -> Draft:
    application = ApplicationData(
        "counter", random.randint(1, 4), records_per_second_per_subtask=500, writes=("counts",),
        rollback_enabled=True,
    )  # fmt: skip
    scenario = graph(
        StreamData("clicks", random.randint(1, 4)),
        Traffic(points=_load(random, is_long), source="clicks"),
        application,
        TableData("counts", random.choice((400, 2000))),
    )
    return Draft(scenario, FLINK, ("clicks",))


def _two(random: Random, is_long: bool) -> Draft:
    """Two streams in one file, whose functions share a table."""
    scenario = graph(
        StreamData("orders", random.randint(1, 3)),
        Traffic(points=_load(random, is_long), source="orders"),
        StreamData("returns"),
        Traffic(points=_load(random, True), source="returns"),
        table("sales", random.choice((100, 2000))),
        table("audit", 200),
        *function("writer", "orders", writes=("sales",)),
        *function("auditor", "returns", writes=("audit", "sales")),
    )
    return Draft(scenario, TWO, ("orders", "returns"))


def _toy(random: Random, _: bool) -> Draft:
    """A kind that no package of the product knows."""
    rates = (random.choice((50, 180, 400)), random.choice((30, 260)))
    scenario = graph(QueueData("letters", rates, random.randint(1, 6)))
    file = yaml.safe_load(FILE.replace("OWNER", "tidegate"))
    return Draft(scenario, file, (), IN_WORLD, TOY_KINDS)
