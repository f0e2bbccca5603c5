"""The dashboard of the race day, drawn after its ninety minutes with Tidegate at work.

    .venv/bin/python -m benchmarks.dashboard_picture docs/dashboard.png

Needs chromium. What `tidegate dashboard FILE --preview PAGE` draws of a real pipeline is drawn here
of the embedded world, through the same clients.
"""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from tidegate.dashboard_page import Span, changes_told, dashboard_page
from tidegate.pipeline_file import load_value
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.cloud import AwsCloud
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.observability.pipeline_rows import rows
from tidegate.scaling.ports import Edges
from tidegate.scaling.sweep import sweep
from tidegate.simulator.embedded import embedded
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import START, World

WIDTH, HEIGHT = 1500, 1350


def page(name: str, seed: int = 1) -> str:
    """The page, after a sweep a minute."""
    scenario = load_scenario(name)
    (spec,) = load_value(scenario.pipeline_file, name).pipelines
    world, ledger = World(scenario, seed), SqliteLedger(":memory:")
    with embedded(world) as session:
        clients = Clients(session)
        edges = Edges(AwsCloud(clients), AwsMetrics(clients), ledger)
        while world.second < scenario.duration_seconds:
            world.advance(60)
            sweep([spec], edges, world.now, holder="picture")
        layers = rows(edges.cloud.describe(spec), spec)
        made = ledger.change_records(spec.name, START)
        # The newest points come up to three minutes late.
        end = world.now - timedelta(minutes=3)
        told = changes_told(made)
        drawn = dashboard_page(layers, spec.name, edges.metrics, Span(START, end, made, told))
    ledger.close()
    return drawn


def main(picture: Path) -> None:
    """Draw it."""
    with TemporaryDirectory() as folder:
        html = Path(folder) / "page.html"
        html.write_text(page("race-day"), encoding="utf-8")
        subprocess.run(
            [
                "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                f"--screenshot={picture.resolve()}", f"--window-size={WIDTH},{HEIGHT}",
                "--virtual-time-budget=5000", html.as_uri(),
            ],
            check=True,
        )  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
