"""One run: one controller through one case, and what it came to."""

from dataclasses import dataclass
from math import ceil

from tidegate.bench.account import Account
from tidegate.bench.case import Case
from tidegate.bench.controllers.on_demand import OnDemand
from tidegate.bench.controllers.registry import CONTROLLERS
from tidegate.bench.elasticity import Elasticity, elasticity, mean_elasticity
from tidegate.bench.faults import is_slow, slow_seconds_per_record
from tidegate.bench.open_account import OPEN, foreign_units
from tidegate.bench.plant import (
    AGE_MAX_SECONDS,
    TABLE,
    UNITS_PER_RECORD,
    lane_rate,
    shards_for,
)
from tidegate.bench.pricing import on_demand_usd, provisioned_usd
from tidegate.bench.settle import Settling, settling, undone
from tidegate.simulator.figures import MinuteTruth
from tidegate.simulator.world import World

__all__ = ["Minute", "Result", "demand", "play"]

FIRST_LOOK_SECONDS, LOOK_SECONDS = 180, 60


@dataclass(frozen=True, slots=True)
class Minute:
    """What plots show of a minute; the age is that of the oldest record in it, its wait at the
    producer included."""

    rate: float
    shards: int
    lanes: int
    write_units: int
    age_seconds: float


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of one run. Costs in US dollars; ``refused`` counts calls that AWS refused."""

    controller: str
    case: str
    half: str
    fault: str
    seed: int
    seconds: int
    seconds_out: int
    records_lost: int
    producer_throttles: int
    table_throttles: int
    cost_usd: float
    actions: int
    undone: int
    refused: int
    settling: Settling | None
    elasticity: Elasticity
    minutes: tuple[Minute, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """What a minute needs of each layer at the least."""

    shards: int
    lanes: int
    write_units: int


def demand(case: Case) -> tuple[Need, ...]:
    """The needs of every minute: of its mean rate, with the function as slow as it is then, and of
    the table what others write to it as well."""
    found = []
    foreign = foreign_units(case.load) if case.fault == OPEN else 0.0
    for at, rate in enumerate(case.load.minutes()):
        slow = is_slow(case.fault, case.load, 60 * at)
        lane = lane_rate(slow_seconds_per_record()) if slow else lane_rate()
        units = max(1, ceil(rate * UNITS_PER_RECORD + foreign))
        found.append(Need(shards_for(rate), ceil(rate / lane), units))
    return tuple(found)


def play(name: str, case: Case) -> Result:
    """Let a controller loose on a case: it looks once a minute, as soon as metrics can be there."""
    controller = CONTROLLERS[name]()
    world = World(case.scenario(controller.setting(case.load)), case.seed)
    account = Account(world)
    world.advance(FIRST_LOOK_SECONDS)
    while world.second < case.load.duration_seconds:
        controller.act(account)
        world.advance(LOOK_SECONDS)
    is_on_demand = isinstance(controller, OnDemand)
    cost = on_demand_usd(world) if is_on_demand else provisioned_usd(world)
    return _result(name, case, account, cost)


def _result(name: str, case: Case, account: Account, cost_usd: float) -> Result:
    world, calls = account.world, account.calls
    figures = world.figures()
    needs = demand(case)
    parts = _elasticities(needs, world.series)
    return Result(
        controller=name,
        case=case.name,
        half=case.load.half,
        fault=case.fault,
        seed=case.seed,
        seconds=world.second,
        seconds_out=world.seconds_late,
        records_lost=figures.records_lost,
        producer_throttles=figures.producer_throttles,
        table_throttles=figures.table_throttles,
        cost_usd=round(cost_usd, 6),
        actions=sum(not call.refused for call in calls),
        undone=undone(calls),
        refused=sum(call.refused for call in calls),
        settling=_settling(case, account, needs),
        elasticity=mean_elasticity(parts),
        minutes=tuple(map(_minute, world.series)),
    )


def _shards(minute: MinuteTruth) -> int:
    return int(minute.total("shard_count"))


def _units(minute: MinuteTruth) -> int:
    return int(minute.facts["write_units"][TABLE])


def _executions_for(minute: MinuteTruth) -> int:
    return int(minute.total("lanes"))


def _minute(minute: MinuteTruth) -> Minute:
    return Minute(
        round(minute.arrivals_per_second, 1),
        _shards(minute),
        _executions_for(minute),
        _units(minute),
        round(minute.lateness_seconds, 1),
    )


def _elasticities(needs: tuple[Need, ...], series: list[MinuteTruth]) -> tuple[Elasticity, ...]:
    return (
        elasticity([each.shards for each in needs], [_shards(each) for each in series]),
        elasticity([each.lanes for each in needs], [_executions_for(each) for each in series]),
        elasticity([each.write_units for each in needs], [_units(each) for each in series]),
    )


def _settling(case: Case, account: Account, needs: tuple[Need, ...]) -> Settling | None:
    if not case.load.steps:
        return None
    short = [
        _shards(minute) < need.shards
        or _executions_for(minute) < need.lanes
        or _units(minute) < need.write_units
        or minute.iterator_age_seconds > AGE_MAX_SECONDS
        for need, minute in zip(needs, account.world.series, strict=True)
    ]
    return settling(case.load.steps[0], account.calls, short)
