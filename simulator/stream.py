"""The stream of the world: shards on the ring, producers refused and retrying, resharding."""

from dataclasses import dataclass, field
from math import ceil
from random import Random

from simulator.publisher import Dimensions, Publisher
from simulator.scenario import StreamData, Traffic
from simulator.shards import Lane, ShardState
from simulator.traffic import RING, Keys

__all__ = ["StreamState"]

RECORDS_PER_SECOND = 1000
BYTES_PER_SECOND = 1024 * 1024
RETRY_SHARE = 0.2
"""Refused producers back off: a fifth of what waits is tried again each second."""

BUFFER_SECONDS = 600
"""Producers keep ten minutes of refused records, then drop the rest."""


@dataclass(slots=True)
class StreamState:
    """Open shards and the closed ones that still hold records."""

    data: StreamData
    keys: Keys
    publisher: Publisher
    random: Random
    factor: int
    retention_hours: int
    shards: list[ShardState] = field(default_factory=list)
    made: int = 0
    records_written: int = 0
    records_dropped: int = 0
    records_expired: int = 0
    producer_throttles: int = 0
    dimensions: Dimensions = ()
    _open: list[ShardState] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dimensions = (("StreamName", self.data.name),)

    @property
    def open_shards(self) -> list[ShardState]:
        """Shards that take records, in key order."""
        if not self._open:
            opened = (each for each in self.shards if each.is_open)
            self._open = sorted(opened, key=lambda each: each.start)
        return self._open

    @property
    def open_count(self) -> int:
        """How many shards take records."""
        return len(self.open_shards)

    def new_shard(self, start: int, end: int, parents: tuple[str, ...]) -> ShardState:
        """A fresh open shard."""
        lanes = [Lane() for _ in range(self.factor)]
        shard = ShardState(f"shardId-{self.made:012d}", start, end, parents, lanes)
        self.made += 1
        self.shards.append(shard)
        self._open = []
        return shard

    def weigh(self, traffic: Traffic) -> None:
        """Find each open shard's share of the records; after a reshard or a change of traffic."""
        for shard in self.open_shards:
            shard.ordinary, shard.hot = self.keys.shares(traffic, shard.start, shard.end)

    def replace(self, old: list[ShardState], ranges: list[tuple[int, int]]) -> None:
        """Close shards and open others in their place; what producers hold back follows."""
        old = list(old)
        held = sum(shard.pending for shard in old)
        for shard in old:
            shard.is_open, shard.pending = False, 0
        for start, end in ranges:
            parents = tuple(
                each.shard_id for each in old if each.start <= end and each.end >= start
            )
            child = self.new_shard(start, end, parents)
            child.pending = held // len(ranges)

    def uniform(self, count: int) -> None:
        """What UpdateShardCount ends in."""
        edges = [RING * at // count for at in range(count + 1)]
        ranges = [(edges[at], edges[at + 1] - 1) for at in range(count)]
        self.replace(self.open_shards, ranges)

    def take_in(self, now: float, rate: float, traffic: Traffic) -> int:
        """One second of producers; returns what was accepted."""
        accepted = 0
        noisy = rate * self.random.uniform(1 - traffic.noise, 1 + traffic.noise)
        for shard in self.open_shards:
            accepted += self._take_in_shard(shard, now, noisy, traffic)
        self.records_written += accepted
        if accepted:
            add, name = self.publisher.add, self.dimensions
            add(("AWS/Kinesis", "IncomingRecords", name), accepted)
            add(("AWS/Kinesis", "IncomingBytes", name), accepted * traffic.record_bytes)
        return accepted

    def _take_in_shard(self, shard: ShardState, now: float, rate: float, traffic: Traffic) -> int:
        whole = rate * (shard.ordinary + shard.hot)
        fresh = int(whole) + (self.random.random() < whole % 1)
        retried = ceil(shard.pending * RETRY_SHARE)
        limit = min(RECORDS_PER_SECOND, BYTES_PER_SECOND // traffic.record_bytes)
        accepted = min(limit, fresh + retried)
        refused = fresh + retried - accepted
        shard.pending += fresh - accepted
        most = int(BUFFER_SECONDS * max(rate, 1))
        if shard.pending > most:
            self.records_dropped += shard.pending - most
            shard.pending = most
        hot = round(accepted * shard.hot / (shard.ordinary + shard.hot)) if shard.hot else 0
        shard.put(now, accepted - hot, hot)
        self._tell(shard, accepted, refused, traffic)
        return accepted

    def _tell(self, shard: ShardState, accepted: int, refused: int, traffic: Traffic) -> None:
        if not accepted + refused:
            return
        self.producer_throttles += refused
        add, offered = self.publisher.add, accepted + refused
        add(("AWS/Kinesis", "WriteProvisionedThroughputExceeded", self.dimensions), refused)
        add(("AWS/Kinesis", "PutRecords.Success", self.dimensions), accepted / offered)
        if self.data.shard_metrics:
            name = (*self.dimensions, ("ShardId", shard.shard_id))
            add(("AWS/Kinesis", "IncomingRecords", name), accepted)
            add(("AWS/Kinesis", "IncomingBytes", name), accepted * traffic.record_bytes)
            add(("AWS/Kinesis", "WriteProvisionedThroughputExceeded", name), refused)

    def readable(self) -> list[ShardState]:
        """Shards that Lambda reads: a child only when its parents are drained."""
        if len(self.shards) == len(self.open_shards):
            return self.shards
        holding = {each.shard_id for each in self.shards if not each.is_open and each.backlog}
        return [
            each for each in self.shards if each.backlog and not holding.intersection(each.parents)
        ]

    def set_factor(self, factor: int) -> None:
        """Another parallelization factor, on every shard."""
        self.factor = factor
        for shard in self.shards:
            shard.set_lanes(factor)

    def expire(self, now: float) -> None:
        """Records older than the retention are gone."""
        before = now - self.retention_hours * 3600
        for shard in self.shards:
            self.records_expired += sum(lane.expire(before) for lane in shard.lanes)

    def forget_drained(self) -> None:
        """Closed shards without records play no further part, once nothing waits for them."""
        self.shards = [each for each in self.shards if each.is_open or each.backlog]

    def age_seconds(self, now: float) -> float:
        """How old the oldest unread record is."""
        oldest = now
        for shard in self.shards:
            for lane in shard.lanes:
                first = lane.oldest
                if first is not None and first < oldest:
                    oldest = first
        return now - oldest
