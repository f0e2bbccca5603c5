"""Kafka topics: nobody is billed for them here, and CloudWatch hears nothing of them."""

from dataclasses import dataclass

from tidegate.simulator.kinds.kinesis_stream.source import SourceState
from tidegate.simulator.participant import Facts

__all__ = ["TopicState"]


@dataclass(slots=True, eq=False)
class TopicState(SourceState):
    """A partition takes what a shard takes."""

    def facts(self) -> Facts:
        """The truth about the minute that is over, by the name that Kafka has for shards too."""
        return {**SourceState.facts(self), "partitions": {self.name: self.open_count}}
