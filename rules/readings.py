"""What the vital windows say in the terms of the field: rates, shares, ages, concurrency."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.pipeline import Capacity, Consumer, Pipeline
from rules.vitals import CapacityVitals, FunctionVitals, Vitals
from rules.window import Window

__all__ = [
    "BURST_SECONDS",
    "RECENT_SECONDS",
    "SHARD_BYTES_PER_SECOND",
    "SHARD_RECORDS_PER_SECOND",
    "Readings",
    "rate",
]

RECENT_SECONDS = 180
"""How far back "now" reaches: three minutes, so that one odd minute can be told from a state."""

FALLING_SHARE = 0.95

BURST_SECONDS = 300
"""Unused capacity that DynamoDB keeps for bursts (developer guide)."""

SHARD_RECORDS_PER_SECOND = 1000
"""Write limit of a shard (Kinesis quotas; AWS blog, Alleycat)."""

SHARD_BYTES_PER_SECOND = 1024 * 1024
"""Write limit of a shard (Kinesis quotas; AWS blog, Alleycat)."""


def rate(window: Window, seconds: int = RECENT_SECONDS) -> float:
    """A metric of sums as a rate per second: its largest minute of the newest ``seconds``."""
    return (window.last(seconds).peak or 0.0) / window.metric.period_seconds


@dataclass(frozen=True, slots=True)
class Readings:
    """A pipeline with its vitals, and the objective that they are held against.

    ``changed_at`` is when one of its levers was last moved, None where that isn't known.
    """

    pipeline: Pipeline
    vitals: Vitals
    iterator_age_max_seconds: float
    changed_at: datetime | None = None

    @property
    def age_seconds(self) -> float | None:
        """The newest iterator age of the stream, None when none is known."""
        newest = self.vitals.stream.iterator_age_milliseconds.last(RECENT_SECONDS).latest
        return None if newest is None else newest / 1000

    @property
    def is_settling(self) -> bool:
        """Whether the minutes judged are still those before, or just after, the last change."""
        judged = self.vitals.judged_until
        settle = timedelta(seconds=RECENT_SECONDS)
        return bool(self.changed_at and judged and judged - self.changed_at < settle)

    @property
    def age_growth(self) -> float:
        """Seconds of iterator age gained per second, over the newest minutes; 1 is a standstill."""
        window = self.vitals.stream.iterator_age_milliseconds.last(RECENT_SECONDS)
        points = list(window.points())
        if len(points) < 2:
            return 0.0
        (first_at, first), (last_at, last) = points[-2], points[-1]
        return (last - first) / 1000 / (last_at - first_at).total_seconds()

    @property
    def age_is_sick(self) -> bool:
        """Over the objective, or on the way there: past a quarter of it and growing."""
        age = self.age_seconds or 0.0
        objective = self.iterator_age_max_seconds
        growing = self.age_growth > 0.05
        return (age > objective and self.age_growth > -0.05) or (age > objective / 4 and growing)

    @property
    def stream_utilization(self) -> tuple[float, float]:
        """Incoming records and bytes as shares of what the open shards take, 0..1 and above."""
        shards = self.pipeline.stream.shard_count
        records = rate(self.vitals.stream.incoming_records) / SHARD_RECORDS_PER_SECOND
        size = rate(self.vitals.stream.incoming_bytes) / SHARD_BYTES_PER_SECOND
        return records / shards, size / shards

    @property
    def producers_throttled(self) -> float:
        """The share of records refused to producers in the newest minute, 0..1."""
        refused = self.vitals.stream.write_throttles.last(60).total
        taken = self.vitals.stream.incoming_records.last(60).total
        return refused / (refused + taken) if refused else 0.0

    @property
    def refusals_fall(self) -> bool:
        """Whether producers are refused less than in the minutes before: what they held back is
        being taken in, and the stream is wide enough."""
        seen = self.vitals.stream.write_throttles.last(RECENT_SECONDS).present
        return len(seen) >= 2 and seen[-1] < FALLING_SHARE * max(seen[:-1])

    def function(self, consumer: Consumer) -> FunctionVitals:
        """The vitals of a consumer's function."""
        return self.vitals.functions[consumer.function.name]

    def capacity(self, capacity: Capacity) -> CapacityVitals:
        """The vitals of a table or an index."""
        return self.vitals.capacities[capacity.where]

    def lanes(self, consumer: Consumer) -> int:
        """Concurrent invocations that the mapping allows: shards x factor (Lambda guide)."""
        return self.pipeline.stream.shard_count * consumer.mapping.parallelization_factor

    def concurrency_cap(self, consumer: Consumer) -> int:
        """Concurrent executions that the function may have, whatever the mapping allows."""
        reserved = consumer.function.reserved_concurrency
        return self.pipeline.account_concurrency if reserved is None else reserved

    def busy_concurrency(self, consumer: Consumer) -> float:
        """Mean concurrent executions of the busiest recent minute: duration summed, over 60 s."""
        return rate(self.function(consumer).duration_sum_milliseconds) / 1000

    def throttled_share(self, capacity: Capacity) -> float:
        """Throttled writes as a share of attempted ones in the newest minutes, 0..1."""
        vitals = self.capacity(capacity)
        throttled = vitals.write_throttles.last(RECENT_SECONDS).total
        done = vitals.consumed_write_units.last(RECENT_SECONDS).total
        return throttled / (throttled + done) if throttled else 0.0

    def burst_units(self, capacity: Capacity) -> float:
        """Write units saved up at least: what was left unused since the last increase, at most for
        300 s (DynamoDB guide, burst capacity). A minute without data saves nothing; one from before
        a decrease, when the units were more, counts as if they had been as few as now, but spends
        nothing."""
        window = self.capacity(capacity).consumed_write_units
        units, saved = float(capacity.write_units), 0.0
        for at, consumed in window.points():
            if capacity.last_increase_at is None or at >= capacity.last_increase_at:
                unused = units * window.metric.period_seconds - consumed
                if capacity.last_decrease_at is not None and at < capacity.last_decrease_at:
                    unused = max(0.0, unused)
                saved = min(BURST_SECONDS * units, max(0.0, saved + unused))
        return saved

    def is_throttled_downstream(self, consumer: Consumer) -> bool:
        """Whether any table or index of the consumer throttled its writes lately."""
        return any(
            self.throttled_share(capacity) >= 0.01
            for table in consumer.tables
            for capacity in table.capacities
        )
