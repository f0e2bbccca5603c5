"""The stream of the world: shards on the ring, producers refused and retrying, resharding."""

from dataclasses import dataclass, field
from math import ceil
from random import Random

from tidegate.simulator.kinds.kinesis_stream.shards import ShardState, lanes_of
from tidegate.simulator.publisher import Dimensions, Metric, Publisher
from tidegate.simulator.scenario import StreamData, Traffic
from tidegate.simulator.traffic import RING, Keys

__all__ = ["StreamState"]

RECORDS_PER_SECOND = 1000
BYTES_PER_SECOND = 1024 * 1024
RETRY_SHARE = 0.2
"""Refused producers back off: a fifth of what waits is tried again each second."""

STREAM_METRICS = (
    "WriteProvisionedThroughputExceeded",
    "PutRecords.Success",
    "IncomingRecords",
    "IncomingBytes",
    "GetRecords.IteratorAgeMilliseconds",
    "GetRecords.Success",
    "GetRecords.Records",
    "GetRecords.Bytes",
)
BUFFER_SECONDS = 600
"""Producers keep as many refused records, of all shards together, as they write in ten minutes, and
drop the rest."""


@dataclass(slots=True)
class StreamState:
    """Open shards and the closed ones that still hold records.

    ``held_seconds`` is how long a record put now waits at its producer, in the shard where that
    takes longest.
    """

    data: StreamData
    traffic: Traffic
    keys: Keys
    publisher: Publisher
    random: Random
    factor: int
    retention_hours: int
    first_lane_apart: bool = True
    shards: list[ShardState] = field(default_factory=list)
    made: int = 0
    records_written: int = 0
    records_dropped: int = 0
    records_expired: int = 0
    producer_throttles: int = 0
    held_seconds: float = 0.0
    dimensions: Dimensions = ()
    _open: list[ShardState] = field(default_factory=list)
    _metrics: dict[str, Metric] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dimensions = (("StreamName", self.data.name),)
        metric = self.publisher.metric
        self._metrics = {
            each: metric(("AWS/Kinesis", each, self.dimensions)) for each in STREAM_METRICS
        }

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
        lanes = lanes_of(self.factor, self.first_lane_apart)
        shard = ShardState(f"shardId-{self.made:012d}", start, end, parents, lanes)
        self.made += 1
        self.shards.append(shard)
        self._open = []
        return shard

    def weigh(self, traffic: Traffic) -> None:
        """Find each open shard's share of the records; after a reshard or a change of traffic."""
        self.traffic = traffic
        for shard in self.open_shards:
            shard.ordinary, shard.hot = self.keys.shares(traffic, shard.start, shard.end)

    def replace(self, old: list[ShardState], ranges: list[tuple[int, int]]) -> None:
        """Close shards and open others in their place; what producers hold back follows its
        keys."""
        old = list(old)
        for start, end in ranges:
            inside = [each for each in old if each.start <= end and each.end >= start]
            child = self.new_shard(start, end, tuple(each.shard_id for each in inside))
            child.pending = sum(self._held_of(each, start, end) for each in inside)
        for shard in old:
            shard.is_open, shard.pending = False, 0
        self._open = []

    def _held_of(self, shard: ShardState, start: int, end: int) -> int:
        """What is held back of a shard's records and falls into a range."""
        whole = shard.ordinary + shard.hot
        if not shard.pending or not whole:
            return 0
        start, end = max(start, shard.start), min(end, shard.end)
        return round(shard.pending * sum(self.keys.shares(self.traffic, start, end)) / whole)

    def uniform(self, count: int) -> None:
        """Shards of equal ranges: what a stream begins with, and what UpdateShardCount ends in."""
        edges = [RING * at // count for at in range(count + 1)]
        ranges = [(edges[at], edges[at + 1] - 1) for at in range(count)]
        self.replace(self.open_shards, ranges)

    def take_in(self, now: float, rate: float, traffic: Traffic) -> int:
        """One second of producers; returns what was accepted."""
        noisy = rate * self.random.uniform(1 - traffic.noise, 1 + traffic.noise)
        limit = min(RECORDS_PER_SECOND, BYTES_PER_SECOND // traffic.record_bytes)
        taken = offered_to = refused_in_all = longest_held = 0
        success = 0.0
        for shard in self.open_shards:
            offered = self._offered(shard, noisy)
            accepted = min(limit, offered)
            if accepted < offered or shard.pending:
                shard.pending += offered - ceil(shard.pending * RETRY_SHARE) - accepted
                longest_held = max(longest_held, shard.pending)
            if not offered:
                continue
            hot = round(accepted * shard.hot / (shard.ordinary + shard.hot)) if shard.hot else 0
            shard.put(now, accepted - hot, hot)
            taken += accepted
            refused_in_all += offered - accepted
            offered_to += 1
            success += accepted / offered
            if self.data.shard_metrics:
                self._tell_of_shard(shard, accepted, offered - accepted, traffic)
        self.held_seconds = longest_held / limit
        if longest_held:
            self._drop(int(BUFFER_SECONDS * max(noisy, 1)))
        self.records_written += taken
        self.producer_throttles += refused_in_all
        self._tell(taken, refused_in_all, success, offered_to, traffic)
        return taken

    def _offered(self, shard: ShardState, rate: float) -> int:
        whole = rate * (shard.ordinary + shard.hot)
        fresh = int(whole) + (self.random.random() < whole % 1)
        return fresh + ceil(shard.pending * RETRY_SHARE) if shard.pending else fresh

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

    def _tell(
        self, accepted: int, refused: int, success: float, shards: int, traffic: Traffic
    ) -> None:
        if not shards:
            return
        metrics = self._metrics
        metrics["WriteProvisionedThroughputExceeded"].add(refused, shards)
        metrics["PutRecords.Success"].add(success, shards)
        if accepted:
            metrics["IncomingRecords"].add(accepted)
            metrics["IncomingBytes"].add(accepted * traffic.record_bytes)

    def _tell_of_shard(
        self, shard: ShardState, accepted: int, refused: int, traffic: Traffic
    ) -> None:
        add, name = self.publisher.add, (*self.dimensions, ("ShardId", shard.shard_id))
        add(("AWS/Kinesis", "IncomingRecords", name), accepted)
        add(("AWS/Kinesis", "IncomingBytes", name), accepted * traffic.record_bytes)
        add(("AWS/Kinesis", "WriteProvisionedThroughputExceeded", name), refused)

    def tell_reads(self, records: int, age_seconds: float, record_bytes: int) -> None:
        """A second of its readers: what they got, and how old the oldest unread record is."""
        metrics = self._metrics
        metrics["GetRecords.IteratorAgeMilliseconds"].add(age_seconds * 1000)
        metrics["GetRecords.Success"].add(1)
        if records:
            metrics["GetRecords.Records"].add(records)
            metrics["GetRecords.Bytes"].add(records * record_bytes)

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
            shard.set_lanes(factor, self.first_lane_apart)

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
