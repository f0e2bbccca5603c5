"""The shards of a stream, as the units that a plan sizes with what reads them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.kinesis_stream.idle import arrivals_told
from tidegate.rules.kinds.kinesis_stream.state import (
    HASH_KEYS,
    SHARD_BYTES_PER_SECOND,
    SHARD_RECORDS_PER_SECOND,
    Shard,
    Stream,
)
from tidegate.rules.kinds.source import SourceSeries
from tidegate.rules.window import Window
from tidegate.scaling.kinds.kinesis_stream import words
from tidegate.scaling.kinds.kinesis_stream.actions import UPDATE_SHARD_COUNT
from tidegate.scaling.kinds.kinesis_stream.levers import shard_count_constraints
from tidegate.scaling.kinds.kinesis_stream.limits import STEP_MOST, UPDATES_PER_DAY
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.plan import Constraint, Demand

__all__ = ["Shards"]

DAY_SECONDS = 24 * 3600

READ_BYTES_PER_SECOND = 2 * 1024 * 1024
"""Read limit of a shard, shared by its standard consumers (Kinesis quotas)."""


@dataclass(frozen=True, slots=True)
class Shards:
    """``tidegate.scaling.model.sized.SourceUnits``: the open shards of a stream. What a plan asks
    for all the time is worked out once. So many of the readers that the pipeline names are
    ``pushed`` their records with throughput of their own (enhanced fan-out), and poll no shard."""

    stream: Stream
    lever: Lever
    count: int
    pushed: int = 0
    is_polled: bool = True

    @classmethod
    def of(cls, stream: Stream, pushed: int = 0, *, is_polled: bool = True) -> "Shards":
        """Those of a stream that are open; ``is_polled`` by a reader that the pipeline names."""
        lever = Lever.of(LeverKind.SHARD_COUNT, stream.name)
        return cls(stream, lever, stream.shard_count, pushed, is_polled)

    @property
    def change_takes_seconds(self) -> float:
        """UpdateShardCount takes half a minute at least."""
        return 30.0

    @property
    def change_lasts_seconds(self) -> float:
        """The part of a day that each of its calls has."""
        return DAY_SECONDS / UPDATES_PER_DAY

    def lets_in(self, units: int) -> tuple[float, float]:
        """As many times what a shard takes."""
        return SHARD_RECORDS_PER_SECOND * units, SHARD_BYTES_PER_SECOND * units

    @property
    def step_most(self) -> int:
        """One call at most doubles them (UpdateShardCount, API reference)."""
        return STEP_MOST

    @property
    def least_decrease_share(self) -> float:
        """A quarter: a day has ten calls of UpdateShardCount, and those by multiples of a quarter
        finish soonest (API reference)."""
        return 0.25

    @property
    def operation(self) -> str:
        """UpdateShardCount."""
        return UPDATE_SHARD_COUNT

    def for_volume(self, load: Load, said: InFile, readers: int) -> Demand:
        """Shards for the records and bytes written, and for the bytes read by every consumer that
        shares a shard's reads with one of the pipeline's."""
        sharing = readers - self.pushed if self.is_polled else 0
        use: float = said.entry.target_utilization.shard
        by_records = load.records_per_second / (SHARD_RECORDS_PER_SECOND * use)
        by_bytes = load.bytes_per_second / (SHARD_BYTES_PER_SECOND * use)
        by_reads = load.bytes_per_second * sharing / (READ_BYTES_PER_SECOND * use)
        shards = max(1, ceil(max(by_records, by_bytes, by_reads)))
        if by_records >= max(by_bytes, by_reads):
            because = words.SHARDS_BY_RECORDS(
                load=load.reason, shard_limit=SHARD_RECORDS_PER_SECOND, target_utilization=use
            )
        elif by_bytes >= by_reads:
            size = load.bytes_per_second / SHARD_BYTES_PER_SECOND
            because = words.SHARDS_BY_BYTES(mib_per_second=size, target_utilization=use)
        else:
            because = words.SHARDS_BY_READS(consumers=sharing, target_utilization=use)
        return Demand(self.lever, shards, because)

    def arrivals(self, series: SourceSeries) -> Window:
        """0 where no point tells and readers found the stream empty."""
        return arrivals_told(series)

    def call_constraints(
        self, current: int, wanted: int, most: int, history: History, now: datetime
    ) -> Iterator[Constraint]:
        """What UpdateShardCount takes of so many even shards."""
        return shard_count_constraints(_even(self.stream, current), wanted, most, history, now)


def _even(stream: Stream, count: int) -> Stream:
    edges = [HASH_KEYS * at // count for at in range(count + 1)]
    shards = tuple(Shard(str(at), edges[at], edges[at + 1] - 1) for at in range(count))
    return replace(stream, open_shards=shards)
