"""Tumbling windows that a change of the shards closes.

Lambda keeps a window's state by shard; a reshard ends the window before its time, and what is
aggregated then is of a part of it (Lambda guide, tumbling windows).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol, TypeVar

from tidegate.rules.graph import Pipeline, Question
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.lambda_mapping.state import ReadersOf, consumers_of
from tidegate.scaling.kinds.kinesis_stream import words
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.plan import Prohibition

__all__ = ["closed_windows", "with_windows"]

A = TypeVar("A")

CONSENT = "scale-out"
"""Where the file says nothing: who has handed the shards over wants late records read, and no
windows broken to save money."""


class Asked(Protocol):
    """Who knows what reads a stream (``Cloud``)."""

    def ask(self, question: Question[A]) -> A:
        """What the question is for."""
        ...


def with_windows(pipeline: Pipeline, said: InFile, cloud: Asked) -> Pipeline:
    """The pipeline with the functions of the file that read its stream, where they weren't looked
    at and one of them doesn't allow every change. One that has gone has no windows."""
    entries = () if said.entry is None else said.entry.consumers
    guarded = {each.function for each in entries if each.closing_windows != "always"}
    if not guarded or consumers_of(pipeline):
        return pipeline
    stream = stream_of(pipeline)
    readers = cloud.ask(ReadersOf(stream.name, stream.arn))
    found = tuple(each for each in readers if each.name in guarded)
    return replace(pipeline, resources=(*pipeline.resources, *found))


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
