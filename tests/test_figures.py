"""Figures say which sources they are of, and it shows when those have changed."""

import subprocess
from pathlib import Path

import pytest

from tests.documents import PAGES
from tests.figures import Figures, figures_in, head, is_changed, later
from tests.shape import ROOT


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    commit(tmp_path, "source/a.py", "one")
    return tmp_path


def git(root: Path, *words: str) -> None:
    names = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", "-C", str(root), *names, *words], check=True)


def commit(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text(text, encoding="utf-8")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", f"Write {text}")


def test_figures_are_of_today_until_a_source_changes(repository: Path) -> None:
    figures = Figures(repository / "page.md", head(repository), ("source",))
    commit(repository, "page.md", "figures")
    assert later(figures, repository) is None
    commit(repository, "source/a.py", "two")
    commit(repository, "source/b.py", "three")
    told = later(figures, repository)
    assert told is not None
    assert told.startswith("2 later commits in source, the last ")
    assert told.endswith("Write three")


def test_figures_of_a_commit_that_is_not_there_are_told(repository: Path) -> None:
    figures = Figures(repository / "page.md", "0123456", ("source",))
    assert later(figures, repository) == "there is no commit 0123456 here"


def test_a_source_that_is_not_committed_is_noticed(repository: Path) -> None:
    assert not is_changed(repository, "source")
    (repository / "source" / "a.py").write_text("two", encoding="utf-8")
    assert is_changed(repository, "source")
    assert not is_changed(repository, "page.md")


def test_a_page_says_what_its_figures_are_of(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    figures = Figures(page, "1a2b3c4", ("scaling", "tests/faults"))
    page.write_text(f"# Page\n\n{figures.mark}\n", encoding="utf-8")
    assert list(figures_in(page)) == [figures]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_sources_of_a_page_are_there(page: Path) -> None:
    named = [source for each in figures_in(page) for source in each.sources]
    assert [each for each in named if not (ROOT / each).exists()] == []
