"""A pipeline of one function in the embedded world, swept each minute."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load_value
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import ChangeRecord
from tidegate.scaling.model.plan import Action
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.scaling.sweep import sweep
from tidegate.simulator.figures import Figures
from tidegate.simulator.kinds.dynamodb_table.data import TableData
from tidegate.simulator.kinds.kinesis_stream.data import StreamData
from tidegate.simulator.kinds.lambda_mapping.data import FunctionData, MappingData
from tidegate.simulator.scenario import Scenario
from tidegate.simulator.traffic import Traffic
from tidegate.simulator.world import World

OURS = {
    "shard_count": {"max": 100, "owner": "tidegate"},
    "parallelization_factor": {"max": 10, "owner": "tidegate"},
    "write_capacity": {"max": 40_000, "owner": "tidegate"},
}


@dataclass
class Played:
    """What a run came to: the changes that sweeps made, by second, and the last reports."""

    figures: Figures
    shards: int
    changes: list[tuple[float, Action]] = field(default_factory=list)
    reports: list[PipelineReport] = field(default_factory=list)


def a_world(
    traffic: Traffic,
    function: FunctionData,
    *,
    shards: int = 4,
    factor: int = 1,
    units: int = 4000,
    hours: float = 2,
) -> Scenario:
    return Scenario(
        name="a-world", summary="", planted_cause="healthy", duration_seconds=int(hours * 3600),
        iterator_age_max_seconds=60, faults=(), pipeline_file={},
        resources=(
            StreamData("orders", shards), traffic, function, MappingData(factor, 100),
            TableData("orders", units),
        ),
    )  # fmt: skip


def play(
    scenario: Scenario,
    levers: dict[str, Any],
    seed: int,
    known: Iterable[ChangeRecord] = (),
) -> Played:
    """The scenario with a sweep each minute; the ledger knows of some changes before it."""
    said = {
        "name": "orders",
        "stream": "orders",
        "consumers": [{"function": scenario.the(FunctionData).name, "tables": ["orders"]}],
        "levers": levers,
    }
    specs = load_value({"pipelines": [said]}, "pipelines.yaml").pipelines
    world = World(scenario, seed)
    ledger = SqliteLedger(":memory:")
    for each in known:
        ledger.begin(each)
    edges = Edges(DirectCloud(world), DirectMetrics(world), ledger)
    world.advance(180)
    changes: list[tuple[float, Action]] = []
    reports: list[PipelineReport] = []
    while world.second < scenario.duration_seconds:
        report = sweep(specs, edges, world.now, holder=f"sweep-{world.second}")
        reports += report.pipelines
        changes += [
            (world.second, change.action) for each in report.pipelines for change in each.changes
        ]
        world.advance(60)
    shards = stream_of(reports[-1].pipeline).shard_count
    return Played(world.figures(), shards, changes, reports)
