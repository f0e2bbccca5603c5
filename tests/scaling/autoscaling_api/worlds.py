"""A simulated account with its ledger, as PATCH, GET and a sweep's part in them meet it."""

from dataclasses import dataclass, field, replace

from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load_value
from tidegate.rules.cause import LeverKind
from tidegate.scaling.autoscaling_api.contract import Asked
from tidegate.scaling.autoscaling_api.dimensions import dimension_of
from tidegate.scaling.config.specification import Levers, LeverSpec, PipelineSpec
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.ports import Edges
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World

RACE = load_scenario("race-day")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
UNITS = Lever.of(LeverKind.WRITE_CAPACITY, "leaderboard")
THEIRS = LeverSpec(max=4000, owner="application-autoscaling")
SPEC = replace(
    load_value(RACE.pipeline_file, "race-day").pipelines[0],
    levers=Levers(shard_count=replace(THEIRS, max=16), write_capacity=THEIRS),
)


@dataclass
class Place:
    """A stream of one shard in a world, five minutes old."""

    world: World = field(default_factory=lambda: World(RACE, 1))
    ledger: SqliteLedger = field(default_factory=lambda: SqliteLedger(":memory:"))

    def __post_init__(self) -> None:
        self.world.advance(300)
        self.edges = Edges(DirectCloud(self.world), DirectMetrics(self.world), self.ledger)

    def asked(self, lever: Lever = SHARDS, spec: PipelineSpec = SPEC) -> Asked:
        """A request about a lever, now."""
        return Asked(dimension_of([spec], lever), self.edges, self.world.now, "me")
