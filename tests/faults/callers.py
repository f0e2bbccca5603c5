"""Everyone who looks at or changes a pipeline: Tidegate's own ways in, people, and AWS itself."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Protocol

from tests.faults.promises import Reached, Witness, says_how_it_ended
from tests.faults.stage import Caller, Died, Stage
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.state import Capacity, tables_of
from tidegate.rules.kinds.flink_application.state import applications_of
from tidegate.rules.kinds.kinesis_stream.state import has_stream, stream_of
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.autoscaling_api.contract import (
    Asked,
    ScalableTargetDimension,
    ScalingStatus,
)
from tidegate.scaling.autoscaling_api.dimensions import Dimension, dimensions
from tidegate.scaling.autoscaling_api.endpoint import describe, scale
from tidegate.scaling.config.levers import current_capacities
from tidegate.scaling.execute.kinds.kinesis_stream.reshard import ReshardExecutor
from tidegate.scaling.kinds.dynamodb_table.actions import CapacityTarget, UpdateTableThroughput
from tidegate.scaling.kinds.flink_application.actions import UpdateApplication
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateShardCount
from tidegate.scaling.kinds.kinesis_stream.reshard.planner import Even
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.errors import Fault, TidegateError
from tidegate.scaling.model.plan import Action
from tidegate.scaling.ports import Edges
from tidegate.scaling.report.sweep_report import SweepReport
from tidegate.scaling.sweep import sweep

__all__ = ["KINDS", "Access", "edges_of", "is_theirs", "run"]

OTHER_KINDS = ("reshard", "patch", "cycle", "get", "operator", "dynamodb")
KINDS = ("sweep",) * 5 + OTHER_KINDS
UNITS = (5, 4000)
ROUNDS = 3
"""Requests of one cycle of Application Auto Scaling."""


class Access(Protocol):
    """How callers reach the account."""

    def reached_by(self, caller: Caller) -> AbstractContextManager[Reached]:
        """The account, its metrics and the ledger as one caller has them."""
        ...

    def register(self, target: ScalableTarget) -> None:
        """Have DynamoDB's own auto scaling set a capacity."""
        ...


@dataclass
class WorldClock:
    """The clock of a reshard, which waits in the world."""

    caller: Caller

    def now(self) -> datetime:
        return self.caller.clock()

    def sleep(self, seconds: float) -> None:
        self.caller.stage.wait(seconds)


def run(caller: Caller, access: Access) -> None:
    """One run of a caller. It may end as if it was killed: then its ledger is closed, as the kernel
    would, and nothing else is put in order."""
    stage = caller.stage
    if caller.kind in OTHERS:
        OTHERS[caller.kind](caller, access)
        return
    try:
        with access.reached_by(caller) as reached:
            before = reached.ledger.written
            RUNS[caller.kind](caller, edges_of(caller, reached))
            if caller.kind == "get" and reached.ledger.written != before:
                stage.broken.append("a GET wrote to the ledger")
    except Fault as fault:
        stage.broken.append(f"a fault of its own: {fault}")
    except TidegateError:
        stage.broken += says_how_it_ended(caller)
    except Died:
        pass
    else:
        stage.broken += says_how_it_ended(caller)


def edges_of(caller: Caller, reached: Reached) -> Edges:
    """With somebody who looks on."""
    cloud = Witness(caller, reached.account)
    return Edges(cloud, reached.metrics, reached.ledger, clock=caller.clock)


def _sweep(caller: Caller, edges: Edges) -> None:
    specs = caller.stage.graph.specs
    report = sweep(specs, edges, caller.clock(), holder=_holder(caller))
    caller.stage.broken += _faults(report)


def _holder(caller: Caller) -> str:
    return f"{caller.kind}-{caller.random.random()}"


def _faults(report: SweepReport) -> Iterator[str]:
    errors = [each.error for each in report.unreached]
    changes = [change for each in report.pipelines for change in each.changes]
    changes += [change for each in report.unreached for change in each.changes]
    errors += [each.error for each in changes if each.error is not None]
    return (f"a fault of its own: {each}" for each in errors if isinstance(each, Fault))


def _reshard(caller: Caller, edges: Edges) -> None:
    streams = caller.stage.graph.streams
    if not streams:
        return
    name, goal = caller.random.choice(streams), Even(caller.random.randint(1, 8), 0.1)
    cloud, clock = edges.cloud, WorldClock(caller)
    assert isinstance(cloud, Witness)
    ReshardExecutor(name, goal, cloud, edges.ledger, clock, _holder(caller), 300).run(wait=False)


