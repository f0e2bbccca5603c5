"""The shards of a stream on the ring of hash keys, and how they are split and merged."""

from dataclasses import dataclass, field

from tidegate.simulator.kinds.kinesis_stream.limits import READ_BYTES_PER_SECOND
from tidegate.simulator.kinds.kinesis_stream.shard import ShardState
from tidegate.simulator.kinds.kinesis_stream.subscription import Subscribed
from tidegate.simulator.records import Part
from tidegate.simulator.traffic import RING, Keys, Traffic

__all__ = ["Ring"]


@dataclass(slots=True, eq=False)
class Ring:
    """``shards`` are the open ones and the closed ones that still hold records for some reader,
    ``open_shards`` those that take records, in key order. ``sharing`` are the subscriptions that
    read from one throughput: all but those of registered consumers."""

    traffic: Traffic
    first_lane_apart: bool
    keys: Keys = field(init=False)
    read_records: int = field(init=False)
    shards: list[ShardState] = field(default_factory=list)
    subscriptions: list[Subscribed] = field(default_factory=list)
    sharing: list[Subscribed] = field(default_factory=list)
    open_shards: list[ShardState] = field(default_factory=list)
    made: int = 0
    _forgotten: dict[str, ShardState] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keys = Keys(self.traffic)
        self.read_records = READ_BYTES_PER_SECOND // self.traffic.record_bytes

    @property
    def open_count(self) -> int:
        """How many shards take records."""
        return len(self.open_shards)

    def new_shard(self, start: int, end: int, parents: tuple[str, ...]) -> ShardState:
        """A fresh open shard."""
        shard = ShardState(f"shardId-{self.made:012d}", start, end, parents)
        for subscription in self.subscriptions:
            subscription.add(shard)
        self.made += 1
        self.shards.append(shard)
        return shard

    def weigh(self, traffic: Traffic) -> None:
        """Find each open shard's share of the records; after a reshard or a change of traffic."""
        self.traffic = traffic
        self.read_records = READ_BYTES_PER_SECOND // traffic.record_bytes
        for subscription in self.subscriptions:
            if not subscription.shares:
                for part in subscription.parts:
                    part.budget = self.read_records
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
        opened = (each for each in self.shards if each.is_open)
        self.open_shards = sorted(opened, key=lambda each: each.start)

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

    def forget_drained(self) -> None:
        """Closed shards without records play no further part, once nothing waits for them."""
        if len(self.shards) == len(self.open_shards):
            return
        drained = [each for each in self.shards if not each.is_open and not each.backlog]
        self._forgotten |= {each.shard_id: each for each in drained}
        self._keep([each for each in self.shards if each.is_open or each.backlog])

    def remember(self, part: Part) -> None:
        """A shard that was drained has records once more."""
        self._keep([*self.shards, self._forgotten.pop(part.part_id)])

    def _keep(self, shards: list[ShardState]) -> None:
        self.shards = shards
        for at, subscription in enumerate(self.subscriptions):
            subscription.parts = [shard.parts[at] for shard in shards]
