"""Pages whose figures are older than what they were measured on: ``python -m tests.figures``.

A page says of its figures at which commit they were made and what they depend on, in a comment such
as ``<!-- figures of 1a2b3c4: scaling simulator -->``.
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.documents import PAGES
from tests.shape import ROOT

__all__ = ["Figures", "figures_in", "head", "is_changed", "later"]

MARK = re.compile(r"<!-- figures of (?P<commit>[0-9a-f]{7,40}): (?P<sources>[^>]+) -->")


@dataclass(frozen=True)
class Figures:
    """Figures of a page: at which commit they were made, and the paths that they depend on."""

    page: Path
    commit: str
    sources: tuple[str, ...]

    @property
    def mark(self) -> str:
        """As a page says it."""
        return f"<!-- figures of {self.commit}: {' '.join(self.sources)} -->"


def figures_in(page: Path) -> Iterator[Figures]:
    """What a page says of its figures."""
    for found in MARK.finditer(page.read_text(encoding="utf-8")):
        yield Figures(page, found["commit"], tuple(found["sources"].split()))


def head(root: Path = ROOT) -> str:
    """The commit that is checked out, in short."""
    return _git(root, "rev-parse", "--short", "HEAD").strip()


def is_changed(root: Path, *sources: str) -> bool:
    """Whether a source is otherwise than in the commit that is checked out."""
    return bool(_git(root, "status", "--porcelain", "--", *sources))


def later(figures: Figures, root: Path = ROOT) -> str | None:
    """In words, what became of the sources since; None while the figures are of today's."""
    try:
        found = _git(root, "log", "--oneline", f"{figures.commit}..HEAD", "--", *figures.sources)
    except subprocess.CalledProcessError:
        return f"there is no commit {figures.commit} here"
    commits = found.splitlines()
    if not commits:
        return None
    return f"{len(commits)} later commits in {', '.join(figures.sources)}, the last {commits[0]}"


def _git(root: Path, *words: str) -> str:
    command = ["git", "-C", str(root), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main() -> None:
    """List them. It is no failure: figures take longer to make than a change."""
    for page in PAGES:
        for each in figures_in(page):
            since = later(each)
            state = "up to date" if since is None else since
            print(f"figures of {page.relative_to(ROOT)} ({each.commit}): {state}")


if __name__ == "__main__":
    main()
