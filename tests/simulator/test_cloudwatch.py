"""CloudWatch may answer late, in part, with errors, or not at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tidegate.direct import DirectMetrics
from tidegate.rules.window import Metric, Window
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.scaling.model.errors import Throttled, Unreachable
from tidegate.scaling.ports import Metrics
from tidegate.simulator.embedded import embedded
from tidegate.simulator.scenario import Fault
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.traffic import Traffic
from tidegate.simulator.world import START, World

CALM = load_scenario("race-day").put(Traffic(points=((0, 100),)))
INCOMING = Metric("AWS/Kinesis", "IncomingRecords", (("StreamName", "racers"),), "Sum", 60)
INVOCATIONS = Metric("AWS/Lambda", "Invocations", (("FunctionName", "scorer"),), "Sum", 60)
BOTH = (INCOMING, INVOCATIONS)
Port = Callable[[World], Any]


@contextmanager
def direct(world: World) -> Iterator[Metrics]:
    yield DirectMetrics(world)


@contextmanager
def by_boto3(world: World) -> Iterator[Metrics]:
    with embedded(world) as session:
        yield AwsMetrics(Clients(session))


@pytest.fixture(params=[direct, by_boto3], ids=["direct", "boto3"])
def port(request: pytest.FixtureRequest) -> Port:
    found: Port = request.param
    return found


def a_world(what: str, seconds: int, **values: Any) -> World:
    """A world after some seconds, in which that befalls CloudWatch from minute 5 to 10."""
    scenario = replace(CALM, faults=(Fault(300, what, {"seconds": 300, **values}),))
    world = World(scenario, 1)
    world.advance(seconds)
    return world


def known(port: Port, world: World, metric: Metric = INCOMING) -> list[int]:
    """The minutes of which there is a data point."""
    with port(world) as metrics:
        window: Window = metrics.read((metric,), START, world.now)[metric]
    return [minute for minute, value in enumerate(window.samples) if value is not None]


def test_in_silence_nothing_comes_and_then_everything(port: Port) -> None:
    for metric in BOTH:
        assert known(port, a_world("silence", 590), metric) == [0, 1, 2]
    assert known(port, a_world("silence", 780)) == list(range(11))


def test_late_points_come_later_by_so_much(port: Port) -> None:
    assert known(port, a_world("late", 780, by_seconds=600)) == [0, 1, 2, 3, 4, 10]
    assert known(port, a_world("late", 1380, by_seconds=600)) == list(range(21))


def test_missing_points_never_come(port: Port) -> None:
    minutes = [minute for minute in range(58) if not 5 <= minute < 10]
    assert known(port, a_world("missing", 3600)) == minutes


def test_some_metrics_alone_may_be_late_or_missing(port: Port) -> None:
    for chosen in ({"namespace": "AWS/Lambda"}, {"metric": "Invocations"}, {"resource": "scorer"}):
        world = a_world("missing", 900, **chosen)
        assert known(port, world) == list(range(13))
        assert known(port, world, INVOCATIONS) == [0, 1, 2, 3, 4, 10, 11, 12]


def test_a_partial_answer_lacks_the_newer_half_and_says_so(port: Port) -> None:
    world = a_world("partial", 500)
    assert known(port, world) == [0, 1, 2, 3]
    key = (INCOMING.namespace, INCOMING.name, INCOMING.dimensions)
    assert world.ask(key, "Sum", START, 8).status == "PartialData"
    world.advance(180)
    assert known(port, world) == list(range(9))
    assert world.ask(key, "Sum", START, 8).status == "Complete"


def test_a_partial_answer_has_its_status_in_the_api_too() -> None:
    with embedded(a_world("partial", 500)) as session:
        client = session.client("cloudwatch")
        query: Any = {
            "Id": "m0",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/Kinesis", "MetricName": "IncomingRecords",
                    "Dimensions": [{"Name": "StreamName", "Value": "racers"}],
                },
                "Period": 60,
                "Stat": "Sum",
            },
        }  # fmt: skip
        told = client.get_metric_data(
            MetricDataQueries=[query], StartTime=START, EndTime=START + timedelta(minutes=8)
        )
        assert [each["StatusCode"] for each in told["MetricDataResults"]] == ["PartialData"]


@pytest.mark.parametrize(
    ("values", "error"),
    [({}, Unreachable), ({"code": "Throttling"}, Throttled)],
    ids=["fault of AWS's own", "asked too often"],
)
def test_an_error_is_one_of_the_port_s_and_passes(
    port: Port, values: dict[str, str], error: type[Exception]
) -> None:
    world = a_world("error", 500, **values)
    with pytest.raises(error), port(world) as metrics:
        metrics.read(BOTH, START, world.now)
    world.advance(160)
    assert known(port, world) == list(range(9))


def test_an_error_of_some_metrics_is_none_of_the_others(port: Port) -> None:
    world = a_world("error", 500, namespace="AWS/Lambda")
    assert known(port, world)
    with pytest.raises(Unreachable), port(world) as metrics:
        metrics.read(BOTH, START, world.now)
