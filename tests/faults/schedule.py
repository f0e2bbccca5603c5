"""A schedule of callers and faults from a seed, played in a simulated account."""

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.faults.callers import KINDS, Access, edges_of, is_theirs, run
from tests.faults.graphs import graph_of
from tests.faults.metrics import Lack
from tests.faults.ports import OnPorts
from tests.faults.promises import agrees, has_effect
from tests.faults.stage import Caller, Stage
from tidegate.rules.cause import Cause
from tidegate.scaling.autoscaling_api.contract import Asked, ScalableTargetDimension, ScalingStatus
from tidegate.scaling.autoscaling_api.dimensions import dimensions
from tidegate.scaling.autoscaling_api.endpoint import describe
from tidegate.scaling.autoscaling_api.next_step import next_step
from tidegate.scaling.execute.observe import observe_for
from tidegate.scaling.kinds.resource_state import is_changing
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.reason import ReasonKind
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.scaling.sweep import sweep

__all__ = ["MOVES", "Played", "in_order", "play", "shortest"]

MEMORY = Path("/dev/shm")
MOVES, QUIET_SWEEPS = 6, 15
OFF_SECONDS = (10.0, 10.0, 10.0, 240.0, 0.0)
"""How far a caller's clock may be off. One that is not off shares the clock tick of the other."""
ALIKE_SHARE = 0.4
TOLD_MINUTES = 4
"""What CloudWatch tells is no older."""
WELL = (Health.HEALTHY, Health.HEALING, Health.UNKNOWN)
"""Unknown is what a backlog in closed shards is that drains at its own pace: no layer is at its limit.
Past its deadline such a drain is sick, for a cause that nothing names."""


@dataclass(frozen=True)
class Played:
    """What became of a schedule: the moves that it had, and the promises that were broken; how many
    changes AWS accepted, which faults befell it, and whether it was played ``over_boto3``."""

    seed: int
    moves: tuple[int, ...]
    broken: tuple[str, ...] = ()
    calls: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    over_boto3: bool = False

    @property
    def command(self) -> str:
        """How to play it again."""
        moves = ",".join(map(str, self.moves))
        how = " --boto3" if self.over_boto3 else ""
        return f"python -m tests.faults{how} --seed {self.seed} --moves {moves}"


def play(seed: int, moves: Collection[int] = range(MOVES), *, over_boto3: bool = False) -> Played:
    """Play a seed, or only some of its moves: each has random numbers of its own."""
    # In memory where that can be had: a schedule commits a hundred times.
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        graph = graph_of(seed, is_known_to_aws=over_boto3)
        stage = Stage(graph, Path(folder) / "ledger.sqlite")
        try:
            with _account(stage, seed, over_boto3) as access:
                for move in sorted(moves):
                    stage.wait(Random(f"{seed}/{move}/wait").uniform(20, 70))
                    stage.broken += has_effect(stage)
                    _move(stage, access, Random(f"{seed}/{move}"))
                _quiet(stage, access)
                stage.broken += (*agrees(stage), *has_effect(stage))
        finally:
            stage.close()
    broken = tuple(dict.fromkeys(stage.broken))
    accepted = sum(each.times for each in stage.calls)
    return Played(seed, tuple(sorted(moves)), broken, accepted, stage.faults, over_boto3)


def shortest(played: Played) -> Played:
    """The same failure with as few moves as it takes."""
    for move in played.moves:
        left = [each for each in played.moves if each != move]
        fewer = play(played.seed, left, over_boto3=played.over_boto3)
        if fewer.broken:
            return shortest(fewer)
    return played


@contextmanager
def _ports() -> Iterator[Access]:
    yield OnPorts()


def _account(stage: Stage, seed: int, over_boto3: bool) -> AbstractContextManager[Access]:
    if not over_boto3:
        return _ports()
    # Imported here: most schedules don't need boto3 and moto.
    from tests.faults.over_boto3 import over_boto3 as account

    return account(stage, seed)


def _move(stage: Stage, access: Access, random: Random) -> None:
    off = random.choice(OFF_SECONDS)
    first_kind = random.choice(KINDS)
    # Who does the same comes in each other's way most.
    second_kind = first_kind if random.random() < ALIKE_SHARE else random.choice(KINDS)

    def second() -> None:
        caller = Caller(stage, second_kind, random, random.choice((0.0, 0.05)))
        if not off:
            caller.call_seconds = 0.0
        run(caller, access)

    first = Caller(stage, first_kind, random, random.choice((0.0, 0.03, 0.1)))
    first.skew = timedelta(seconds=random.uniform(-off, off))
    first.meanwhile = [second]
    if not off:
        first.pauses, first.call_seconds = (0.0,), 0.0
    run(first, access)


