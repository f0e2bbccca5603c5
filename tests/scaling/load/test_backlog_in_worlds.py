"""How many records wait is told as the embedded world knows it, by the metrics alone: within a
quarter, or a minute of arrivals."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.losses.test_flink_seeds import FlinkWorld
from tests.losses.worlds import OURS, a_world
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.pipeline_file import load_value
from tidegate.rules.cause import Diagnosis
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.flink_application.own import own_signals
from tidegate.rules.kinds.flink_application.state import applications_of
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.load.current_load import load_now
from tidegate.scaling.ports import Edges
from tidegate.scaling.sweep import sweep
from tidegate.simulator.kinds.lambda_mapping.data import FunctionData
from tidegate.simulator.scenario import Scenario
from tidegate.simulator.traffic import Points, Traffic
from tidegate.simulator.world import World

MINUTES = 36
MINUTE = timedelta(seconds=60)

SHAPES: dict[str, Callable[[float, float], Points]] = {
    "step": lambda low, high: ((0, low), (600, low), (601, high)),
    "ramp": lambda low, high: ((0, low), (600, low), (1800, high)),
    "draining": lambda low, high: ((0, high), (480, high), (481, low)),
    "spike": lambda low, high: ((0, low), (600, low), (601, high), (1080, high), (1081, low)),
}
SHAPES["uneven"] = SHAPES["step"]


def a_function(shape: str) -> Scenario:
    """It does 800 records/s; most of an uneven load falls to one of its four shards."""
    high = 900 if shape == "uneven" else 1300
    function = FunctionData(name="order-writer", timeout_seconds=60, seconds_per_record=0.004)
    scenario = a_world(_traffic(SHAPES[shape](300, high), shape), function, hours=1)
    said = {
        "name": "orders", "stream": "orders", "levers": OURS,
        "consumers": [{"function": "order-writer", "tables": ["orders"]}],
    }  # fmt: skip
    return replace(scenario, pipeline_file={"pipelines": [said]})


def a_job(shape: str) -> Scenario:
    """It does 2,000 records/s."""
    points = SHAPES[shape](900, 3000)
    scenario = FlinkWorld(shape, points, (None,), {"shards": 4}).scenario(1)
    noise = scenario.the(Traffic).noise
    return scenario.put(replace(_traffic(points, shape), noise=noise))


def _traffic(points: Points, shape: str) -> Traffic:
    share = 0.5 if shape == "uneven" else 0.0
    return Traffic(points, hot_range_share=share, hot_range=(0.5, 0.75))


def looks(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch, *, dry_run: bool
) -> Iterator[tuple[Signals, float]]:
    """What each sweep saw of its only reader, and how many records waited when the newest minute
    that it judged was over."""
    specs = load_value(scenario.pipeline_file, "worlds").pipelines
    world, seen = World(scenario, 1), list[Signals]()

    def seeing(signals: Signals) -> tuple[Diagnosis, ...]:
        seen.append(signals)
        return diagnose(signals)

    monkeypatch.setattr("tidegate.scaling.sweep.diagnose", seeing)
    edges = Edges(DirectCloud(world), DirectMetrics(world), SqliteLedger(":memory:"))
    for _ in range(MINUTES):
        world.advance(60)
        sweep(specs, edges, world.now, holder="worlds", dry_run=dry_run)
    waited = {each.at + MINUTE: each.total("backlog_records") for each in world.series}
    for signals in seen:
        judged = signals.series.judged_until
        for application in applications_of(signals.pipeline):
            signals = own_signals(signals, application)
        if judged in waited:
            yield signals, waited[judged]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("dry_run", [True, False], ids=["alone", "cured"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("world", [a_function, a_job])
def test_what_waits_is_told_within_a_quarter_or_a_minute_of_arrivals(
    world: Callable[[str], Scenario],
    shape: str,
    dry_run: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = 0
    for signals, waited in looks(world(shape), monkeypatch, dry_run=dry_run):
        load = load_now(signals, 1.0, 300)
        if load.to_drain:
            minute = signals.series.source.incoming_records.latest or 0.0
            assert abs(load.backlog_records - waited) <= max(0.25 * waited, minute)
            told += 1
    assert told
