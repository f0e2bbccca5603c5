"""What the vital windows say in the terms of the field: rates, shares, ages, concurrency."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from tidegate.rules.confirmed import Age, Limits, confirmed
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.metrics import CapacitySeries
from tidegate.rules.kinds.dynamodb_table.state import Capacity, tables_behind
from tidegate.rules.kinds.flink_application.metrics import ApplicationSeries
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.rules.kinds.kinesis_stream.state import (
    SHARD_BYTES_PER_SECOND,
    SHARD_RECORDS_PER_SECOND,
    stream_of,
)
from tidegate.rules.kinds.lambda_mapping.metrics import FunctionSeries
from tidegate.rules.kinds.lambda_mapping.state import Consumer, account_of, consumers_of
from tidegate.rules.kinds.rates import RECENT_SECONDS, increase, mean, rate, share
from tidegate.rules.kinds.readers import shared_readers
from tidegate.rules.kinds.signal_series import SignalSeries
from tidegate.rules.window import Window

__all__ = ["BURST_SECONDS", "RECENT_SECONDS", "Signals", "increase", "mean", "rate"]

BURST_SECONDS = 300
"""Unused capacity that DynamoDB keeps for bursts (developer guide)."""


@dataclass(frozen=True)
class Signals:
    """A pipeline, its series, and the objective and thresholds of rules that they are held against.
    ``changed_at`` is when one of its levers was last moved, ``load_history`` what came into its
    source for days, in sums of longer periods; None where that isn't known."""

    pipeline: Pipeline
    series: SignalSeries
    iterator_age_max_seconds: float
    changed_at: datetime | None = None
    load_history: Window | None = field(default=None, kw_only=True)
    thresholds: Mapping[str, float] = field(kw_only=True)

    @cached_property
    def ages(self) -> tuple[Age, ...]:
        """The iterator ages that a second sample confirms, or that a reader at its end does."""
        window = self.series.source.iterator_age_milliseconds
        sick, period = self.iterator_age_max_seconds, window.metric.period_seconds
        samples = (Age(at, value / 1000) for at, value in window.points())
        ages = confirmed(samples, Limits(self.age_well_seconds, sick, period))
        if ages.rise is None or not self.is_saturated:
            return ages.held
        return (*ages.held, ages.rise)

    @property
    def age_seconds(self) -> float | None:
        """The newest iterator age of the stream that more than one minute confirms, None when none
        is known."""
        is_told = self.series.source.iterator_age_milliseconds.last(RECENT_SECONDS).present
        ages = self.ages
        return ages[-1].seconds if is_told and ages else None

    @cached_property
    def shared_readers(self) -> tuple[int, ...]:
        """How many readers share the stream's reads, minute by minute, foreign ones included."""
        least = len(self.pipeline.processors)
        return shared_readers(self.series.source, least, self.age_well_seconds)

    @property
    def age_name(self) -> str:
        """What AWS calls the age: Kinesis by the reads of functions, Flink by its own source."""
        return "iterator age" if consumers_of(self.pipeline) else "time behind the latest record"

    @property
    def is_in_cooldown(self) -> bool:
        """Whether the minutes judged are still those before, or just after, the last change."""
        return self.is_restarting or self.changed_within(RECENT_SECONDS)

    @property
    def is_restarting(self) -> bool:
        """Whether a job is being changed, is down, or began too recently to be judged."""
        return any(map(self.has_just_started, applications_of(self.pipeline)))

    @property
    def age_growth(self) -> float:
        """Seconds of iterator age gained per second, over the newest minutes; 1 is a standstill."""
        recent = self.series.source.iterator_age_milliseconds.last(RECENT_SECONDS).start
        ages = [age for age in self.ages if age.at >= recent]
        if len(ages) < 2:
            return 0.0
        before, newest = ages[-2:]
        return (newest.seconds - before.seconds) / (newest.at - before.at).total_seconds()

    @property
    def is_out_of_objective(self) -> bool:
        """Whether the newest iterator age is over the objective, growing or not."""
        return (self.age_seconds or 0.0) > self.iterator_age_max_seconds

    @property
    def age_is_sick(self) -> bool:
        """Over the objective, or on the way there: past a quarter of it and growing."""
        age = self.age_seconds or 0.0
        if self.is_out_of_objective and not self.age_falls:
            return True
        grows = self.age_growth > self.thresholds["iterator-age-growing"]
        return age > self.age_well_seconds and grows

    @property
    def age_falls(self) -> bool:
        """Whether the iterator age falls, as fast as it would count as growing."""
        return self.age_growth <= -self.thresholds["iterator-age-growing"]

    @property
    def age_well_seconds(self) -> float:
        """Up to here even a growing iterator age is healthy."""
        return self.iterator_age_max_seconds * self.thresholds["iterator-age-nearing-objective"]

    @property
    def stream_utilization(self) -> tuple[float, float]:
        """Incoming records and bytes as shares of what the open shards take, 0..1 and above."""
        shards = max(1, stream_of(self.pipeline).shard_count)
        records = rate(self.series.source.incoming_records) / SHARD_RECORDS_PER_SECOND
        size = rate(self.series.source.incoming_bytes) / SHARD_BYTES_PER_SECOND
        return records / shards, size / shards

    @property
    def producers_throttled(self) -> float:
        """The share of records refused to producers in the newest minute, 0..1."""
        refused = self.series.source.write_throttles.last(60).total
        taken = self.series.source.incoming_records.last(60).total
        return refused / (refused + taken) if refused else 0.0

    @property
    def refusals_fall(self) -> bool:
        """Whether producers are refused less than in the minutes before: what they held back is
        being taken in, and the stream is wide enough."""
        seen = self.series.source.write_throttles.last(RECENT_SECONDS).present
        return len(seen) >= 2 and seen[-1] < self.thresholds["refusals-falling"] * max(seen[:-1])

    def function(self, consumer: Consumer) -> FunctionSeries:
        """The series of a consumer's function."""
        return self.series.functions[consumer.function.name]

    def capacity(self, capacity: Capacity) -> CapacitySeries:
        """The series of a table or an index."""
        return self.series.capacities[capacity.where]

    def application(self, application: FlinkApplication) -> ApplicationSeries:
        """The series of an application."""
        return self.series.applications[application.name]

    def has_just_started(self, application: FlinkApplication) -> bool:
        """Whether the job is being changed, is down, or began too recently to be judged."""
        uptime = self.application(application).uptime_milliseconds.last(RECENT_SECONDS).latest
        young = uptime is not None and uptime < RECENT_SECONDS * 1000
        changed, judged = application.updated_at, self.series.judged_until
        settle = timedelta(seconds=RECENT_SECONDS)
        unseen = changed is not None and judged is not None and judged - changed < settle
        return application.is_changing or young or unseen

    def changed_within(self, seconds: int) -> bool:
        """Whether a lever was moved in so many seconds before the newest minute judged."""
        changed, judged = self.changed_at, self.series.judged_until
        return bool(changed and judged and judged - changed < timedelta(seconds=seconds))

    def seconds_unchanged(self, application: FlinkApplication, most: int) -> int:
        """Since the application was last updated, at least a minute and at most ``most``."""
        changed, judged = application.updated_at, self.series.judged_until
        if changed is None or judged is None:
            return most
        return min(most, max(60, int((judged - changed).total_seconds())))

    def utilization(self, application: FlinkApplication) -> float | None:
        """How busy the job's subtasks are, 0..1: by busyTimeMsPerSecond of the busiest task, else
        by cpuUtilization, None where neither is published."""
        series = self.application(application)
        busy = mean(series.busy)
        cpu = mean(series.cpu_percent)
        if busy is not None:
            return busy / 1000
        return None if cpu is None else cpu / 100

    def executions(self, consumer: Consumer) -> int:
        """Concurrent invocations that the mapping allows: shards x factor (Lambda guide)."""
        return stream_of(self.pipeline).shard_count * consumer.mapping.batches_per_shard

    def concurrency_cap(self, consumer: Consumer) -> int:
        """Concurrent executions that the function may have, whatever the mapping allows."""
        reserved = consumer.function.reserved_concurrency
        return account_of(self.pipeline).unreserved_concurrency if reserved is None else reserved

    def busy_concurrency(self, consumer: Consumer) -> float:
        """Mean concurrent executions of the busiest recent minute: duration summed, over 60 s."""
        return self.busy_at_most(consumer, RECENT_SECONDS)

    def busy_at_most(self, consumer: Consumer, seconds: int) -> float:
        """The same of the newest ``seconds``. What a function does for other sources is among its
        durations: for this stream it can't be more than the mapping allows."""
        busy = rate(self.function(consumer).duration_sum_milliseconds, seconds) / 1000
        others = consumer.mapping.reading.other_sources
        return min(busy, self.executions(consumer)) if others else busy

    def throttled_share(self, capacity: Capacity) -> float:
        """Throttled writes as a share of attempted ones in the newest minutes, 0..1."""
        series = self.capacity(capacity)
        return share(series.write_throttles, series.consumed_write_units)

    def throttled_reads_share(self, capacity: Capacity) -> float:
        """The same of reads."""
        series = self.capacity(capacity)
        return share(series.read_throttles, series.consumed_read_units)

    def is_used_up(self, capacity: Capacity) -> bool:
        """Whether one of the newest minutes left next to none of a table's write units."""
        consumed = self.capacity(capacity).consumed_write_units
        return rate(consumed) >= self.thresholds["write-capacity-exhausted"] * capacity.write_units

    @property
    def is_saturated(self) -> bool:
        """Whether some reader, one of its subtasks, or a table behind it is at its end: there an
        age is to rise."""
        consumers, applications = consumers_of(self.pipeline), applications_of(self.pipeline)
        readers: tuple[Consumer | FlinkApplication, ...] = (*consumers, *applications)
        at_end = (*map(self._is_at_its_cap, consumers), *map(self._is_at_its_end, applications))
        return any(at_end) or any(map(self.is_throttled_downstream, readers))

    def _is_at_its_cap(self, consumer: Consumer) -> bool:
        if consumer.mapping.reading.other_sources:
            return False
        may_have = max(1, min(self.executions(consumer), self.concurrency_cap(consumer)))
        return self.busy_concurrency(consumer) / may_have >= self.thresholds["executions-busy"]

    def _is_at_its_end(self, application: FlinkApplication) -> bool:
        busiest = (mean(self.application(application).busiest) or 0.0) / 1000
        used = max(self.utilization(application) or 0.0, busiest)
        return used >= self.thresholds["busy"] / 1000

    def is_throttled_downstream(self, reader: Consumer | FlinkApplication) -> bool:
        """Whether any table or index of the reader throttled its writes recently."""
        writes, reads = self.thresholds["writes-throttled"], self.thresholds["reads-throttled"]
        return any(
            self.throttled_share(capacity) >= writes
            or self.throttled_reads_share(capacity) >= reads
            for table in tables_behind(reader)
            for capacity in table.capacities
        )
