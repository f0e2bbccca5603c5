"""Flink jobs by Tidegate, by the policies of AWS's article, by examples/flink.yaml, and left alone.

    python -m benchmarks.flink_policies [--seeds N]      # or `make bench-flink`

Leaves docs/flink-policies.md. Each world is drawn by seeds 1 to N, 5 unless said. Twenty minutes on
two processors.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from os import cpu_count
from pathlib import Path

from benchmarks.flink_controllers import CONTROLLERS
from benchmarks.flink_page import page
from benchmarks.flink_runs import Run, play
from benchmarks.flink_worlds import WORLDS
from tests.figures import Figures, head, is_changed

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "flink-policies.md"
SEEDS = 5
SOURCES = (
    "rules",
    "scaling",
    "simulator",
    "examples/flink.yaml",
    "tests/chalice_app/scaling_policies.py",
    "benchmarks",
)


def _runs(seeds: int) -> Iterator[Run]:
    """The longest first, on every processor."""
    longest_first = sorted(WORLDS, key=lambda world: -world.seconds)
    worlds = [world.name for world in longest_first]
    numbers = range(1, seeds + 1)
    jobs = [(world, name, seed) for world in worlds for name in CONTROLLERS for seed in numbers]
    with ProcessPoolExecutor(cpu_count()) as pool:
        for run in pool.map(play, *zip(*jobs, strict=True)):
            told = f"{run.behind_seconds:,} s behind, {run.restarts} restarts"
            print(f"{run.world}, {run.controller}, seed {run.seed}: {told}", file=sys.stderr)
            yield run


def main() -> None:
    """Run all of it, and write the page."""
    parser = ArgumentParser()
    parser.add_argument("--seeds", type=int, default=SEEDS)
    seeds = parser.parse_args().seeds
    if is_changed(ROOT, *SOURCES):
        sys.exit(
            "what the figures depend on is not committed: a page names the commit of its figures"
        )
    mark = Figures(PAGE, head(), SOURCES).mark
    PAGE.write_text(page(tuple(_runs(seeds)), mark), encoding="utf-8")


if __name__ == "__main__":
    main()
