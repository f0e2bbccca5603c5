"""An event source mapping: which records a function is given when, and what becomes of a batch."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from tidegate.simulator.clock import START
from tidegate.simulator.kinds.lambda_mapping.data import MappingData
from tidegate.simulator.kinds.lambda_mapping.limits import BATCHING_WINDOW, PARALLELIZATION_FACTOR
from tidegate.simulator.manners import Refusal
from tidegate.simulator.participant import Facts, Participant, Sink, Subscription, Tally
from tidegate.simulator.records import Lane, Part
from tidegate.simulator.scenario import Fault
from tidegate.simulator.site import Site

__all__ = ["MappingState", "Wanting", "uuid_of"]

Wanting = tuple["MappingState", Part, Lane, int]
"""A lane that wants to go on, and with how many concurrent executions."""

MAPPING_SECONDS = 30
"""How long a change takes here; AWS says only that it takes a while."""


def uuid_of(number: int) -> str:
    """What Lambda calls a world's mapping, counted from 0."""
    return f"11111111-2222-3333-4444-{555_555_555_555 + number:012d}"


class Owner(Protocol):
    """The function, as its mapping looks at it."""

    site: Site
    sinks: list[Sink]
    mappings: "list[MappingState]"

    @property
    def name(self) -> str:
        """FunctionName."""
        ...


@dataclass(slots=True, eq=False)
class MappingState(Participant):
    """``data`` is as it is set now; ``modified_at`` is when its settings or its state last
    changed."""

    data: MappingData
    uuid: str
    function: Owner
    subscription: Subscription
    modified_at: datetime = START
    state: str = "Enabled"
    last_result: str = "OK"
    records_read: int = 0
    records_discarded: int = 0

    @property
    def name(self) -> str:
        """Its function's, and its source's where the function has several."""
        function = self.function.name
        is_only = len(self.function.mappings) == 1
        return function if is_only else f"{function}/{self.subscription.source.name}"

    @property
    def source_arn(self) -> str:
        """EventSourceArn: the stream's, or that of the registered consumer."""
        arn, consumer = self.subscription.source.arn, self.data.fan_out
        return f"{arn}/consumer/{consumer}:{int(START.timestamp())}" if consumer else arn

    @property
    def factor(self) -> int:
        """ParallelizationFactor."""
        return self.data.parallelization_factor

    @property
    def is_updating(self) -> bool:
        """Whether it is Updating."""
        return self.function.site.pending.is_busy(f"mapping/{self.uuid}")

    def update(self, factor: int | None = None, batching_window_seconds: int | None = None) -> None:
        """UpdateEventSourceMapping: what is given changes, within half a minute. Raises Refusal."""
        site, window = self.function.site, batching_window_seconds

        def check() -> None:
            if self.is_updating:
                raise Refusal("ResourceInUseException", "the mapping is being updated")
            _check("ParallelizationFactor", factor, PARALLELIZATION_FACTOR)
            _check("MaximumBatchingWindowInSeconds", window, BATCHING_WINDOW)

        site.refusable(check)
        self.modified_at = site.now

        def effect() -> None:
            self.modified_at = site.now
            if factor is not None:
                self.data = replace(self.data, parallelization_factor=factor)
                self.subscription.set_width(self.data.batches_per_shard)
            if window is not None:
                self.data = replace(self.data, batching_window_seconds=window)

        site.pending.begin(f"mapping/{self.uuid}", site.second + MAPPING_SECONDS, effect)

    def add_wanting(self, found: list[Wanting], now: float) -> None:
        """The lanes that want to go on in this second."""
        if not self.subscription.is_reading:
            return
        for part in self.subscription.readable():
            for lane in part.lanes:
                executions = self._wanted(lane, now)
                if executions:
                    found.append((self, part, lane, executions))

    def _wanted(self, lane: Lane, now: float) -> int:
        """The concurrent executions that a lane has or needs, 0 where it has nothing to do."""
        if lane.batch is not None:
            goes_on = lane.free_at < now + 1 and lane.count
            next_ones = min(lane.width, lane.count) if goes_on else 0
            return max(lane.batch.executions, next_ones)
        if lane.free_at >= now + 1 or not self.is_due(lane, now):
            return 0
        return min(lane.width, lane.count)

    def is_due(self, lane: Lane, now: float) -> bool:
        """Whether full batches wait, or any records for as long as the batching window."""
        if not lane.count:
            return False
        window = self.data.batching_window_seconds
        is_full = lane.count >= self.data.batch_size * lane.width
        return not window or is_full or now - lane.waiting[0][0] >= window

    def is_done(self, lane: Lane) -> bool:
        """Whether a lane's batch needs no further attempt: it succeeded, or is discarded."""
        batch = lane.batch
        if batch is None:
            return True
        if batch.succeeds:
            self._pass(batch.size)
            lane.batch = None
            return True
        if batch.is_partial and batch.poisoned and batch.attempts == 1:
            self._pass(batch.pass_half())
        limit = self.data.maximum_retry_attempts
        if 0 <= limit < batch.attempts:
            kept_but_one = self.data.bisect_batch_on_function_error and batch.poisoned
            self.records_discarded += 1 if kept_but_one else batch.size
            self._pass(batch.size - 1 if kept_but_one else 0)
            lane.batch = None
            return True
        return False

    def _pass(self, records: int) -> None:
        self.records_read += records
        for sink in self.function.sinks:
            sink.accept(records)

    def strike(self, fault: Fault) -> bool:
        """``replay``: somebody makes it anew, to start at records of ``seconds`` ago; ``problem``:
        from then on it does not read, for the reason that its last ``result`` tells, or since
        somebody set its ``state``; with neither it reads again."""
        if fault.what not in ("replay", "problem") or not fault.concerns(self.name):
            return False
        if fault.what == "problem":
            self.last_result = fault.values.get("result", "OK")
            self.state = fault.values.get("state", "Enabled")
            self.subscription.is_reading = (self.state, self.last_result) == ("Enabled", "OK")
            return True
        self.modified_at = self.function.site.now
        self.subscription.rewind(fault.values["seconds"], self.function.site.second)
        return True

    def facts(self) -> Facts:
        """How it is set."""
        lanes = self.data.batches_per_shard * self.subscription.source.part_count
        return {
            "parallelization_factor": {self.name: self.factor},
            "lanes": {self.name: lanes},
            "batching_window_seconds": {self.name: self.data.batching_window_seconds},
        }

    def tally(self) -> Tally:
        """What it has come to so far."""
        return Tally(records_read=self.records_read, records_lost=self.records_discarded)


def _check(name: str, value: int | None, limits: tuple[int, int]) -> None:
    least, most = limits
    if value is not None and not least <= value <= most:
        raise Refusal("InvalidParameterValueException", f"{name} is {least}..{most}")