def _request(caller: Caller, edges: Edges) -> tuple[Asked, int]:
    """Mostly for a lever that is Application Auto Scaling's, where it has one."""
    stage, random = caller.stage, caller.random
    known = [each for each in dimensions(stage.graph.specs) if each.lever in stage.settings]
    theirs = [each for each in known if is_theirs(stage, each)]
    dimension = random.choice(theirs if theirs and random.random() < 0.8 else known)
    said = stage.said(dimension.lever)
    wanted = random.randint(said.min, said.max) if said else random.randint(1, 10)
    return Asked(dimension, edges, caller.clock(), _holder(caller)), wanted


def is_theirs(stage: Stage, dimension: Dimension) -> bool:
    said = stage.said(dimension.lever)
    return said is not None and said.owner == "application-autoscaling"


def _patch(caller: Caller, edges: Edges) -> None:
    asked, wanted = _request(caller, edges)
    _ask(caller, asked, wanted)


def _ask(caller: Caller, asked: Asked, wanted: int) -> None:
    caller.stage.asked.setdefault(asked.dimension.lever, []).append(wanted)
    scale(asked, wanted)


def _cycle(caller: Caller, edges: Edges) -> None:
    """Application Auto Scaling asks again and again, and looks in between."""
    asked, wanted = _request(caller, edges)
    for number in range(ROUNDS):
        now = Asked(asked.dimension, edges, caller.clock(), f"{asked.holder}/{number}")
        try:
            _ask(caller, now, wanted)
            caller.stage.wait(caller.random.choice((1, 15, 60)))
            told = describe(Asked(now.dimension, edges, caller.clock(), now.holder))
            caller.stage.broken += _answer(caller, told)
        except TidegateError:
            # It tries again, with another capacity now and then.
            wanted = _request(caller, edges)[1] if caller.random.random() < 0.3 else wanted


def _get(caller: Caller, edges: Edges) -> None:
    asked, _ = _request(caller, edges)
    caller.stage.broken += _answer(caller, describe(asked))


def _answer(caller: Caller, told: ScalableTargetDimension) -> Iterator[str]:
    """What is reached is there."""
    lever, stage = told.dimension.lever, caller.stage
    if told.status is ScalingStatus.SUCCESSFUL and told.desired_capacity != told.actual_capacity:
        yield f"a GET calls reached what is not there: {told.as_json()}"
    now = current_capacities(stage.cloud.describe(told.dimension.spec)).get(lever)
    if now != told.actual_capacity and not caller.is_late and not caller.is_interrupted:
        yield f"a GET answers {told.actual_capacity} where the {lever} is {now}"


def _operator(caller: Caller, _: Access) -> None:
    stage, random = caller.stage, caller.random
    spec = random.choice(stage.graph.specs)
    found = list(_by_hand(stage.cloud.describe(spec), random))
    if found:
        stage.changed_by_others(*random.choice(found))


def _by_hand(pipeline: Pipeline, random: Random) -> Iterator[tuple[Action, dict[Lever, int]]]:
    """What a person may set, each with what the lever then is."""
    if has_stream(pipeline):
        stream = stream_of(pipeline)
        now = stream.shard_count
        to = random.randint(-(-now // 2), now * 2)
        lever = Lever.of(LeverKind.SHARD_COUNT, stream.name)
        yield UpdateShardCount(stream.name, now, to), {lever: to}
    for table in tables_of(pipeline):
        yield _units(table.capacity, random.randint(5, 3000))
    for each in applications_of(pipeline):
        per_kpu, to = each.parallelism_per_kpu, random.randint(1, 8)
        lever = Lever.of(LeverKind.PARALLELISM, each.name)
        token = each.conditional_token
        action = UpdateApplication(each.name, token, each.parallelism, per_kpu, to, per_kpu)
        yield action, {lever: to}


def _units(own: Capacity, wanted: int) -> tuple[Action, dict[Lever, int]]:
    target = CapacityTarget(None, own.write_units, own.read_units, wanted, own.read_units)
    lever = Lever.of(LeverKind.WRITE_CAPACITY, own.table)
    return UpdateTableThroughput(own.table, (target,)), {lever: wanted}


def _dynamodb(caller: Caller, access: Access) -> None:
    """DynamoDB's own auto scaling: a table is registered with it, which it then sets."""
    stage, random = caller.stage, caller.random
    pipeline = stage.cloud.describe(random.choice(stage.graph.specs))
    for table in tables_of(pipeline)[:1]:
        target = ScalableTarget(table.name, LeverKind.WRITE_CAPACITY, *UNITS)
        if target not in stage.targets:
            access.register(target)
            stage.targets[target] = stage.now
        stage.changed_by_others(*_units(table.capacity, random.randint(*UNITS)))


RUNS: dict[str, Callable[[Caller, Edges], None]] = {
    "sweep": _sweep,
    "reshard": _reshard,
    "patch": _patch,
    "cycle": _cycle,
    "get": _get,
}
OTHERS: dict[str, Callable[[Caller, Access], None]] = {
    "operator": _operator,
    "dynamodb": _dynamodb,
}
