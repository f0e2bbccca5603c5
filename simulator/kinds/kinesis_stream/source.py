"""Streams and topics as all others meet them: a source, and a sink of processors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tidegate.simulator.kinds.kinesis_stream.intake import Intake
from tidegate.simulator.kinds.kinesis_stream.subscription import Subscribed
from tidegate.simulator.participant import (
    TAKEN,
    Facts,
    Participant,
    Phase,
    Step,
    Subscriber,
    Tally,
    Write,
)
from tidegate.simulator.publisher import Key
from tidegate.simulator.scenario import Fault
from tidegate.simulator.site import Site
from tidegate.simulator.traffic import Points, rate_at

__all__ = ["STREAM_ARN", "SourceState"]

STREAM_ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/{}"


@dataclass(slots=True, eq=False)
class SourceState(Intake, Participant):
    """What a stream and a topic have in common. It has no bill, and CloudWatch hears nothing of
    it: a kind says more."""

    site: Site = field(kw_only=True)
    retention_hours: int = field(kw_only=True)
    _records: int = 0
    _refused: int = 0
    _last: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        Intake.__post_init__(self)
        self.uniform(self.data.shards)
        self.weigh(self.traffic)

    @property
    def name(self) -> str:
        """What AWS or Kafka calls it."""
        return self.data.name

    @property
    def arn(self) -> str:
        """How an event source mapping names it."""
        return STREAM_ARN.format(self.name)

    @property
    def record_bytes(self) -> int:
        """The size of a record now."""
        return self.traffic.record_bytes

    @property
    def part_count(self) -> int:
        """Open shards."""
        return self.open_count

    @property
    def publishes(self) -> bool:
        """Whether CloudWatch hears of it."""
        return False

    @property
    def key(self) -> str:
        """What its changes under way are known by."""
        return f"stream/{self.name}"

    @property
    def records_expired(self) -> int:
        """Records that the pipeline's own readers have lost."""
        own = (each for each in self.subscriptions if not each.subscriber.is_foreign)
        return sum(each.records_expired for each in own)

    def add_producer(self, points: Points) -> None:
        """Someone else puts records here too."""
        self.others.append(points)

    def subscribe(self, subscriber: Subscriber) -> Subscribed:
        """Another reader, of what is put from now on."""
        found = Subscribed(self, subscriber, len(self.subscriptions), subscriber.width)
        self.subscriptions.append(found)
        if not subscriber.fan_out:
            self.sharing.append(found)
        for shard in self.shards:
            found.add(shard)
        return found

    @property
    def consumers(self) -> tuple[str, ...]:
        """Those that are registered for enhanced fan-out."""
        names = (each.subscriber.fan_out for each in self.subscriptions)
        return tuple(dict.fromkeys(filter(None, names)))

    def steps(self) -> Mapping[Phase, Step]:
        """Producers put; at the end of the second its readers are told of."""
        return {Phase.ARRIVE: self.take_in, Phase.SETTLE: self.settle}

    def offer(self, records: int, hot: int) -> Write:
        """As a sink, it takes what is put to it in the next second; nobody waits for that."""
        return TAKEN

    def accept(self, records: int) -> None:
        """A processor's records."""
        self.brought += records

    def compete(self, records: float) -> float:
        """Who waits for nothing is a producer too: what is refused is tried again for it."""
        self.brought += int(records)
        return records

    def described(self) -> None:
        """A pipeline has a stream as its source alone."""

    def settle(self, now: float) -> None:
        """The second is over for its readers."""
        size = self.traffic.record_bytes
        for reader in self.subscriptions:
            records = reader.end_second(now)
            if reader.is_reading and (consumer := reader.subscriber.fan_out):
                self.metrics.tell_pushes(consumer, records, reader.age_seconds, size)
            elif reader.is_reading:
                self.metrics.tell_reads(records, reader.age_seconds, size)
            if not reader.subscriber.is_foreign:
                self.site.objective.note(reader.age_seconds, self.held_seconds)

    def close_minute(self, minute: int) -> None:
        """What the minute came to."""
        records, refused = self._last
        self._last = (self.records_written, self.producer_throttles)
        self._records = self.records_written - records
        self._refused = self.producer_throttles - refused

    def end_minute(self, second: int) -> None:
        """Records older than the retention are gone."""
        before = second - self.retention_hours * 3600
        for reader in self.subscriptions:
            reader.expire(before)
        self.forget_drained()

    def facts(self) -> Facts:
        """The truth about the minute that is over."""
        found = {
            "records": self._records,
            "bytes": self._records * self.traffic.record_bytes,
            "shard_count": self.open_count,
            "backlog_records": sum(shard.backlog for shard in self.shards),
            "producer_throttles": self._refused,
            "retention_hours": self.retention_hours,
        }
        return {fact: {self.name: value} for fact, value in found.items()}

    def strike(self, fault: Fault) -> bool:
        """``traffic`` changes its producers; ``poison`` puts a record that always fails into the
        first shard; ``updating`` keeps it UPDATING for ``seconds``; ``puts-fail`` is a ``share`` of
        the producers' calls."""
        if not fault.concerns(self.name):
            return False
        match fault.what:
            case "traffic":
                self.weigh(replace(self.traffic, **fault.fields))
            case "poison":
                for part in self.open_shards[0].parts:
                    part.lanes[0].poisoned = True
            case "puts-fail":
                self.failing_puts = fault.values["share"]
            case "updating":
                until = self.site.second + fault.values["seconds"]
                self.site.pending.begin(self.key, until, lambda: None)
            case _:
                return False
        return True

    def past(self, key: Key) -> Callable[[int], float | None] | None:
        """What CloudWatch has kept of the incoming data from before the start, where the traffic
        says what that was."""
        _, name, dimensions = key
        if ("StreamName", self.name) not in dimensions:
            return None
        match name:
            case "IncomingRecords":
                return self._records_before
            case "IncomingBytes":
                return self._bytes_before
        return None

    def _records_before(self, minute: int) -> float | None:
        points = self.traffic.points
        return 60 * rate_at(points, minute * 60 + 30) if minute * 60 >= points[0][0] else None

    def _bytes_before(self, minute: int) -> float | None:
        points = self.traffic.points
        if minute * 60 < points[0][0]:
            return None
        return self.record_bytes * 60 * rate_at(points, minute * 60 + 30)

    def tally(self) -> Tally:
        """What it has come to so far."""
        return Tally(
            records_written=self.records_written,
            records_lost=self.records_dropped + self.records_expired,
            producer_throttles=self.producer_throttles,
        )
