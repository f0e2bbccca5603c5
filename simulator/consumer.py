"""Lambda reading a stream: batches, their durations, failures, retries and concurrency."""

from dataclasses import dataclass
from random import Random

from simulator.capacity import CapacityState
from simulator.publisher import Dimensions, Publisher
from simulator.scenario import FunctionData, MappingData
from simulator.shards import Batch, Lane, ShardState

__all__ = ["ConsumerState"]

FAILING_SECONDS = 0.3
"""How long a poisoned batch runs before it fails; far from any timeout."""

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
    hot_key_share: float = 0.0
    records_read: int = 0
    records_discarded: int = 0
    table_throttles: int = 0
    gigabyte_seconds: float = 0.0
    requests: int = 0
    _turn: int = 0

    @property
    def _lambda(self) -> Dimensions:
        return (("FunctionName", self.function.name),)

    @property
    def _cap(self) -> int:
        reserved = self.function.reserved_concurrency
        return self.account_concurrency if reserved is None else reserved

    def work(self, now: float, shards: list[ShardState], record_bytes: int) -> int:
        """One second: every lane that may, goes on. Returns the records taken from the stream.

        A lane keeps its concurrent execution from batch to batch; lanes beyond the cap are
        throttled and try again a second later.
        """
        lanes = [(shard, lane) for shard in shards for lane in shard.lanes]
        wanting = [pair for pair in lanes if self._wants(pair[1], now)]
        if len(wanting) > self._cap:
            holders = [pair for pair in wanting if pair[1].batch is not None]
            others = [pair for pair in wanting if pair[1].batch is None]
            self._turn += 1
            turn = self._turn % max(1, len(others))
            wanting = (holders + others[turn:] + others[:turn])[: self._cap]
            refused = len(holders) + len(others) - len(wanting)
            self.publisher.add(("AWS/Lambda", "Throttles", self._lambda), refused)
        budget = {shard.shard_id: READ_BYTES_PER_SECOND // record_bytes for shard in shards}
        taken = 0
        for shard, lane in wanting:
            took = self._run_lane(lane, now, budget[shard.shard_id])
            budget[shard.shard_id] -= took
            taken += took
        if wanting:
            # Of the function, and of the account, where it is the only one.
            for dimensions in (self._lambda, ()):
                key = ("AWS/Lambda", "ConcurrentExecutions", dimensions)
                self.publisher.add(key, len(wanting))
        return taken

    def _wants(self, lane: Lane, now: float) -> bool:
        if lane.batch is not None:
            return True
        if not lane.count or lane.free_at >= now + 1:
            return False
        window = self.mapping.batching_window_seconds
        return lane.count >= self.mapping.batch_size or now - lane.waiting[0][0] >= window

    def _run_lane(self, lane: Lane, now: float, budget: int) -> int:
        taken = 0
        while lane.free_at < now + 1:
            if lane.batch is not None:
                self._finish(lane)
                continue
            most = min(self.mapping.batch_size, budget - taken)
            if not lane.count:
                break
            if most <= 0:
                name = "ReadProvisionedThroughputExceeded"
                self.publisher.add(("AWS/Kinesis", name, (("StreamName", self.stream),)), 1)
                break
            taken += self._start(lane, max(lane.free_at, now), most)
        return taken

    def _start(self, lane: Lane, at: float, most: int) -> int:
        cohorts = lane.take(most)
        size = sum(count for _, count in cohorts)
        lane.batch = Batch(cohorts, size, at, succeeds=False, poisoned=lane.poisoned)
        lane.poisoned = False
        self._invoke(lane, lane.batch, at)
        return size

    def _invoke(self, lane: Lane, batch: Batch, at: float) -> None:
        duration, batch.succeeds = self._duration(batch)
        batch.ends_at = lane.free_at = at + duration
        batch.attempts += 1
        add, name = self.publisher.add, self._lambda
        add(("AWS/Lambda", "Invocations", name), 1)
        add(("AWS/Lambda", "Errors", name), 0 if batch.succeeds else 1)
        add(("AWS/Lambda", "Duration", name), duration * 1000)
        add(("AWS/Lambda", "IteratorAge", name), max(0.0, at - batch.cohorts[-1][0]) * 1000)
        self.requests += 1
        self.gigabyte_seconds += duration * self.function.memory_megabytes / 1024

    def _duration(self, batch: Batch) -> tuple[float, bool]:
        if batch.poisoned:
            return FAILING_SECONDS, False
        function = self.function
        work = function.seconds_per_invocation + function.seconds_per_record * batch.size
        work *= self.random.uniform(0.95, 1.05)
        spent = [(each, batch.size * each.units_per_record) for each in self.capacities]
        waits = [each.bucket.spend(units) for each, units in spent]
        waits += [each.partition.spend(units * self.hot_key_share) for each, units in spent]
        duration = work + max(waits, default=0.0)
        half = len(spent)
        for (capacity, units), wait, by_key in zip(spent, waits, waits[half:], strict=False):
            self._write(capacity, units, wait, duration)
            self._throttle_key_range(capacity, units, by_key)
        return min(duration, function.timeout_seconds), duration <= function.timeout_seconds

    def _write(self, capacity: CapacityState, units: float, wait: float, duration: float) -> None:
        """What reaches the table before the timeout is consumed, also when the batch fails."""
        late = max(0.0, duration - self.function.timeout_seconds)
        undone = min(units, late * capacity.bucket.units_per_second) if wait else 0.0
        capacity.bucket.give_back(undone)
        consumed = ("AWS/DynamoDB", "ConsumedWriteCapacityUnits", capacity.dimensions)
        self.publisher.add(consumed, units - undone)
        throttled = min(units, wait * capacity.bucket.units_per_second)
        self._throttle(capacity, "WriteProvisionedThroughputThrottleEvents", throttled)

    def _throttle_key_range(self, capacity: CapacityState, units: float, wait: float) -> None:
        throttled = min(units, wait * capacity.partition.units_per_second)
        self._throttle(capacity, "WriteKeyRangeThroughputThrottleEvents", throttled)

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
