"""``make serve``: its schedule takes the steps that a request doesn't."""

from contextlib import ExitStack

from scaling.aws.clients import Clients
from scaling.aws.cloud import AwsCloud
from scaling.aws.metrics import AwsMetrics
from scaling.callback import Asked, describe, scale
from scaling.dimensions import dimension_named
from scaling.ledger_sqlite import SqliteLedger
from scaling.ports import Edges
from simulator.embedded import embedded
from simulator.scenario import load_scenario
from simulator.world import World
from tests.orders import SPEC
from tidegate.serve import Sweeper


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
    assert world.control.violations == 0
