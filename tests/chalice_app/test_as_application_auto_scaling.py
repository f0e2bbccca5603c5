"""Application Auto Scaling moves every lever through signed requests, while sweeps run."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from threading import Lock
from typing import Any

import pytest
from app import app, sweep_each_minute
from chalicelib.configuration import Configuration
from chalicelib.wiring import Wiring, wire

from tests.chalice_app.autoscaling_client import AutoScaling
from tests.chalice_app.gateway import ACCESS_KEY, REGION, SECRET_KEY, gateway
from tests.orders import SPEC, create_ledger_table
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.cloud import AwsCloud
from tidegate.scaling.aws.ledger_dynamodb import DynamoLedger
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.scaling.ports import Edges
from tidegate.simulator.embedded import embedded
from tidegate.simulator.kinds.kinesis_stream.data import StreamData
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World


class Scheduled:
    """The context that Lambda gives a scheduled function."""

    def get_remaining_time_in_millis(self) -> int:
        return 55_000


def sweep_now() -> None:
    event = {
        "id": "sweep", "version": "0", "detail-type": "Scheduled Event", "source": "aws.events",
        "account": "1", "time": "", "region": REGION, "resources": [], "detail": {},
    }  # fmt: skip
    sweep_each_minute(event, Scheduled())


@pytest.fixture
def deployed() -> Iterator[tuple[str, World, Callable[[], None]]]:
    scenario = load_scenario("index-throttled")
    world = World(scenario.put(replace(scenario.the(StreamData), shards=1)), 1)
    world.advance(180)
    lock = Lock()
    with ExitStack() as stack:
        clients = Clients(stack.enter_context(embedded(world)))
        create_ledger_table(clients.of("dynamodb"), "ledger")
        ledger = DynamoLedger.over(clients, "ledger")
        edges = Edges(AwsCloud(clients), AwsMetrics(clients), ledger)
        wire(Wiring(lambda: Configuration((SPEC,)), edges, lambda: world.now))

        def handle(event: dict[str, Any]) -> dict[str, Any]:
            with lock:
                return app(event, None)

        def half_a_minute() -> None:
            with lock:
                world.advance(30)
                if world.second % 60 == 0:
                    sweep_now()

        yield stack.enter_context(gateway(handle)), world, half_a_minute


def client(url: str, dimension: str, secret: str = SECRET_KEY) -> AutoScaling:
    return AutoScaling(f"{url}/scalableTargetDimensions/{dimension}", ACCESS_KEY, secret, REGION)


def test_a_stream_goes_from_1_to_20_to_3(
    deployed: tuple[str, World, Callable[[], None]],
) -> None:
    url, world, wait = deployed
    scaling = client(url, "shard_count~orders")
    status, told = scaling.describe()
    assert (status, told["actualCapacity"], told["scalingStatus"]) == (200, 1.0, "Successful")
    assert scaling.scale_to(20.0, wait) == [1.0, 2.0, 4.0, 8.0, 16.0, 20.0]
    assert scaling.scale_to(3.0, wait)[-1] == 3.0
    assert world.site.violations == 0


@pytest.mark.parametrize(
    ("dimension", "up", "down"),
    [
        ("parallelization_factor~order-writer", 10.0, 1.0),
        ("write_capacity~orders", 3000.0, 40.0),
        ("write_capacity~orders~by-customer", 3000.0, 40.0),
    ],
)
def test_a_factor_a_table_and_an_index_go_up_and_down(
    deployed: tuple[str, World, Callable[[], None]], dimension: str, up: float, down: float
) -> None:
    url, world, wait = deployed
    scaling = client(url, dimension)
    assert scaling.scale_to(up, wait)[-1] == up
    assert scaling.scale_to(down, wait)[-1] == down
    assert world.site.violations == 0


def test_who_cannot_sign_is_not_let_in(
    deployed: tuple[str, World, Callable[[], None]],
) -> None:
    assert client(deployed[0], "shard_count~orders", "a guess").describe()[0] == 403


def test_a_dimension_that_is_not_there_is_404(
    deployed: tuple[str, World, Callable[[], None]],
) -> None:
    assert client(deployed[0], "shard_count~nowhere").describe()[0] == 404
