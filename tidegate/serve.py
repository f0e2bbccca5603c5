"""The endpoint on this machine, before the embedded world: ``make serve``.

Needs the development environment. The race-day world's clock runs sixty times as fast as ours; its
levers are given to Application Auto Scaling, so that the endpoint may move them, and it is swept
each minute of its clock. Requests aren't checked for signatures here: Chalice's local mode has no
IAM.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime, timedelta
from http.server import HTTPServer
from pathlib import Path
from warnings import catch_warnings, simplefilter

from app import app
from chalice.config import Config
from chalice.local import LocalDevServer
from chalicelib.configuration import Configuration
from chalicelib.wiring import Wiring, wire

from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.cloud import AwsCloud
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.scaling.config.compiled import from_compiled
from tidegate.scaling.config.specification import Levers, PipelineSpec
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.ports import Edges
from tidegate.scaling.sweep import sweep
from tidegate.simulator.embedded import embedded
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World

__all__ = ["main"]

HOST = "127.0.0.1"
SPEED = 60
SECONDS_AT_START = 240
MINUTE = timedelta(minutes=1)


class Sweeper:
    """The schedule: a sweep for each minute of the clock, or fewer where they take longer. They
    take the steps after the first towards what was asked for."""

    def __init__(
        self, specs: tuple[PipelineSpec, ...], edges: Edges, clock: Callable[[], datetime]
    ) -> None:
        self._specs = specs
        self._edges = edges
        self._clock = clock
        self._swept = clock()

    def turn(self) -> None:
        """Sweep where a minute has passed since the last."""
        now = self._clock()
        if now - self._swept >= MINUTE:
            self._swept = now
            sweep(self._specs, self._edges, now, holder=f"serve-{now.isoformat()}")


def _server(turn: Callable[[], None]) -> type[HTTPServer]:
    """One request at a time, as the world has one clock, and a turn of the schedule between."""

    class Server(HTTPServer):
        def service_actions(self) -> None:
            turn()

    return Server


class RunningWorld:
    """A world whose clock follows ours, faster; it catches up whenever it is asked the time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._began = time.monotonic()

    def now(self) -> datetime:
        """The world's time, after everything that has happened until now."""
        due = SECONDS_AT_START + int((time.monotonic() - self._began) * SPEED)
        self._world.advance(max(0, due - self._world.second))
        return self._world.now


def _theirs(spec: PipelineSpec) -> PipelineSpec:
    """The pipeline with every lever given to Application Auto Scaling."""
    given = {each.name: getattr(spec.levers, each.name) for each in fields(Levers)}
    owned = {
        name: replace(lever, owner="application-autoscaling")
        for name, lever in given.items()
        if lever is not None
    }
    return replace(spec, levers=Levers(**owned))


def main(port: int) -> None:
    """Serve until stopped. Raises OSError when the port is taken."""
    scenario = load_scenario("race-day")
    world = World(scenario, 1)
    world.advance(SECONDS_AT_START)
    plain = json.loads(json.dumps(scenario.pipeline_file))
    specs = tuple(_theirs(spec) for spec in from_compiled(plain).pipelines)
    with embedded(world) as session, catch_warnings():
        simplefilter("ignore", UserWarning)
        clients = Clients(session)
        ledger = SqliteLedger(":memory:")
        edges = Edges(AwsCloud(clients), AwsMetrics(clients), ledger)
        clock = RunningWorld(world).now
        wire(Wiring(lambda: Configuration(specs), edges, clock))
        server = _server(Sweeper(specs, edges, clock).turn)
        folder = str(Path(__file__).parents[1] / "chalice_app")
        config = Config(config_from_disk={"project_dir": folder}, user_provided_params={})
        LocalDevServer(app, config, HOST, port, server_cls=server).serve_forever()


if __name__ == "__main__":
    chosen = int(os.environ.get("PORT", "8000"))
    try:
        main(chosen)
    except KeyboardInterrupt:
        print("Stopped.")
    except OSError as error:
        print(f"Port {chosen} can't be served: {error.strerror}; PORT=N chooses another")
        sys.exit(2)
