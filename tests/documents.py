"""What stands in the documents, by kind: code blocks, code in a line, links."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.shape import ROOT

TOP = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES = [*TOP, *sorted((ROOT / "docs").glob("*.md"))]
RECORDS = sorted((ROOT / "docs" / "decisions").glob("*.md"))

_BLOCK = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


class Code(NamedTuple):
    """Code of a document, with where it stands."""

    where: str
    text: str


def blocks(page: Path, *languages: str) -> Iterator[Code]:
    """The blocks in one of the languages; "" is that of a block without one."""
    text = page.read_text(encoding="utf-8")
    for found in _BLOCK.finditer(text):
        if found["language"] in languages:
            line = text.count("\n", 0, found.start()) + 1
            yield Code(f"{page.name}:{line}", found["text"])


def shell_lines(page: Path) -> Iterator[Code]:
    """The lines of blocks for a shell, without comments; a line that is continued is one."""
    for block in blocks(page, "", "sh", "bash", "console"):
        for line in block.text.replace("\\\n", " ").splitlines():
            yield Code(block.where, line.split(" #")[0].removeprefix("$ ").strip())


def spans(page: Path) -> Iterator[list[Code]]:
    """The code in a line of text, line by line."""
    text = _BLOCK.sub(lambda found: "\n" * found[0].count("\n"), page.read_text(encoding="utf-8"))
    for number, line in enumerate(text.splitlines(), start=1):
        yield [Code(f"{page.name}:{number}", code) for code in _SPAN.findall(line)]


def links(page: Path) -> Iterator[str]:
    """Where the links of a page within the repository go, without the places in a page."""
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith("#"):
            yield target.partition("#")[0]
