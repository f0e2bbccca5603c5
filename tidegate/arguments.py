"""Names as arguments of commands, held to the grammar that a pipeline file is held to."""

import re
from collections.abc import Callable

import click

from tidegate.scaling.config.grammar import Grammar
from tidegate.scaling.config.names import FUNCTION, STREAM

__all__ = ["as_function_name", "as_stream_name", "held_to", "named"]

_PLACEHOLDER = r"\b[A-Z]{2,}\b"
"""Such as ACCOUNT in an ARN."""


def held_to(
    grammar: Grammar,
) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    """The callback of an argument, or of an option that may be left out, that is held to it."""

    def checked(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
        return None if value is None else named(grammar, value)

    return checked


def as_stream_name(_: click.Context, __: click.Parameter, value: str) -> str:
    """The name of a stream, for ``click``."""
    return named(STREAM, value)


def as_function_name(_: click.Context, __: click.Parameter, value: str) -> str:
    """The name of a function, for ``click``."""
    return named(FUNCTION, value)


def named(grammar: Grammar, value: str, hint: str | None = None) -> str:
    """A value that is a name of a kind. Raises BadParameter, of the option ``hint``, where not."""
    words = grammar.complaint(value)
    if words is not None:
        raise click.BadParameter(words + _placeholders(grammar, value), param_hint=hint)
    return value


def _placeholders(grammar: Grammar, value: str) -> str:
    """What to do where the grammar's example was typed as it is written."""
    there = set(re.findall(_PLACEHOLDER, value))
    kept = [each for each in re.findall(_PLACEHOLDER, grammar.allowed) if each in there]
    return f"; put your own in place of {' and '.join(kept)}" if kept else ""
