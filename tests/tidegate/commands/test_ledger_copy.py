"""``tidegate ledger export`` and ``import``: to a file, and into another ledger."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.tidegate.commands.test_ledger import OPEN
from tidegate.cli import main
from tidegate.scaling.ledger.sqlite import SqliteLedger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with one open intention."""
    place = tmp_path / "ledger.sqlite"
    ledger = SqliteLedger(str(place))
    ledger.begin(OPEN)
    ledger.close()
    return place


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["ledger", *map(str, arguments)], catch_exceptions=False)


def test_a_ledger_is_moved_by_way_of_a_file(path: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "kept.jsonl", tmp_path / "other.sqlite"
    done = run("export", file, "--ledger", path)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "2 lines are written.\n")
    done = run("import", file, "--ledger", other)
    assert (done.exit_code, done.stdout) == (0, "written: 1 change-record\n")
    moved = SqliteLedger(str(other))
    assert [each.entry_id for each in moved.open_change_records()] == [OPEN.entry_id]
    moved.close()
    again = run("import", file, "--ledger", other)
    assert again.stdout == "there already, and left: 1 change-record\n"


def test_it_can_be_written_to_standard_output(path: Path) -> None:
    done = run("export", "-", "--ledger", path)
    kinds = [json.loads(each)["kind"] for each in done.stdout.splitlines()]
    assert (done.exit_code, kinds) == (0, ["ledger", "change-record"])


def test_the_place_may_be_named_before_the_command(path: Path, tmp_path: Path) -> None:
    done = run("--ledger", path, "export", "-")
    assert done.exit_code == 0
    assert run("--ledger", tmp_path / "none", "export", "-").exit_code == 2


def test_no_earlier_export_is_written_over(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "kept.jsonl"
    file.write_text("of yesterday", encoding="utf-8")
    done = run("export", file, "--ledger", path)
    assert (done.exit_code, file.read_text(encoding="utf-8")) == (2, "of yesterday")
    assert "File exists" in done.stderr


def test_a_file_of_something_else_is_bad_input_with_its_line(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "kept.jsonl"
    file.write_text("pipelines: []\n", encoding="utf-8")
    done = run("import", file, "--ledger", path)
    assert done.exit_code == 2
    assert f"{file}:1:1: " in done.stderr


def test_exporting_makes_no_ledger_in_a_mistyped_place(tmp_path: Path) -> None:
    place = tmp_path / "ledgr.sqlite"
    assert run("export", "-", "--ledger", place).exit_code == 2
    assert not place.exists()
