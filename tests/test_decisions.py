"""Each decision record says whether it holds, since when, and what else was considered."""

import re
from datetime import date
from pathlib import Path

import pytest

from tests.shape import ROOT

FOLDER = ROOT / "docs" / "decisions"
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))
LINK = r"\[(\d{4})\]\(([^)]+)\)"
HEAD = re.compile(
    rf"# (?P<title>.+)\n\n"
    rf"- Status: (?P<status>accepted|(?:partly )?replaced by {LINK})(?:: .+)?\n"
    r"- Date: (?P<date>\d{4}-\d{2}-\d{2})\n\n"
)
INDEXED = re.compile(rf"\| {LINK} \| (?P<title>.+) \| (?P<status>.+) \| (?P<date>.+) \|")


def head(record: Path) -> re.Match[str]:
    found = HEAD.match(record.read_text(encoding="utf-8"))
    assert found is not None, f"{record.name} has no title, status and date"
    return found


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_a_record_has_status_date_and_alternatives(record: Path) -> None:
    assert date.fromisoformat(head(record)["date"])
    _, _, alternatives = record.read_text("utf-8").partition("\n## Alternatives considered\n\n")
    assert alternatives.startswith(("- ", "None recorded.\n"))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_the_record_that_replaces_another_is_a_later_one_and_names_it(record: Path) -> None:
    for number, name in re.findall(LINK, head(record)["status"]):
        assert name.startswith(number)
        assert number > record.name[:4]
        assert record.name[:4] in (FOLDER / name).read_text(encoding="utf-8")


def test_the_index_has_every_record_as_its_head_says() -> None:
    lines = map(INDEXED.fullmatch, (FOLDER / "README.md").read_text("utf-8").splitlines())
    indexed = [
        (*each.group(1, 2), *each.group("title", "status", "date")) for each in lines if each
    ]
    told = [(record.name[:4], record.name, *head(record).group("title", "status", "date"))
            for record in RECORDS]  # fmt: skip
    assert indexed == told


def test_no_number_is_given_twice() -> None:
    """Branches that are worked on at the same time take numbers apart from each other."""
    numbers = [each.name[:4] for each in RECORDS]
    assert len(set(numbers)) == len(numbers)
