"""Tumbling windows that a change of the shards closes.

Lambda keeps a window's state by shard; a reshard ends the window before its time, and what is
aggregated then is of a part of it (Lambda guide, tumbling windows).
"""

from collections.abc import Iterator

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.scaling.kinds.kinesis_stream import words
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.plan import Prohibition

__all__ = ["closed_windows"]

CONSENT = "scale-out"
"""Where the file says nothing: who has handed the shards over wants late records read, and no
windows broken to save money."""


def closed_windows(
    pipeline: Pipeline, said: InFile, *, is_scale_out: bool
) -> Iterator[Prohibition]:
    """No change that the file doesn't allow of a function with such windows."""
    for consumer in consumers_of(pipeline):
        window, consent = (
            consumer.mapping.reading.tumbling_window_seconds,
            _consent(said, consumer.name),
        )
        if window and consent != "always" and not (is_scale_out and consent == "scale-out"):
            yield Prohibition(
                words.CLOSES_WINDOWS(window=window, name=consumer.name, consent=consent)
            )


def _consent(said: InFile, function: str) -> str:
    entries = () if said.entry is None else said.entry.consumers
    found = (each.closing_windows for each in entries if each.function == function)
    return next(found, CONSENT)
