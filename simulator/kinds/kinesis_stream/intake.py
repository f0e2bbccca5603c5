"""What producers bring to the shards of a stream, and what they drop of what is refused."""

from dataclasses import dataclass, field
from random import Random

from tidegate.simulator.kinds.kinesis_stream.data import StreamData
from tidegate.simulator.kinds.kinesis_stream.limits import (
    BYTES_PER_SECOND,
    RECORDS_PER_SECOND,
)
from tidegate.simulator.kinds.kinesis_stream.metrics import StreamMetrics
from tidegate.simulator.kinds.kinesis_stream.ring import Ring
from tidegate.simulator.kinds.kinesis_stream.shard import ShardState
from tidegate.simulator.kinds.kinesis_stream.subscription import share_reads
from tidegate.simulator.traffic import Points, rate_at

__all__ = ["Intake"]

BUFFER_SECONDS = 600
"""Producers keep as many refused records, of all shards together, as they write in ten minutes, and
drop the rest."""


@dataclass(slots=True, eq=False)
class Intake(Ring):
    """``held_seconds`` is how long a record put now waits at its producer, in the shard where that
    takes longest. ``others`` are producers besides the traffic's; ``brought`` is what processors
    have written since the last second, and ``accepted`` what the stream took in the newest.
    ``failing_puts`` is the share of producers' calls that fail for another reason than throughput,
    such as a key that they may not use; their records are dropped."""

    data: StreamData = field(kw_only=True)
    metrics: StreamMetrics = field(kw_only=True)
    random: Random = field(kw_only=True)
    others: list[Points] = field(default_factory=list)
    failing_puts: float = 0.0
    brought: int = 0
    accepted: int = 0
    records_written: int = 0
    records_dropped: int = 0
    producer_throttles: int = 0
    held_seconds: float = 0.0

    def take_in(self, now: float) -> None:
        """One second of producers."""
        traffic = self.traffic
        rate = rate_at(traffic.points, now)
        if self.others:
            rate += sum(rate_at(points, now) for points in self.others)
        rate *= self.random.uniform(1 - traffic.noise, 1 + traffic.noise)
        failing = rate * self.failing_puts
        self.records_dropped += round(failing)
        rate -= failing
        limit = min(RECORDS_PER_SECOND, BYTES_PER_SECOND // traffic.record_bytes)
        self.accepted = accepted = self._put_to_shards(now, rate, limit)
        self.records_written += accepted
        if accepted:
            self.metrics.tell_incoming(accepted, traffic.record_bytes)
        if len(self.sharing) > 1:
            share_reads(self.sharing, self.read_records)

    def _put_to_shards(self, now: float, rate: float, limit: int) -> int:
        taken = offered_to = refused_in_all = longest_held = 0
        success = 0.0
        in_all = rate + self.brought
        brought = self._spread() if self.brought else None
        for shard in self.open_shards:
            offered = self._offered(shard, rate)
            if brought:
                offered += brought[shard.shard_id]
            accepted = shard.take(now, offered, limit)
            longest_held = max(longest_held, shard.pending)
            if not offered:
                continue
            taken += accepted
            refused_in_all += offered - accepted
            offered_to += 1
            success += accepted / offered
            if self.data.shard_metrics:
                size = self.traffic.record_bytes
                self.metrics.tell_of_shard(shard, accepted, offered - accepted, size)
        self.held_seconds = longest_held / limit
        if longest_held:
            self._drop(int(BUFFER_SECONDS * max(in_all, 1)))
        self.producer_throttles += refused_in_all
        if offered_to or self.failing_puts:
            success *= 1 - self.failing_puts
            self.metrics.tell_calls(refused_in_all, success, offered_to or self.open_count)
        return taken

    def _spread(self) -> dict[str, int]:
        """Records that processors have brought, over the shards by their shares, none lost."""
        records, self.brought = self.brought, 0
        whole = sum(shard.ordinary + shard.hot for shard in self.open_shards)
        share, given, found = 0.0, 0, {}
        for shard in self.open_shards:
            share += shard.ordinary + shard.hot
            found[shard.shard_id] = round(records * share / whole) - given
            given += found[shard.shard_id]
        return found

    def _offered(self, shard: ShardState, rate: float) -> int:
        whole = rate * (shard.ordinary + shard.hot)
        fresh = int(whole) + (self.random.random() < whole % 1)
        return fresh + shard.retried

    def _drop(self, most: int) -> None:
        """What is held back beyond that, from the shards that hold the most."""
        over = sum(shard.pending for shard in self.open_shards) - most
        for shard in sorted(self.open_shards, key=lambda each: -each.pending):
            if over <= 0:
                break
            dropped = min(over, shard.pending)
            shard.pending -= dropped
            self.records_dropped += dropped
            over -= dropped
