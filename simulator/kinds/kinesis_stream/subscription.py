"""One reader's place in a stream, and what the shards give several readers together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tidegate.simulator.kinds.kinesis_stream.limits import CALLS_PER_SECOND
from tidegate.simulator.kinds.kinesis_stream.metrics import StreamMetrics
from tidegate.simulator.kinds.kinesis_stream.shard import ShardState
from tidegate.simulator.participant import Source, Subscriber
from tidegate.simulator.records import Cohort, Part, fair, lanes_of
from tidegate.simulator.traffic import Traffic, rate_at

__all__ = ["Subscribed", "share_reads"]

REPLAYED_SECONDS = 10
"""Old records that are read again as one cohort."""


class Readable(Source, Protocol):
    """What a reader's place is in."""

    first_lane_apart: bool
    metrics: StreamMetrics
    read_records: int
    shards: list[ShardState]
    open_shards: list[ShardState]
    subscriptions: "list[Subscribed]"
    sharing: "list[Subscribed]"
    traffic: Traffic

    def remember(self, part: Part) -> None:
        """A shard that was drained has records once more."""
        ...


@dataclass(slots=True, eq=False)
class Subscribed:
    """``parts`` go along with the stream's shards. ``polls`` are calls that have come due, by
    shard, where it shares their reads."""

    source: Readable
    subscriber: Subscriber
    at: int
    width: int
    parts: list[Part] = field(default_factory=list)
    is_reading: bool = True
    age_seconds: float = 0.0
    records_expired: int = 0
    polls: dict[str, float] = field(default_factory=dict)

    def add(self, shard: ShardState) -> None:
        """A shard to read."""
        lanes = lanes_of(self.width, self.source.first_lane_apart)
        part = Part(shard.shard_id, lanes, self.source.read_records)
        part.filtered_share = self.subscriber.filtered_share
        part.has_one_key = self.source.traffic.is_aggregated
        shard.parts.append(part)
        self.parts.append(part)

    def readable(self) -> Sequence[Part]:
        """Shards that it reads: a child only when its parents are drained."""
        shards = self.source.shards
        if len(shards) == len(self.source.open_shards):
            return self.parts
        at = self.at
        holding = {each.shard_id for each in shards if not each.is_open and each.parts[at].backlog}
        return [
            each.parts[at]
            for each in shards
            if each.parts[at].backlog and not holding.intersection(each.parents)
        ]

    @property
    def shares(self) -> bool:
        """Whether others read from the same throughput: all but registered consumers do."""
        return not self.subscriber.fan_out and len(self.source.sharing) > 1

    def refuse(self, part: Part) -> None:
        """ReadProvisionedThroughputExceeded, unless its call was refused as one too many, which is
        counted with those of the other readers, or it makes none, being pushed to."""
        if part.budget and not self.subscriber.fan_out:
            self.source.metrics.tell_refused_reads(1)

    def asks(self, part: Part, granted: float) -> bool:
        """Whether one of its calls for a shard is answered in this second."""
        polls = self.polls.get(part.part_id, 0.0) + self.subscriber.calls_per_second * granted
        self.polls[part.part_id] = polls % 1
        return polls >= 1

    def set_width(self, width: int) -> None:
        """Another parallelization factor, on every shard."""
        self.width = width
        for part in self.parts:
            part.set_lanes(width, self.source.first_lane_apart)

    def give_back(self, part: Part, cohorts: list[Cohort]) -> None:
        """Records taken before are to be read again, also of a shard that is forgotten."""
        part.lanes[0].give_back(cohorts)
        if not any(each is part for each in self.parts):
            self.source.remember(part)

    def rewind(self, seconds: int, now: float) -> None:
        """Begin anew with the records of so many seconds before, by what producers brought."""
        traffic = self.source.traffic
        for part, shard in zip(self.parts, self.source.shards, strict=True):
            share = (shard.ordinary + shard.hot) * REPLAYED_SECONDS
            moments = range(int(now) - seconds, int(now), REPLAYED_SECONDS)
            cohorts = [(float(at), round(rate_at(traffic.points, at) * share)) for at in moments]
            part.lanes[0].give_back([each for each in cohorts if each[1]])

    def expire(self, before: float) -> None:
        """Records older than the retention are gone."""
        for part in self.parts:
            self.records_expired += sum(lane.expire(before) for lane in part.lanes)

    @property
    def backlog(self) -> int:
        """Records not done."""
        return sum(part.backlog for part in self.parts)

    @property
    def backlog_most(self) -> int:
        """Those of the shard furthest behind."""
        return max((part.backlog for part in self.parts), default=0)

    def end_second(self, now: float) -> int:
        """How many records were read in it, after finding the age of the oldest not done."""
        oldest, records = now, 0
        shares = self.shares
        for part in self.parts:
            records += part.taken
            if shares:
                part.budget -= part.taken
            part.taken = 0
            for lane in part.lanes:
                first = lane.oldest
                if first is not None and first < oldest:
                    oldest = first
        self.age_seconds = now - oldest
        return records


def share_reads(subscriptions: Sequence[Subscribed], read_records: int) -> None:
    """What each reader gets of each shard in this second: when all together ask too often, each is
    refused as often as the others; of the records, nobody gets more than an even share while
    others want theirs. What a reader was given and has not taken yet it keeps."""
    asked = sum(each.subscriber.calls_per_second for each in subscriptions)
    granted = min(1.0, CALLS_PER_SECOND / asked)
    refused = (asked - CALLS_PER_SECOND) * len(subscriptions[0].parts)
    if refused > 0:
        subscriptions[0].source.metrics.tell_refused_reads(refused)
    for parts in zip(*(each.parts for each in subscriptions), strict=True):
        readers = zip(subscriptions, parts, strict=True)
        asking = [part for reader, part in readers if reader.asks(part, granted)]
        wanted = [sum(lane.count for lane in part.lanes) for part in asking]
        for part, budget in zip(asking, fair(wanted, read_records), strict=True):
            part.budget = budget
