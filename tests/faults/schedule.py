"""A schedule of callers and faults from a seed, played in a simulated account."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.direct_streams import DirectStreams
from tests.faults.metrics import FaultyMetrics, Lack
from tests.faults.stage import (
    Caller,
    Died,
    FaultyCloud,
    FaultyLedger,
    Stage,
    agrees,
)
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load_value
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.dynamodb_table.state import tables_of
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.scaling.autoscaling_api.contract import Asked
from tidegate.scaling.autoscaling_api.dimensions import dimension_of
from tidegate.scaling.autoscaling_api.endpoint import scale
from tidegate.scaling.config.specification import LeverSpec
from tidegate.scaling.execute.kinds.kinesis_stream.reshard import ReshardExecutor
from tidegate.scaling.kinds.dynamodb_table.actions import CapacityTarget, UpdateTableThroughput
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateShardCount
from tidegate.scaling.kinds.kinesis_stream.reshard.planner import Even
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.errors import Fault, TidegateError
from tidegate.scaling.model.health import Health
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.sweep_report import SweepReport
from tidegate.scaling.sweep import sweep
from tidegate.simulator.kinds.dynamodb_table.data import TableData
from tidegate.simulator.kinds.kinesis_stream.data import StreamData
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.traffic import Traffic
from tidegate.simulator.world import World

RACE = load_scenario("race-day")
SPEC = load_value(RACE.pipeline_file, "race-day").pipelines[0]
WRITES = Lever.of(LeverKind.WRITE_CAPACITY, "leaderboard")
THEIRS = LeverSpec(min=5, max=4000, owner="application-autoscaling")
LONG_RATE_MOST = 50.0
"""Records a second: of more, an hour's backlog drains no faster than the file's limits allow."""
MEMORY = Path("/dev/shm")
MOVES, QUIET_SWEEPS = 6, 15
SHORT_SECONDS, LONG_SECONDS = 300, 5400
"""How old a world is when its schedule begins; only a long one has rested enough to be scaled in."""
KINDS = ("sweep", "sweep", "sweep", "reshard", "patch", "operator")
WELL = (Health.HEALTHY, Health.HEALING, Health.UNKNOWN)
"""Unknown is what a backlog in closed shards is that drains at its own pace: no layer is at its limit."""


@dataclass(frozen=True)
class Played:
    """What became of a schedule: the moves that it had, and the promises that were broken."""

    seed: int
    moves: tuple[int, ...]
    broken: tuple[str, ...]
    calls: int

    @property
    def command(self) -> str:
        """How to play it again."""
        moves = ",".join(map(str, self.moves))
        return f"python -m tests.faults --seed {self.seed} --moves {moves}"


@dataclass
class WorldClock:
    """The clock of a reshard, which waits in the world."""

    caller: Caller

    def now(self) -> datetime:
        return self.caller.clock()

    def sleep(self, seconds: float) -> None:
        self.caller.stage.wait(seconds)


def play(seed: int, moves: Collection[int] = range(MOVES)) -> Played:
    """Play a seed, or only some of its moves: each has random numbers of its own."""
    # In memory where that can be had: a schedule commits a hundred times.
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        stage = _stage(seed, Path(folder) / "ledger.sqlite")
        try:
            for move in sorted(moves):
                stage.wait(Random(f"{seed}/{move}/wait").uniform(20, 70))
                _move(stage, Random(f"{seed}/{move}"))
            _quiet(stage)
            agrees(stage)
        finally:
            stage.close()
    return Played(seed, tuple(sorted(moves)), tuple(stage.broken), len(stage.calls))


def shortest(played: Played) -> Played:
    """The same failure with as few moves as it takes."""
    for move in played.moves:
        fewer = play(played.seed, [each for each in played.moves if each != move])
        if fewer.broken:
            return shortest(fewer)
    return played


def _stage(seed: int, path: Path) -> Stage:
    random = Random(f"{seed}/world")
    rates = [random.choice((5.0, 50.0, 400.0, 900.0)) for _ in range(2)]
    is_long = seed % 5 == 0
    if is_long:
        rates = [min(each, LONG_RATE_MOST) for each in rates]
    scenario = RACE.put(
        replace(RACE.the(StreamData), shards=random.randint(1, 4)),
        replace(RACE.the(TableData), write_units=random.choice((20, 400, 2000))),
        Traffic(points=((0, rates[0]), (250, rates[0]), (251, rates[1]))),
    )
    world = World(scenario, seed)
    world.advance(LONG_SECONDS if is_long else SHORT_SECONDS)
    spec = SPEC
    if seed % 3 == 0:
        spec = replace(spec, levers=replace(spec.levers, write_capacity=THEIRS))
    return Stage(world, spec, path)


def _move(stage: Stage, random: Random) -> None:
    first = _run(stage, random, random.choice(KINDS))
    second = _run(stage, random, random.choice(KINDS))
    caller = Caller(
        stage, random, random.choice((0.0, 0.03, 0.1)), [lambda: second(_calm(stage, random))]
    )
    caller.skew = timedelta(seconds=random.uniform(-10, 10))
    first(caller)


def _calm(stage: Stage, random: Random) -> Caller:
    """One in whose middle no other run comes."""
    return Caller(stage, random, random.choice((0.0, 0.05)))


def _run(stage: Stage, random: Random, kind: str) -> Callable[[Caller], None]:
    """One run of a caller. It may end as if it was killed: then its ledger is closed, as the kernel
    would, and nothing else is put in order."""
    holder = f"{kind}-{random.random()}"

    def run(caller: Caller) -> None:
        if kind == "operator":
            stage.operator(_by_hand(stage, random))
            return
        ledger = FaultyLedger(str(stage.path))
        ledger.caller = caller
        cloud = FaultyCloud(caller, DirectStreams(stage.world))
        # Of its own, so that the rest of a schedule doesn't depend on it.
        garbling = Random(f"{holder}/metrics")
        lack = garbling.choice((Lack.NOTHING, Lack.NOTHING, *Lack))
        metrics = FaultyMetrics(caller, DirectMetrics(stage.world), lack, garbling)
        edges = Edges(cloud, metrics, ledger, clock=caller.clock)
        try:
            match kind:
                case "sweep":
                    report = sweep([stage.spec], edges, caller.clock(), holder=holder)
                    stage.broken += _faults(report)
                case "reshard":
                    goal, clock = Even(random.randint(1, 8), 0.1), WorldClock(caller)
                    ReshardExecutor("racers", goal, cloud, ledger, clock, holder, 300).run(
                        wait=False
                    )
                case _:
                    dimension = dimension_of([stage.spec], WRITES)
                    asked = Asked(dimension, edges, caller.clock(), holder)
                    scale(asked, random.randint(5, 4000))
        except Fault as fault:
            stage.broken.append(f"a fault of its own: {fault}")
        except (TidegateError, Died):
            pass
        finally:
            ledger.close()

    return run


def _faults(report: SweepReport) -> list[str]:
    errors = [each.error for each in report.unreached]
    changes = [each for one in (*report.pipelines, *report.unreached) for each in one.changes]
    errors += [each.error for each in changes if each.error is not None]
    return [f"a fault of its own: {each}" for each in errors if isinstance(each, Fault)]


def _by_hand(stage: Stage, random: Random) -> UpdateShardCount | UpdateTableThroughput:
    pipeline = DirectCloud(stage.world).describe(stage.spec)
    if random.random() < 0.5:
        shards = stream_of(pipeline).shard_count
        return UpdateShardCount("racers", shards, random.randint(-(-shards // 2), shards * 2))
    (table,) = tables_of(pipeline)
    own, wanted = table.capacities[0], random.randint(5, 3000)
    target = CapacityTarget(None, own.write_units, own.read_units, wanted, own.read_units)
    return UpdateTableThroughput("leaderboard", (target,))


def _quiet(stage: Stage) -> None:
    """No more faults: sweeps put everything in order."""
    health: Health | None = None
    for at in range(QUIET_SWEEPS):
        stage.wait(60)
        ledger = stage.look()
        edges = Edges(
            DirectCloud(stage.world), DirectMetrics(stage.world), ledger, clock=lambda: stage.now
        )
        report = sweep([stage.spec], edges, stage.now, holder=f"quiet-{at}")
        stage.broken += [f"not swept in the end: {each.reason}" for each in report.unreached]
        health = report.pipelines[0].health if report.pipelines else None
        if at >= 2 and health is Health.HEALTHY and not ledger.open_change_records():
            break
    if stage.spec is SPEC and health not in WELL:
        stage.broken.append(f"{health} after {QUIET_SWEEPS} sweeps without faults")
