"""Lines for a person's terminal, which are whole where a program reads them."""

import shutil
import sys
import textwrap

__all__ = ["folded"]

_INDENT = "    "


def folded(words: str) -> str:
    """One line, folded between words to the terminal's width; a name stays whole, to be copied."""
    if not sys.stdout.isatty():
        return words
    return textwrap.fill(
        words,
        shutil.get_terminal_size().columns,
        subsequent_indent=_INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
