"""The embedded world's Flink job beside a real Flink: the tables of docs/flink-fidelity.md.

    make flink-fidelity                         # every case on a local cluster, then the page
    make flink-fidelity OPTIONS=--page          # the page alone, of what was measured last
    make flink-fidelity OPTIONS="--case idle"   # one case; what was measured of the others stays

Leaves what it has measured for the tests, which compare it with the world of the day.
"""

import argparse
import re
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.flink_cluster import Flink
from tests.figures import Figures, head, is_changed
from tests.shape import ROOT
from tests.simulator.kinds.flink_application.fidelity.cases import CASES, Case
from tests.simulator.kinds.flink_application.fidelity.played import causes, simulated
from tests.simulator.kinds.flink_application.fidelity.seen import (
    Measured,
    Seen,
    TaskSeen,
    measured,
    points_apart,
    slow_task,
)

PAGE = ROOT / "docs" / "flink-fidelity.md"
FIDELITY = "tests/simulator/kinds/flink_application/fidelity"
SOURCES = (
    "simulator/kinds/flink_application", "rules/kinds/flink_application", "benchmarks/flink",
    "benchmarks/flink_cluster.py", f"{FIDELITY}/cases.py", f"{FIDELITY}/played.py",
)  # fmt: skip
BLOCK = re.compile(r"(?<=<!-- flink-fidelity -->\n).*(?=<!-- /flink-fidelity -->)", re.DOTALL)
"""What the page has from here."""

PARTS = {
    1: ("the only one",),
    2: ("source", "operators and sink"),
    3: ("source", "operators", "sink"),
}
"""What the tasks of a job are, by how many there are."""


def main() -> None:
    """Measure what is asked for, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flink_fidelity")
    parser.add_argument("--page", action="store_true", help="measure nothing")
    parser.add_argument("--case", action="append", help="this one alone; the others stay")
    parser.add_argument("--jars", type=Path, help="the folder of Flink's jars")
    asked = parser.parse_args()
    commit = None if is_changed(ROOT, *SOURCES) else head()
    if not asked.page:
        _measure(asked.jars, commit or head(), asked.case)
    if commit is None:
        print("the page stays as it is: sources have changes that are not committed")
    else:
        tables = _tables(measured(), commit)
        page = BLOCK.sub(lambda _: tables, PAGE.read_text(encoding="utf-8"))
        PAGE.write_text(page, encoding="utf-8")


def _measure(jars: Path, commit: str, names: list[str] | None) -> None:
    version = next(jars.glob("flink-dist-*.jar")).stem.removeprefix("flink-dist-")
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    before = measured().cases if names else {}
    found = Measured(version, _java(), today, commit, before)
    with tempfile.TemporaryDirectory() as classes:
        flink = Flink(jars, Path(classes))
        flink.compile()
        for case in CASES:
            if names and case.name not in names:
                continue
            found.cases[case.name] = real = flink.measure(case)
            apart = points_apart(real, simulated(case))
            print(f"{case.name}: {apart:.0f} points apart at most; {real}", flush=True)
            found.write()


def _java() -> str:
    told = subprocess.run(("java", "-version"), check=True, capture_output=True, text=True).stderr
    return told.split('"')[1]


def _tables(found: Measured, commit: str) -> str:
    pairs = [(case, found.cases[case.name], simulated(case)) for case in CASES]
    lines = [
        f"Flink {found.flink} (Java {found.java}) was measured on {found.date} at commit "
        f"{found.commit}, the world at commit {commit}.",
        Figures(PAGE, commit, SOURCES).mark,
        "",
        "| case | the job | records a second | slow task | Tidegate says | points apart at most |",
        "|---|---|--:|---|---|--:|",
        *(_case(*each) for each in pairs),
        "",
        "Percent of the time:",
        "",
        "| case | task | busy | busiest subtask | back-pressured | idle |",
        "|---|---|--:|--:|--:|--:|",
        *(line for each in pairs for line in _tasks(*each)),
    ]
    return "\n".join(lines) + "\n"


def _case(case: Case, real: Seen, world: Seen) -> str:
    records = f"{real.records_per_second:,.0f} / {world.records_per_second:,.0f}"
    cells = (
        case.name, case.what, records, _both(_slow(real), _slow(world)),
        _both(causes(case, real)[0], causes(case, world)[0]), f"{points_apart(real, world):.0f}",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _slow(seen: Seen) -> str:
    at = slow_task(seen)
    return "none" if at is None else PARTS[len(seen.tasks)][at]


def _both(real: str, world: str) -> str:
    return real if real == world else f"{real} / {world}"


def _tasks(case: Case, real: Seen, world: Seen) -> Iterator[str]:
    for at, (ours, theirs) in enumerate(zip(real.tasks, world.tasks, strict=True)):
        cells = (case.name, PARTS[len(real.tasks)][at], *_times(ours, theirs))
        yield f"| {' | '.join(cells)} |"


def _times(real: TaskSeen, world: TaskSeen) -> Iterator[str]:
    for name in ("busy", "busiest", "held_back", "idle"):
        yield f"{getattr(real, name) / 10:.0f} / {getattr(world, name) / 10:.0f}"


if __name__ == "__main__":
    main()
