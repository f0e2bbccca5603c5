"""Sentences that a person wrote beside the benchmark's tables say what the tables say."""

import re
from pathlib import Path

from tests.shape import ROOT

README, BENCHMARK = ROOT / "README.md", ROOT / "docs" / "benchmark.md"
PEERS_THAT_FOLLOW = (
    "target-tracking",
    "step-scaling",
    "kinesis-auto-scaling-75",
    "scaling-utils",
    "hpa-keda",
    "flink-autoscaler",
)


def table(page: Path, block: str) -> dict[str, list[str]]:
    """The cells of a published table by their row's first one."""
    text = page.read_text(encoding="utf-8")
    published = text.split(f"<!-- bench:{block} -->")[1].split("<!-- /bench -->")[0]
    rows = [line for line in published.splitlines() if line.startswith("|")]
    cells = ([cell.strip(" *") for cell in row.strip("|").split("|")] for row in rows)
    return {first: rest for first, *rest in cells}


def test_the_readme_says_how_much_less_a_case_costs_than_with_target_tracking() -> None:
    said = re.search(
        r"a case is (\d+) % less \(\$([\d.]+) against \$([\d.]+)\)", README.read_text("utf-8")
    )
    rows = table(README, "outcome-healthy")
    column = next(at for at, name in enumerate(rows["controller"]) if name.startswith("$ per case"))
    ours, theirs = (rows[each][column] for each in ("tidegate", "target-tracking"))
    assert said is not None
    assert said.groups() == (str(round(100 * (1 - float(ours) / float(theirs)))), ours, theirs)


def test_the_readme_says_how_many_records_the_drawn_loads_lost() -> None:
    said = re.search(r"\(([\d,]+) in the drawn loads\)", README.read_text("utf-8"))
    text = BENCHMARK.read_text("utf-8").split("<!-- bench:drawn -->")[1].split("<!-- /bench -->")[0]
    lost = [
        line.strip("|* ").split("|")[-1].strip(" *")
        for line in text.split("Manner:")[0].splitlines()
        if line.startswith("| **tidegate**")
    ]
    assert said is not None
    assert len(lost) == 3
    assert sum(int(each.replace(",", "")) for each in lost) == int(said[1].replace(",", ""))


def test_the_nearest_peer_that_follows_the_load_is_the_one_that_the_page_names() -> None:
    rows = table(BENCHMARK, "peers")
    times = {
        (peer, kind): float(rows[peer][at].split(",")[0])
        for peer in PEERS_THAT_FOLLOW
        for at, kind in enumerate(("healthy", "curable"))
    }
    nearest = min(times, key=lambda each: times[each])
    assert nearest == ("scaling-utils", "healthy")
    assert 5 < times[nearest] < 6
    assert "more than five times Tidegate's seconds" in BENCHMARK.read_text("utf-8")
