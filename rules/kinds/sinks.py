"""What processors write to, whatever its kinds: what arrived there, and what was refused."""

from collections.abc import Iterator

from tidegate.rules.graph import Resource
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Window

__all__ = ["refused_reads", "refused_writes", "written"]


def written(signals: Signals, reader: Resource) -> dict[str, Window]:
    """By the name of each of its sinks what was written to it, by whomever, in the sink's own
    units. Without those of which nothing tells that."""
    kinds = signals.pipeline.kinds.signals
    told = ((sink.name, kind.written(signals, sink)) for sink in reader.writes for kind in kinds)
    return {name: window for name, window in told if window is not None}


def refused_writes(signals: Signals, reader: Resource) -> Iterator[Window]:
    """The writes that its sinks refused, to whomever."""
    kinds = signals.pipeline.kinds.signals
    for sink in reader.writes:
        for kind in kinds:
            yield from kind.refused_writes(signals, sink)


def refused_reads(signals: Signals, reader: Resource) -> Iterator[Window]:
    """The reads that its sinks refused, to whomever."""
    kinds = signals.pipeline.kinds.signals
    for sink in reader.writes:
        for kind in kinds:
            yield from kind.refused_reads(signals, sink)
