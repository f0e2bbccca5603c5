"""Whole runs in which one thing goes wrong: it is named, in minutes, and no lever moves that cures
nothing.

A world per fault, each played once for all that is asked of it. One seed in the suite, twenty by
``make verify``.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile
from typing import Any

import pytest

from tests.losses.worlds import OURS, Played, a_world, play
from tidegate.rules.cause import Cause
from tidegate.scaling.kinds.dynamodb_table.actions import UpdateTableThroughput
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateShardCount
from tidegate.scaling.kinds.lambda_mapping.actions import UpdateParallelizationFactor
from tidegate.scaling.model.health import Health
from tidegate.simulator.kinds.dynamodb_table.data import TableData
from tidegate.simulator.kinds.lambda_mapping.data import FunctionData, MappingData
from tidegate.simulator.scenario import Fault, Scenario
from tidegate.simulator.traffic import Traffic

pytestmark = [pytest.mark.by_seed(20, 1), pytest.mark.sampled(3)]

WRITER = FunctionData("order-writer", 30)
WELL = (Cause.HEALTHY, Cause.OVERSIZED)
BEGIN, END = 1200, 1800
"""When a fault begins, and when one that passes is over."""

DAYS_AGO = -3 * 86_400.0
ANY = (UpdateTableThroughput, UpdateShardCount, UpdateParallelizationFactor)


@dataclass(frozen=True)
class Case:
    """What is told first, within how many minutes, and in which words; how it ends; the calls that
    may be made after it has begun; and what is true besides, and may be told before."""

    scenario: Scenario
    first: Cause
    minutes: int
    says: str = ""
    last: Health = Health.SICK
    may_call: tuple[type, ...] = ()
    beside: tuple[Cause, ...] = ()


def usual(
    rate: float = 300, *, shards: int = 2, factor: int = 2, units: int = 700, minutes: float = 30
) -> Scenario:
    """A load as on the days before, for which the pipeline is wide enough."""
    days = Traffic(((DAYS_AGO, rate), (0.0, rate)))
    return a_world(days, WRITER, shards=shards, factor=factor, units=units, hours=minutes / 60)


def in_order(minutes: float = 30) -> Scenario:
    """The same with one batch at a time."""
    return usual(80, shards=1, factor=1, units=200, minutes=minutes)


def with_load(*points: tuple[float, float], minutes: float = 30, **more: Any) -> Scenario:
    """The same with a load of its own from the beginning on."""
    return usual(minutes=minutes).put(Traffic(((DAYS_AGO, points[0][1]), *points), **more))


def struck(scenario: Scenario, what: str, at: int = BEGIN, **values: object) -> Scenario:
    return replace(scenario, faults=(*scenario.faults, Fault(at, what, values)))


def for_a_while(scenario: Scenario, **values: Any) -> Scenario:
    """A function that its surroundings change, and that is as before when they are."""
    begun = struck(scenario, "function", **values)
    before = {name: getattr(WRITER, name) for name in values}
    return struck(begun, "function", END, **before)


def reporting(minutes: float = 30) -> Scenario:
    """The function reports which records of a batch have failed."""
    return usual(minutes=minutes).put(MappingData(2, 100, report_batch_item_failures=True))


def aggregated(*points: tuple[float, float]) -> Scenario:
    """Records as the Kinesis Producer Library puts them, which were never so many before."""
    load = Traffic(points, record_bytes=2000, is_aggregated=True)
    return usual(minutes=45).put(load)


def rises(scenario: Scenario) -> Scenario:
    points = ((DAYS_AGO, 300.0), (1080.0, 300.0), (1140.0, 600.0))
    return scenario.put(Traffic(points))


CASES: dict[str, Case] = {
    # ---- deploys and services
    "a deploy fails for three batches of ten": Case(
        struck(usual(), "deploy", failing_share=0.3), Cause.BAD_DEPLOY, 7, "was changed at 00:20"
    ),
    "a deploy fails for six of ten": Case(
        struck(usual(), "deploy", failing_share=0.6), Cause.BAD_DEPLOY, 6, "was changed at 00:20"
    ),
    "a deploy is twice as slow": Case(
        struck(usual(minutes=40), "deploy", seconds_per_record=0.011), Cause.BAD_DEPLOY, 6,
        "times as long", Health.HEALTHY, ANY,
    ),
    "a deploy fails while the load rises": Case(
        struck(rises(usual(units=1400)), "deploy", failing_share=1.0), Cause.BAD_DEPLOY, 6,
        "was changed at 00:20", may_call=ANY, beside=(Cause.TABLE_THROTTLED,),
    ),
    "a service answers nothing but errors": Case(
        for_a_while(usual(minutes=45), failing_invocations=1.0), Cause.BAD_DEPLOY, 6, "fail since",
        Health.HEALTHY, ANY,
    ),
    "a service answers seven of ten calls with an error": Case(
        for_a_while(usual(minutes=45), failing_invocations=0.7), Cause.BAD_DEPLOY, 6,
        "no batch fails each time", Health.HEALTHY, ANY,
    ),
    "a service answers half of the calls with an error": Case(
        for_a_while(usual(minutes=45), failing_invocations=0.5), Cause.BAD_DEPLOY, 6,
        "no batch fails each time", Health.HEALTHY, ANY,
    ),
    "a service of one execution answers seven of ten with an error": Case(
        for_a_while(in_order(minutes=45), failing_invocations=0.7), Cause.BAD_DEPLOY, 6,
        "no batch fails each time", Health.HEALTHY, ANY,
    ),
    # ---- one batch that fails each time
    "a batch of one shard of four fails each time": Case(
        struck(usual(1700, shards=4, factor=3, units=2500), "poison"), Cause.POISON_BATCH, 6,
        "invocations of order-writer failed",
    ),
    "a batch of the only shard fails each time": Case(
        struck(in_order(), "poison"), Cause.POISON_BATCH, 6, "invocations of order-writer failed"
    ),
    # ---- batches that fail in part
    "a bad record is reported each time": Case(
        struck(reporting(), "poison"), Cause.POISON_BATCH, 6, "ReportBatchItemFailures"
    ),
    "records of many batches are reported": Case(
        struck(reporting(), "function", failing_share=0.1), Cause.POISON_BATCH, 8,
        "ReportBatchItemFailures",
    ),
    "a function that reports failures is slow": Case(
        struck(reporting(45), "function", seconds_per_record=0.02), Cause.CONSUMER_TOO_SLOW, 6,
        "concurrent executions", Health.HEALTHY, ANY,
    ),
    # ---- who does not read
    "somebody disables the mapping": Case(
        struck(usual(), "problem", state="Disabled"), Cause.NOT_READING, 2, "is Disabled"
    ),
    "somebody takes the function's concurrency": Case(
        struck(usual(), "function", reserved_concurrency=0), Cause.CONCURRENCY_CAP, 2,
        "the reserved concurrency of order-writer, 0",
    ),
    "a reader by enhanced fan-out loses its role": Case(
        struck(usual().put(MappingData(2, 100, fan_out="fast")), "problem", result="PROBLEM: role"),
        Cause.NOT_READING, 7, "PROBLEM: role",
    ),
    # ---- old records
    "four hours are read again": Case(
        struck(usual(), "replay", seconds=14_400), Cause.REPLAY, 5, "reads old records"
    ),
    "all that the stream holds is read again": Case(
        struck(usual(100, units=300), "replay", seconds=82_800), Cause.REPLAY, 5,
        "reads old records",
    ),
    # ---- limits that are nobody's lever
    "the account's quota of throughput is reached": Case(
        rises(usual()).put(TableData("orders", 400, on_demand_limit="AccountLimit")),
        Cause.TABLE_THROTTLED, 6, "exceeded the account's quota",
    ),
    "a table's own maximum is reached": Case(
        rises(usual()).put(TableData("orders", 400, on_demand_limit="MaxOnDemandThroughput")),
        Cause.TABLE_THROTTLED, 6, "exceeded the maximum that orders itself is set to",
    ),
    "aggregates have one key for a shard": Case(
        aggregated((0.0, 150), (1080.0, 150), (1140.0, 600)), Cause.HOT_KEY, 7,
        "aggregates of the Kinesis Producer Library",
        may_call=(UpdateTableThroughput, UpdateShardCount), beside=(Cause.TABLE_THROTTLED,),
    ),
    # ---- producers
    "producers stop": Case(
        with_load((0.0, 300), (1200.0, 300), (1200.0, 0)), Cause.PRODUCERS_QUIET, 5,
        "0 records/s where 300 are usual",
    ),
    "producers bring a fifth": Case(
        with_load((0.0, 300), (1200.0, 300), (1200.0, 60)), Cause.PRODUCERS_QUIET, 5,
        "where 300 are usual",
    ),
}  # fmt: skip


@lru_cache(maxsize=1)
def played(name: str, seed: int) -> Played:
    return play(CASES[name].scenario, OURS, seed)


def second_of(run: Played, report: Any) -> float:
    return 180 + (report.at - run.reports[0].at).total_seconds()


def told(run: Played) -> list[Any]:
    """The reports in which something is found since it began; that more than is known is wrong is
    told as UNKNOWN while metrics are late."""
    passing = (*WELL, Cause.UNKNOWN)
    return [
        report
        for report in run.reports
        if second_of(run, report) >= BEGIN and report.diagnoses[0].cause not in passing
    ]


@pytest.mark.parametrize("name", CASES, scope="module")
def test_the_right_word_comes_first_and_in_minutes(name: str, seed: int) -> None:
    case, run = CASES[name], played(name, seed)
    found = [(second_of(run, report), each) for report in told(run) for each in report.diagnoses]
    before = takewhile(lambda pair: pair[1].cause is not case.first, found)
    assert {each.cause for _, each in before} <= {*case.beside}
    second, named = next(pair for pair in found if pair[1].cause is case.first)
    assert case.says in named.because
    assert second <= BEGIN + 60 * case.minutes
    assert run.reports[-1].health is case.last


@pytest.mark.parametrize("name", CASES, scope="module")
def test_nothing_is_moved_in_vain_and_nothing_lost(name: str, seed: int) -> None:
    case, run = CASES[name], played(name, seed)
    moved = [action for at, action in run.changes if at >= BEGIN]
    assert [each for each in moved if not isinstance(each, case.may_call)] == []
    assert run.figures.records_lost == 0
