"""Lambda reading a stream: batches, their durations, failures, retries and concurrency."""

from dataclasses import dataclass, field, replace
from random import Random

from tidegate.simulator.kinds.dynamodb_table.capacity import Bucket, CapacityState
from tidegate.simulator.kinds.kinesis_stream.shards import Batch, Lane, ShardState
from tidegate.simulator.publisher import Dimensions, Metric, Publisher
from tidegate.simulator.scenario import FunctionData, MappingData

__all__ = ["ConsumerState"]

Wanting = tuple[ShardState, Lane, int]
"""A lane that wants to go on, and with how many concurrent executions."""

FAILING_SECONDS = 0.3
"""How long a poisoned batch runs before it fails; far from any timeout."""

FUNCTION_METRICS = ("Invocations", "Errors", "Duration", "IteratorAge", "Throttles")
PROVISIONED = "WriteProvisionedThroughputThrottleEvents"
KEY_RANGE = "WriteKeyRangeThroughputThrottleEvents"
RETRY_SECONDS = 1.0
READ_BYTES_PER_SECOND = 2 * 1024 * 1024


@dataclass(slots=True)
class ConsumerState:
    """One function with its mapping, and what it has done so far."""

    function: FunctionData
    mapping: MappingData
    capacities: list[CapacityState]
    stream: str
    publisher: Publisher
    random: Random
    account_concurrency: int
    records_read: int = 0
    records_discarded: int = 0
    table_throttles: int = 0
    gigabyte_seconds: float = 0.0
    requests: int = 0
    _turn: int = 0
    _service: Bucket | None = None
    _metrics: dict[str, Metric] = field(default_factory=dict)
    _executions: tuple[Metric, ...] = ()
    _consumed: list[Metric] = field(default_factory=list)

    def __post_init__(self) -> None:
        metric, name = self.publisher.metric, (("FunctionName", self.function.name),)
        self._metrics = {each: metric(("AWS/Lambda", each, name)) for each in FUNCTION_METRICS}
        if self.function.service_records_per_second is not None:
            self._service = Bucket(self.function.service_records_per_second, 1)
        # Of the function, and of the account, where it is the only one.
        both: tuple[Dimensions, ...] = (name, ())
        self._executions = tuple(
            metric(("AWS/Lambda", "ConcurrentExecutions", each)) for each in both
        )
        self._consumed = [
            metric(("AWS/DynamoDB", "ConsumedWriteCapacityUnits", each.dimensions))
            for each in self.capacities
        ]

    @property
    def _cap(self) -> int:
        reserved = self.function.reserved_concurrency
        return self.account_concurrency if reserved is None else reserved

    def set_batching_window(self, seconds: int) -> None:
        """Another MaximumBatchingWindowInSeconds, on every lane."""
        self.mapping = replace(self.mapping, batching_window_seconds=seconds)

    def work(self, now: float, shards: list[ShardState], record_bytes: int) -> int:
        """One second: every lane that may, goes on. Returns the records taken from the stream.

        A lane keeps its concurrent executions from batch to batch; what is beyond the cap is
        throttled and tries again a second later.
        """
        if self._service is not None:
            self._service.fill()
        wanting = [
            (shard, lane, executions)
            for shard in shards
            for lane in shard.lanes
            if (executions := self._wanted(lane, now))
        ]
        if not wanting:
            return 0
        total = sum(executions for _, _, executions in wanting)
        if total > self._cap:
            wanting = self._capped(wanting)
            self._metrics["Throttles"].add(total - self._cap)
            total = self._cap
        per_shard = READ_BYTES_PER_SECOND // record_bytes
        taken = 0
        read_of: dict[str, int] = {}
        for shard, lane, executions in wanting:
            read = read_of.get(shard.shard_id, 0)
            took = self._run_lane(lane, now, per_shard - read, executions)
            read_of[shard.shard_id] = read + took
            taken += took
        for metric in self._executions:
            metric.add(total)
        return taken

    def _wanted(self, lane: Lane, now: float) -> int:
        """The concurrent executions that a lane has or needs, 0 where it has nothing to do."""
        if lane.batch is not None:
            goes_on = lane.free_at < now + 1 and lane.count
            next_ones = min(lane.width, lane.count) if goes_on else 0
            return max(lane.batch.executions, next_ones)
        if lane.free_at >= now + 1 or not self._is_due(lane, now):
            return 0
        return min(lane.width, lane.count)

    def _is_due(self, lane: Lane, now: float) -> bool:
        """Whether full batches wait, or any records for as long as the batching window."""
        if not lane.count:
            return False
        window = self.mapping.batching_window_seconds
        is_full = lane.count >= self.mapping.batch_size * lane.width
        return not window or is_full or now - lane.waiting[0][0] >= window

    def _capped(self, wanting: list[Wanting]) -> list[Wanting]:
        """Those that have executions keep them; the rest of the cap goes round."""
        holders = [each for each in wanting if each[1].batch is not None]
        others = [each for each in wanting if each[1].batch is None]
        self._turn += 1
        turn = self._turn % max(1, len(others))
        left = self._cap
        allowed = []
        for shard, lane, executions in holders + others[turn:] + others[:turn]:
            held = lane.batch.executions if lane.batch is not None else executions
            given = min(held, left)
            if given:
                allowed.append((shard, lane, given))
                left -= given
        return allowed

    def _run_lane(self, lane: Lane, now: float, budget: int, executions: int) -> int:
        taken = 0
        while lane.free_at < now + 1:
            if lane.batch is not None:
                self._finish(lane)
                continue
            if not self._is_due(lane, now):
                break
            most = min(self.mapping.batch_size * executions, budget - taken)
            if most <= 0:
                name = "ReadProvisionedThroughputExceeded"
                self.publisher.add(("AWS/Kinesis", name, (("StreamName", self.stream),)), 1)
                break
            taken += self._start(lane, max(lane.free_at, now), most, executions)
        return taken

    def _start(self, lane: Lane, at: float, most: int, executions: int) -> int:
        size = min(most, lane.count)
        hot = lane.take_hot(size)
        cohorts = lane.take(most)
        lane.batch = Batch(cohorts, size, min(executions, size), at, False, lane.poisoned, hot=hot)
        lane.poisoned = False
        self._invoke(lane, lane.batch, at)
        return size

    def _invoke(self, lane: Lane, batch: Batch, at: float) -> None:
        duration, batch.succeeds = self._duration(batch)
        batch.ends_at = lane.free_at = at + duration
        batch.attempts += 1
        metrics, count = self._metrics, batch.executions
        metrics["Invocations"].add(count)
        metrics["Errors"].add(0 if batch.succeeds else count, count)
        metrics["Duration"].add(duration * 1000 * count, count)
        age = max(0.0, at - batch.cohorts[-1][0])
        metrics["IteratorAge"].add(age * 1000 * count, count)
        self.requests += count
        self.gigabyte_seconds += count * duration * self.function.memory_megabytes / 1024

    def _duration(self, batch: Batch) -> tuple[float, bool]:
        if batch.poisoned:
            return FAILING_SECONDS, False
        function = self.function
        each_takes = batch.size / batch.executions
        work = function.seconds_per_invocation + function.seconds_per_record * each_takes
        work *= 0.95 + 0.1 * self.random.random()
        served = 0.0 if self._service is None else self._service.spend(batch.size)
        duration = work + max(served, self._waits(batch, work))
        return min(duration, function.timeout_seconds), duration <= function.timeout_seconds

    def _waits(self, batch: Batch, work: float) -> float:
        """Seconds until every table and index has taken the batch's writes."""
        waits = []
        longest = 0.0
        for capacity in self.capacities:
            units = batch.size * capacity.units_per_record
            wait, in_all = capacity.bucket.spend(units), capacity.partitions.spend(units)
            hot = batch.hot * capacity.units_per_record
            by_key = capacity.hot_partition.spend(hot) if hot else 0.0
            waits.append((wait, in_all, by_key))
            longest = max(longest, wait, in_all, by_key)
        for capacity, consumed, (wait, in_all, by_key) in zip(
            self.capacities, self._consumed, waits, strict=True
        ):
            units, undone = batch.size * capacity.units_per_record, 0.0
            if wait or in_all:
                slowest = capacity.bucket if wait >= in_all else capacity.partitions
                undone = self._write_late(capacity, slowest, units, work + longest)
                self._throttle_all(capacity, slowest, units, max(wait, in_all))
            consumed.add(units - undone)
            if by_key:
                throttled = min(units, by_key * capacity.hot_partition.units_per_second)
                self._throttle(capacity, KEY_RANGE, throttled)
        return longest

    def _write_late(
        self, capacity: CapacityState, slowest: Bucket, units: float, duration: float
    ) -> float:
        """The units not consumed after all: what reaches the table before the timeout is, also
        when the batch fails."""
        late = max(0.0, duration - self.function.timeout_seconds)
        undone = min(units, late * slowest.units_per_second)
        capacity.bucket.give_back(undone)
        capacity.partitions.give_back(undone)
        return undone

    def _throttle_all(
        self, capacity: CapacityState, slowest: Bucket, units: float, wait: float
    ) -> None:
        reason = PROVISIONED if slowest is capacity.bucket else KEY_RANGE
        self._throttle(capacity, reason, min(units, wait * slowest.units_per_second))

    def _throttle(self, capacity: CapacityState, reason: str, writes: float) -> None:
        if writes < 1:
            return
        self.table_throttles += int(writes)
        for name in ("WriteThrottleEvents", reason):
            self.publisher.add(("AWS/DynamoDB", name, capacity.dimensions), int(writes))

    def _finish(self, lane: Lane) -> None:
        batch = lane.batch
        if batch is None:
            return
        if batch.succeeds:
            self.records_read += batch.size
            lane.batch = None
            return
        limit = self.mapping.maximum_retry_attempts
        if 0 <= limit < batch.attempts:
            kept_but_one = self.mapping.bisect_batch_on_function_error and batch.poisoned
            self.records_discarded += 1 if kept_but_one else batch.size
            self.records_read += batch.size - 1 if kept_but_one else 0
            lane.batch = None
            return
        pause = RETRY_SECONDS if batch.poisoned else 0.0
        self._invoke(lane, batch, batch.ends_at + pause)
