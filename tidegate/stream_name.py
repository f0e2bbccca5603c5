"""The name of a stream as an argument."""

from re import fullmatch

import click

__all__ = ["as_stream_name"]


def as_stream_name(_: click.Context, __: click.Parameter, value: str) -> str:
    """A name that AWS takes (StreamName, Kinesis API reference), for ``click``."""
    if not fullmatch(r"[a-zA-Z0-9_.-]{1,128}", value):
        words = f"{value!r} is not the name of a stream; letters, digits and _.- are, 128 at most"
        raise click.BadParameter(words)
    return value
