"""A Kinesis data stream in a plan: its shards are sized with what reads them."""

from dataclasses import dataclass

from tidegate.rules.kinds.kinesis_stream.state import Stream
from tidegate.scaling.kinds.kinesis_stream.units import Shards
from tidegate.scaling.model.planning import Planning

__all__ = ["StreamPlanning"]


@dataclass(frozen=True)
class StreamPlanning(Planning):
    """Of the stream that a pipeline reads."""

    stream: Stream

    @property
    def source(self) -> Shards:
        """Its shards."""
        return Shards(self.stream)
