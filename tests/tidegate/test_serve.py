"""``make serve``: its schedule takes the steps that a request doesn't."""

from contextlib import ExitStack

from tests.orders import SPEC
from tidegate.scaling.autoscaling_api.contract import Asked
from tidegate.scaling.autoscaling_api.dimensions import dimension_named
from tidegate.scaling.autoscaling_api.endpoint import describe, scale
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.cloud import AwsCloud
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.ports import Edges
from tidegate.serve import Sweeper
from tidegate.simulator.embedded import embedded
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World


def test_its_schedule_takes_the_steps_that_no_request_takes() -> None:
    world = World(load_scenario("index-throttled"), 1)
    world.advance(120)
    with ExitStack() as stack:
        clients = Clients(stack.enter_context(embedded(world)))
        ledger = SqliteLedger(":memory:")
        stack.callback(ledger.close)
        edges = Edges(AwsCloud(clients), AwsMetrics(clients), ledger)
        sweeper = Sweeper((SPEC,), edges, lambda: world.now)
        dimension = dimension_named([SPEC], "shard_count~orders")
        scale(Asked(dimension, edges, world.now, "callback"), 7)
        seen = []
        for _ in range(12):
            world.advance(30)
            sweeper.turn()
            seen.append(describe(Asked(dimension, edges, world.now, "callback")).actual_capacity)
    assert list(dict.fromkeys(seen)) == [2, 4, 7]
    assert world.site.violations == 0
