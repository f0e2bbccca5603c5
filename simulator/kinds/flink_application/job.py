"""A Managed Flink application second by second: it reads, is held back, fails and comes again.

Where no number has a source it is this world's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from random import Random

from tidegate.simulator.kinds.flink_application.checkpoints import (
    MEGABYTE,
    Checkpoints,
    writing_seconds,
)
from tidegate.simulator.kinds.flink_application.data import ApplicationData
from tidegate.simulator.kinds.flink_application.graph import (
    Flow,
    Load,
    load_of,
    operators_rate,
    slowest,
)
from tidegate.simulator.participant import Sink, Subscription
from tidegate.simulator.records import Part, fair

__all__ = ["ApplicationState"]

HEAP_BYTES_PER_KPU = 3 * 1024**3
"""3 GB of a KPU's 4 GB (Managed Service for Apache Flink developer guide, "resources")."""

HEAP_SHARE_AT_REST = 0.25
COLLECTING_FROM = 0.75
COLLECTING_MOST = 0.9
"""The old generation is collected ever more often above three quarters of the heap, until hardly
anything else is done."""

OUT_OF_MEMORY_AFTER_SECONDS = 20.0


@dataclass(slots=True)
class ApplicationState:
    """The job as it runs now. ``parallelism`` is AWS's CurrentParallelism. Records read again after
    a failure count once in ``records_read``. ``down_since`` is None while the job runs."""

    data: ApplicationData
    subscription: Subscription
    sinks: list[Sink]
    random: Random
    parallelism: int
    parallelism_per_kpu: int
    checkpoints: Checkpoints = field(default_factory=Checkpoints)
    load: Load = field(default_factory=Load)
    records_read: int = 0
    records_read_again: int = 0
    late_records: float = 0.0
    full_restarts: int = 0
    collecting_seconds: float = 0.0
    up_since: float = 0.0
    down_since: float | None = None
    seconds_down: int = 0
    _resumes_at: float | None = None
    _fails: bool = False
    _blocked_until: float = 0.0

    @classmethod
    def of(
        cls, data: ApplicationData, subscription: Subscription, sinks: list[Sink], random: Random
    ) -> "ApplicationState":
        """The application at the start, running."""
        state = cls(data, subscription, sinks, random, data.parallelism, data.parallelism_per_kpu)
        state.checkpoints.begin_job(0.0, data)
        return state

    @property
    def kpus(self) -> int:
        """KPUs that it runs on, without the one for orchestration."""
        return ceil(self.parallelism / self.parallelism_per_kpu)

    @property
    def state_bytes(self) -> float:
        """The state of the job."""
        grown = self.data.state_bytes_per_record * self.records_read
        return self.data.state_megabytes * MEGABYTE + grown

    @property
    def heap_share(self) -> float:
        """How full the heap is; 1 and more is too full to go on."""
        state = self.state_bytes * self.data.heap_state_share / self.kpus
        return HEAP_SHARE_AT_REST + state / HEAP_BYTES_PER_KPU

    @property
    def collecting_share(self) -> float:
        """The share of the time that goes into collecting the old generation."""
        over = (self.heap_share - COLLECTING_FROM) / (1 - COLLECTING_FROM)
        return min(COLLECTING_MOST, max(0.0, over) ** 2 * COLLECTING_MOST)

    @property
    def _vcpu_wanted(self) -> float:
        working = self.data.vcpu_per_subtask * (1 - self.data.io_share)
        return min(self.parallelism_per_kpu, self.parallelism) * working

    @property
    def rate(self) -> float:
        """Records a second that one subtask can process."""
        shared = self.data.records_per_second_per_subtask / max(1.0, self._vcpu_wanted)
        return shared * (1 - self.collecting_share)

    @property
    def is_stopped(self) -> bool:
        """Whether the service has stopped the job, task managers and all."""
        return self.down_since is not None and self._resumes_at is None

    def cpu_share(self, busy: float) -> float:
        """How much of its one CPU a KPU uses whose subtasks are busy for that share."""
        return min(1.0, busy * self._vcpu_wanted + self.collecting_share)

    def work(self, now: float) -> None:
        """One second."""
        self.load = Load()
        if self._resumes_at is not None and now >= self._resumes_at:
            self._resume(now)
        if self.down_since is None and self._is_failing(now):
            self._fail(now)
        if self.down_since is not None:
            self.seconds_down += 1
            return
        self._read(now)
        self.collecting_seconds += self.collecting_share * self.kpus
        self.late_records += self.load.records * self.data.late_share
        held_back = self.load.held_back
        self.checkpoints.pass_second(now, self.data, self.state_bytes, self.kpus, held_back)

    def crash(self) -> None:
        """The job fails in the next second, if it runs."""
        self._fails = self.down_since is None

    def restart_seconds(self, fixed: float, kpus: int) -> float:
        """How long it takes to come back with the state on so many KPUs."""
        return fixed + self.state_bytes / (self.data.restore_megabytes_per_second * MEGABYTE * kpus)

    def snapshot_seconds(self) -> float:
        """How long the snapshot takes that the service stops the job with; 0 for none."""
        if not self.data.snapshots_enabled or self.down_since is not None:
            return 0.0
        return writing_seconds(self.data, self.state_bytes, self.kpus)

    def stop(self, now: float, *, has_snapshot: bool) -> None:
        """The service stops the job to change it."""
        if has_snapshot:
            self.checkpoints.commit()
        self._rewind()
        self.down_since = now if self.down_since is None else self.down_since
        self._resumes_at = None

    def start(self, now: float, parallelism: int, parallelism_per_kpu: int) -> None:
        """The service submits the job anew."""
        self.parallelism, self.parallelism_per_kpu = parallelism, parallelism_per_kpu
        self.full_restarts, self.collecting_seconds = 0, 0.0
        self.checkpoints.forget()
        self._resume(now)

    def _resume(self, now: float) -> None:
        self.up_since, self.down_since, self._resumes_at = now, None, None
        self.late_records = 0.0
        self.checkpoints.begin_job(now, self.data)

    def _is_failing(self, now: float) -> bool:
        up = now - self.up_since
        after = self.data.fails_after_seconds
        is_full = self.heap_share >= 1 and up >= OUT_OF_MEMORY_AFTER_SECONDS
        return self._fails or is_full or (after is not None and up >= after)

    def _fail(self, now: float) -> None:
        self._fails = False
        self._rewind()
        self.full_restarts += 1
        self.down_since = now
        self._resumes_at = now + self.restart_seconds(self.data.recovery_seconds, self.kpus)

    def _rewind(self) -> None:
        for part, cohorts in reversed(self.checkpoints.rewind()):
            self.subscription.give_back(part, cohorts)
            again = sum(count for _, count in cohorts)
            self.records_read -= again
            self.records_read_again += again

    def _groups(self, parts: Sequence[Part]) -> list[tuple[Sequence[Part], float]]:
        """Parts, and the records a second that those who work on them can process."""
        if self.data.is_keyed and self.data.tasks == 1:
            return [(parts, operators_rate(self.data, self.rate, self.parallelism))]
        readers = max(1, min(self.parallelism, len(parts)))
        rate = self.rate if self.data.tasks == 1 else self.rate / self.data.source_share
        return [(parts[at::readers], rate) for at in range(readers)]

    def _read(self, now: float) -> None:
        groups = self._groups(self.subscription.readable())
        if now < self._blocked_until:
            nothing = [0] * len(groups)
            self.load = load_of(self.data, Flow(nothing, self.rate, self.parallelism, "sink"))
            return
        amounts = [
            fair([min(part.lanes[0].count, part.budget) for part in parts], self._whole(rate))
            for parts, rate in groups
        ]
        most, slow = slowest(self.data, self.rate, self.parallelism)
        is_held_up = sum(map(sum, amounts)) > most
        if is_held_up:
            accepted = fair([sum(each) for each in amounts], self._whole(most))
            amounts = [fair(each, count) for each, count in zip(amounts, accepted, strict=True)]
        for (parts, _), counts in zip(groups, amounts, strict=True):
            for part, count in zip(parts, counts, strict=True):
                self._take(part, count)
        flow = (self.rate, self.parallelism, slow if is_held_up else None)
        self.load = load_of(self.data, Flow([sum(each) for each in amounts], *flow))
        if self.sinks and self.load.records:
            self._write(now, self.load.records)

    def _write(self, now: float, records: int) -> None:
        """What was read in a second goes to every sink before the job goes on."""
        for sink in self.sinks:
            write = sink.offer(records, 0)
            write.settle(0.0)
            sink.accept(records)
            self._blocked_until = max(self._blocked_until, now + write.seconds)

    def _whole(self, amount: float) -> int:
        return int(amount) + (self.random.random() < amount % 1)

    def _take(self, part: Part, count: int) -> None:
        if count:
            self.checkpoints.note(part, part.lanes[0].take(count))
            self.records_read += count
            part.taken += count
