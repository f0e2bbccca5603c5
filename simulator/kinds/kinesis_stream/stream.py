"""The streams of the world: AWS bills them, and CloudWatch hears of them."""

from dataclasses import dataclass, field, replace

from tidegate.simulator.kinds.kinesis_stream.bill import Bill
from tidegate.simulator.kinds.kinesis_stream.source import SourceState
from tidegate.simulator.participant import Tally

__all__ = ["StreamState"]


@dataclass(slots=True, eq=False)
class StreamState(SourceState):
    """``shard_count_calls`` are the seconds of the UpdateShardCount calls that AWS took."""

    shard_count_calls: list[float] = field(default_factory=list)
    bill: Bill = field(default_factory=Bill)

    @property
    def publishes(self) -> bool:
        """CloudWatch hears of it."""
        return True

    @property
    def is_updating(self) -> bool:
        """Whether it is UPDATING."""
        return self.site.pending.is_busy(self.key)

    def settle(self, now: float) -> None:
        """What the second costs too."""
        SourceState.settle(self, now)
        self.bill.add_second(len(self.open_shards), self.retention_hours > 24)
        self.bill.add_records(self.accepted, self.traffic.record_bytes)

    def tally(self) -> Tally:
        """With what it costs."""
        return replace(SourceState.tally(self), usd=self.bill.usd)
