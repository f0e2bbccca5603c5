"""Many requests, and the section of a page that has their figures."""

import re
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.conftest import Clients, moto_server
from tests.figures import Figures
from tests.fuzz.endpoint.play import Ran, play, stage_of, unpack
from tests.shape import ROOT

__all__ = ["PAGE", "SOURCES", "Mass", "played", "published"]

PAGE = ROOT / "docs" / "deployment.md"
SOURCES = ("chalice_app", "rules", "scaling", "tests/fuzz/endpoint")
"""What the figures depend on."""
PROCESSES = 4
AT_ONCE = 250
"""Requests to one account: its ledger doesn't grow for ever."""


@dataclass
class Mass:
    """What requests came to; ``failed`` of them had AWS fail or too slow, ``changed`` were accepted
    and changed something."""

    statuses: Counter[int] = field(default_factory=Counter)
    failed: int = 0
    changed: int = 0
    broken: int = 0

    def add(self, ran: Ran) -> None:
        self.statuses[ran.status] += 1
        self.failed += ran.has_failed
        self.changed += ran.has_changed
        self.broken += bool(ran.broken)

    def __add__(self, other: "Mass") -> "Mass":
        return Mass(
            self.statuses + other.statuses,
            self.failed + other.failed,
            self.changed + other.changed,
            self.broken + other.broken,
        )

    @property
    def row(self) -> str:
        """Of the table of the page."""
        statuses = ", ".join(
            f"{count:,} of {status}" for status, count in sorted(self.statuses.items())
        )
        numbers = (self.statuses.total(), statuses, self.failed, self.changed, self.broken)
        return (
            f"| {' | '.join(each if isinstance(each, str) else f'{each:,}' for each in numbers)} |"
        )


def played(seeds: range) -> Mass:
    """The answers to requests, by processes that each have an account and a function."""
    size = -(-len(seeds) // PROCESSES)
    parts = [seeds[first : first + size] for first in range(0, len(seeds), size)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        return sum(pool.map(_played, parts), Mass())


def _played(seeds: Sequence[int]) -> Mass:
    """By one function, which stays the same process from the first to the last."""
    mass, began = Mass(), time.monotonic()
    with TemporaryDirectory() as name, moto_server() as endpoint:
        folder = Path(name)
        with stage_of(unpack(folder), endpoint, Clients(endpoint), folder / "log") as stage:
            for number, seed in enumerate(seeds, start=1):
                ran = play(seed, stage)
                mass.add(ran)
                if ran.broken:
                    print(f"python -m tests.fuzz.endpoint --count 1 --seed {seed}")
                    print("  " + "\n  ".join(ran.broken), f"\n  {ran.event!a:.2000}", flush=True)
                if number % AT_ONCE == 0:
                    print(
                        f"{number:,} of {len(seeds):,}, {time.monotonic() - began:,.0f} s",
                        flush=True,
                    )
                    stage.reset()
    return mass


def published(mass: Mass, commit: str, page: str) -> str:
    """The page with these figures in the place of the earlier ones."""
    lines = (
        f"Made on {date.today():%d %B %Y} by `make fuzz-requests` at commit {commit}.",
        Figures(PAGE, commit, SOURCES).mark,
        "",
        "| requests | answers | with AWS failing | that changed something | with a broken promise |",
        "|--:|---|--:|--:|--:|",
        mass.row,
    )
    told = "\n".join(lines)
    return re.sub(
        r"(<!-- requests -->).*?(<!-- /requests -->)",
        lambda found: f"{found[1]}\n{told}\n{found[2]}",
        page,
        flags=re.DOTALL,
    )
