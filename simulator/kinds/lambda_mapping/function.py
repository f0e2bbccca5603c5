"""Functions: their invocations, how long those take, and the concurrency that is left to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tidegate.simulator.bucket import Bucket
from tidegate.simulator.clock import START
from tidegate.simulator.figures import prices
from tidegate.simulator.kinds.lambda_mapping.account import AccountState
from tidegate.simulator.kinds.lambda_mapping.data import FunctionData
from tidegate.simulator.kinds.lambda_mapping.mapping import MappingState, Wanting
from tidegate.simulator.participant import Facts, Participant, Phase, Sink, Step, Tally
from tidegate.simulator.publisher import Dimensions, Metric
from tidegate.simulator.records import Batch, Lane
from tidegate.simulator.scenario import Fault
from tidegate.simulator.site import Site

__all__ = ["FunctionState"]

NAMESPACE = "AWS/Lambda"
INSIGHTS_NAMESPACE = "LambdaInsights"
FAILING_SECONDS = 0.3
"""How long an invocation runs before it fails, but for its timeout, which is far from that."""

FUNCTION_METRICS = ("Invocations", "Errors", "Duration", "IteratorAge", "Throttles")
RETRY_SECONDS = 1.0


@dataclass(slots=True, eq=False)
class FunctionState(Participant):
    """One function with its mappings, and what it has done so far. ``running`` is how many
    executions it has in this second, ``modified_at`` when a version of it was last deployed."""

    function: FunctionData
    site: Site
    account: AccountState
    sinks: list[Sink]
    mappings: list[MappingState] = field(default_factory=list)
    running: int = 0
    modified_at: datetime = START - timedelta(days=1)
    gigabyte_seconds: float = 0.0
    requests: int = 0
    _turn: int = 0
    _service: Bucket | None = None
    _metrics: dict[str, Metric] = field(default_factory=dict)
    _executions: Metric = field(init=False)
    _memory: Metric = field(init=False)

    def __post_init__(self) -> None:
        metric = self.site.publisher.metric
        self._metrics = {
            each: metric((NAMESPACE, each, self.dimensions)) for each in FUNCTION_METRICS
        }
        if self.function.service_records_per_second is not None:
            self._service = Bucket(self.function.service_records_per_second, 1)
        self._executions = metric((NAMESPACE, "ConcurrentExecutions", self.dimensions))
        own = (("function_name", self.name),)
        self._memory = metric((INSIGHTS_NAMESPACE, "memory_utilization", own))
        self.account.functions.append(self)

    @property
    def name(self) -> str:
        """FunctionName."""
        return self.function.name

    @property
    def reserved_concurrency(self) -> int | None:
        """What of the account's concurrency is its own."""
        return self.function.reserved_concurrency

    @property
    def dimensions(self) -> Dimensions:
        """What CloudWatch knows it by."""
        return (("FunctionName", self.function.name),)

    def steps(self) -> Mapping[Phase, Step]:
        """It reads and writes."""
        return {Phase.WORK: self.work}

    def work(self, now: float) -> None:
        """One second: every lane that may, goes on.

        A lane keeps its concurrent executions from batch to batch; what is beyond the cap is
        throttled and tries again a second later.
        """
        if self._service is not None:
            self._service.fill()
        wanting: list[Wanting] = []
        for mapping in self.mappings:
            mapping.add_wanting(wanting, now)
        self.running = 0
        if not wanting:
            return
        total, cap = sum(each[3] for each in wanting), self.account.cap_of(self)
        if total > cap:
            wanting = self._capped(wanting, cap)
            self._metrics["Throttles"].add(total - cap)
            total = cap
        self.running = total
        for each in wanting:
            self._run_lane(each, now)
        self._executions.add(total)
        self.account.note(total)

    def _capped(self, wanting: list[Wanting], cap: int) -> list[Wanting]:
        """Those that have executions keep them; the rest of the cap goes round."""
        holders = [each for each in wanting if each[2].batch is not None]
        others = [each for each in wanting if each[2].batch is None]
        self._turn += 1
        turn = self._turn % max(1, len(others))
        left = cap
        allowed = []
        for mapping, part, lane, executions in holders + others[turn:] + others[:turn]:
            held = lane.batch.executions if lane.batch is not None else executions
            given = min(held, left)
            if given:
                allowed.append((mapping, part, lane, given))
                left -= given
        return allowed

    def _run_lane(self, wanting: Wanting, now: float) -> None:
        mapping, part, lane, executions = wanting
        while lane.free_at < now + 1:
            if lane.batch is not None:
                if not mapping.is_done(lane):
                    self._retry(lane, lane.batch)
                continue
            if not mapping.is_due(lane, now):
                break
            most = min(mapping.data.batch_size * executions, part.budget - part.taken)
            if most <= 0:
                mapping.subscription.refuse(part)
                break
            part.taken += self._start(wanting, max(lane.free_at, now), most)

    def _start(self, wanting: Wanting, at: float, most: int) -> int:
        mapping, _, lane, executions = wanting
        size = min(most, lane.count)
        hot = lane.take_hot(size)
        cohorts = lane.take(most)
        fails = lane.poisoned or self._is_drawn(self.function.failing_share)
        lane.batch = Batch(cohorts, size, min(executions, size), at, False, fails, hot=hot)
        lane.batch.is_partial = mapping.data.report_batch_item_failures
        lane.poisoned = False
        self._invoke(lane, lane.batch, at)
        return size

    def _is_drawn(self, share: float) -> bool:
        return share > 0 and self.site.random.random() < share

    def _retry(self, lane: Lane, batch: Batch) -> None:
        fails = self._fails_at_once(batch) or self.function.failing_invocations > 0
        pause = RETRY_SECONDS if fails else 0.0
        self._invoke(lane, batch, batch.ends_at + pause)

    def _invoke(self, lane: Lane, batch: Batch, at: float) -> None:
        duration, batch.succeeds = self._duration(batch)
        batch.ends_at = lane.free_at = at + duration
        batch.attempts += 1
        metrics, count = self._metrics, batch.executions
        metrics["Invocations"].add(count)
        is_told = batch.is_partial and batch.poisoned and not self._lacks_memory(batch)
        metrics["Errors"].add(0 if batch.succeeds or is_told else count, count)
        metrics["Duration"].add(duration * 1000 * count, count)
        age = max(0.0, at - batch.cohorts[-1][0])
        metrics["IteratorAge"].add(age * 1000 * count, count)
        if self.function.has_insights:
            used = min(1.0, self._used_megabytes(batch) / self.function.memory_megabytes)
            self._memory.add(int(100 * used) * count, count)  # In whole percent.
        self.requests += count
        self.gigabyte_seconds += count * duration * self.function.memory_megabytes / 1024

    def _duration(self, batch: Batch) -> tuple[float, bool]:
        if self._fails_at_once(batch) or self._is_drawn(self.function.failing_invocations):
            waits = self._waits(batch, 0.0) if self.function.writes_before_failing else 0.0
            return FAILING_SECONDS + waits, False
        function = self.function
        each_takes = batch.size / batch.executions
        work = function.seconds_per_invocation + function.seconds_per_record * each_takes
        work *= 0.95 + 0.1 * self.site.random.random()
        served = 0.0 if self._service is None else self._service.spend(batch.size)
        duration = work + max(served, self._waits(batch, work))
        return min(duration, function.timeout_seconds), duration <= function.timeout_seconds

    def _used_megabytes(self, batch: Batch) -> float:
        function, size = self.function, batch.size / batch.executions
        return function.used_megabytes + function.used_megabytes_per_record * size

    def _fails_at_once(self, batch: Batch) -> bool:
        return batch.poisoned or self._lacks_memory(batch)

    def _lacks_memory(self, batch: Batch) -> bool:
        return self._used_megabytes(batch) > self.function.memory_megabytes

    def _waits(self, batch: Batch, work: float) -> float:
        """Seconds until every sink has taken the batch's writes, also when it fails."""
        writes = [sink.offer(batch.size, batch.hot) for sink in self.sinks]
        longest = 0.0
        for write in writes:
            if write.seconds > longest:
                longest = write.seconds
        if longest:
            late = max(0.0, work + longest - self.function.timeout_seconds)
            for write in writes:
                write.settle(late)
        return longest

    def facts(self) -> Facts:
        """How many executions were busy on average."""
        publisher = self.site.publisher
        key = (NAMESPACE, "Duration", self.dimensions)
        return {"concurrency": {self.name: publisher.true_sum(key, publisher.minute - 1) / 60_000}}

    def strike(self, fault: Fault) -> bool:
        """``function`` changes fields of it, by what it depends on; ``deploy`` by a new version."""
        if fault.what not in ("function", "deploy") or not fault.concerns(self.name):
            return False
        if fault.what == "deploy":
            self.modified_at = self.site.now
        self.function = replace(self.function, **fault.fields)
        return True

    def tally(self) -> Tally:
        """What it has come to so far."""
        price = prices()
        return Tally(
            usd=self.gigabyte_seconds * price["lambda_gigabyte_second_usd"]
            + self.requests * price["lambda_request_usd"]
        )
