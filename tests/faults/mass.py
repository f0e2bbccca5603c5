"""Many schedules, in batches on two processes; their figures, and the page that has them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date

from tests.faults.schedule import Played, play, shortest
from tests.figures import Figures
from tests.shape import ROOT

__all__ = ["PAGE", "Batch", "Mass", "batches", "played", "published"]

PAGE = ROOT / "docs" / "faults.md"
SOURCES = ("rules", "scaling", "simulator", "tests/faults")
"""What the figures depend on."""
PROCESSES = 2
BATCH = {False: 50, True: 10}
"""Schedules of a batch at the ports, and over boto3."""
WAYS = {False: "the ports", True: "boto3's clients"}


@dataclass(frozen=True)
class Batch:
    """Seeds that one process plays."""

    seeds: range
    over_boto3: bool


@dataclass
class Mass:
    """What schedules of one way came to; ``failed`` are the shortest of those that broke a
    promise."""

    over_boto3: bool
    seeds: set[int] = field(default_factory=set)
    calls: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    failed: list[Played] = field(default_factory=list)

    def add(self, schedules: Iterable[Played]) -> None:
        for each in schedules:
            self.seeds.add(each.seed)
            self.calls += each.calls
            self.faults += each.faults
            if each.broken:
                self.failed.append(each)

    @property
    def row(self) -> str:
        """Of the table of the page."""
        faults = ", ".join(f"{name} {count:,}" for name, count in sorted(self.faults.items()))
        seeds = f"{min(self.seeds):,} to {max(self.seeds):,}"
        cells = (
            WAYS[self.over_boto3], seeds, f"{len(self.seeds):,}", f"{self.calls:,}",
            f"{self.faults.total():,}: {faults}", f"{len(self.failed):,}",
        )  # fmt: skip
        return f"| {' | '.join(cells)} |"


def batches(seeds: range, *, over_boto3: bool) -> Iterator[Batch]:
    """The seeds, so many at once that a process needn't be asked too often."""
    size = BATCH[over_boto3]
    for first in range(seeds.start, seeds.stop, size):
        yield Batch(range(first, min(first + size, seeds.stop)), over_boto3)


def played(wanted: Sequence[Batch]) -> Iterator[list[Played]]:
    """Each batch as it is done, of what failed the shortest that does."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        for done in as_completed(pool.submit(_play, each) for each in wanted):
            yield done.result()


def _play(batch: Batch) -> list[Played]:
    schedules = [play(seed, over_boto3=batch.over_boto3) for seed in batch.seeds]
    return [shortest(each) if each.broken else each for each in schedules]


def published(masses: Sequence[Mass], commit: str, page: str) -> str:
    """The page with these figures in the place of the earlier ones."""
    figures = Figures(PAGE, commit, SOURCES)
    lines = (
        f"Made on {date.today():%d %B %Y} by `python -m tests.faults` at commit {commit}.",
        figures.mark,
        "",
        "| over | seeds | schedules | changes that AWS accepted | faults | with a broken promise |",
        "|---|---|--:|--:|---|--:|",
        *(each.row for each in masses),
    )
    told = "\n".join(lines)
    return re.sub(
        r"(<!-- faults -->).*?(<!-- /faults -->)",
        lambda found: f"{found[1]}\n{told}\n{found[2]}",
        page,
        flags=re.DOTALL,
    )