def _quiet(stage: Stage, access: Access) -> None:
    """No more faults: sweeps put everything in order."""
    healths: tuple[Health, ...] = ()
    for at in range(QUIET_SWEEPS):
        stage.wait(60)
        caller = _calm(stage, "sweep")
        with access.reached_by(caller) as reached:
            edges = edges_of(caller, reached)
            report = sweep(stage.graph.specs, edges, stage.now, holder=f"quiet-{at}")
        stage.broken += [f"not swept in the end: {each.reason}" for each in report.unreached]
        healths = tuple(map(_health, report.pipelines))
        is_done = set(healths) == {Health.HEALTHY} and not stage.look().open_change_records()
        if at >= 2 and is_done and not stage.look().all_desired():
            break
    stage.broken += (*in_order(stage, healths), *_answers(stage, access))


def _health(report: PipelineReport) -> Health:
    """As told; unknown where no cause is named, as while a reshard's parents are read for long."""
    causes = {each.cause for each in report.diagnoses}
    is_unnamed = causes == {Cause.UNKNOWN} or (causes == {Cause.HEALTHY} and bool(report.advice))
    return Health.UNKNOWN if is_unnamed else report.health


def in_order(stage: Stage, healths: tuple[Health, ...]) -> Iterator[str]:
    """What sweeps say in the end, and what the world knows."""
    ill = [each for each in healths if each not in WELL]
    if ill and stage.graph.heals and not stage.targets and not _is_over(stage):
        yield f"{ill} after {QUIET_SWEEPS} sweeps without faults"
    world = stage.graph.world
    youngest = min(each.iterator_age_seconds for each in world.series[-TOLD_MINUTES:])
    if set(healths) == {Health.HEALTHY} and youngest > world.scenario.iterator_age_max_seconds:
        yield f"called healthy while records are {youngest:,.0f} s old"


def _is_over(stage: Stage) -> bool:
    """Whether what waits gets less, or did as long ago as metrics tell: past its deadline it is
    called sick all the same."""
    series = stage.graph.world.series[-2 * TOLD_MINUTES :]
    return series[-1].iterator_age_seconds < series[0].iterator_age_seconds


def _calm(stage: Stage, kind: str) -> Caller:
    caller = Caller(stage, kind, Random(0), 0.0)
    caller.lack = Lack.NOTHING
    return caller


def _answers(stage: Stage, access: Access) -> Iterator[str]:
    """In the end nothing is under way, and what was reached is there. A wish whose restart costs
    more than it brings may wait for days."""
    for dimension in dimensions(stage.graph.specs):
        if dimension.lever not in stage.settings or not is_theirs(stage, dimension):
            continue
        caller = _calm(stage, "get")
        with access.reached_by(caller) as reached:
            edges = edges_of(caller, reached)
            asked = Asked(dimension, edges, stage.now, "get")
            told = describe(asked)
            if told.status is ScalingStatus.PENDING and _waits_for_a_restart(asked):
                continue
        is_there = told.desired_capacity == told.actual_capacity == stage.levers()[dimension.lever]
        # Of a resource that the last sweep has changed in another way, it is under way.
        is_under_way = told.status is not ScalingStatus.SUCCESSFUL and not _is_changing(stage, told)
        if told.failure_reason is None and (not is_there or is_under_way):
            yield f"neither reached nor failed in the end: {told.as_json()}"


def _waits_for_a_restart(asked: Asked) -> bool:
    lever = asked.dimension.lever
    seen = observe_for(lever, asked.dimension.spec, asked.edges, asked.now)
    kept = asked.edges.ledger.desired(lever)
    assert kept is not None, "what is Pending is kept"
    plan = next_step(asked, seen.pipeline, kept, seen.history)
    held_by = [reason.kind for decision in plan.decisions for reason in decision.held_by]
    return ReasonKind.RESTART_PRICE in held_by


def _is_changing(stage: Stage, told: ScalableTargetDimension) -> bool:
    dimension = told.dimension
    return is_changing(stage.cloud.describe(dimension.spec), dimension.lever)
