"""What a Managed Flink application tells CloudWatch.

Names, units and levels: Managed Service for Apache Flink developer guide, "Metrics and dimensions";
the dimensions are those of AWS's samples, amazon-managed-service-for-apache-flink-examples
(dashboard, autoscaler) and kda-flink-app-autoscaling: everything by ``Application``, but
millisBehindLatest by ``Id`` (the stream), ``Application`` and ``Flow`` = Input, and task metrics by
``Application`` and ``Task`` once the metrics level is finer than APPLICATION.

Counters (restarts, failed checkpoints, late records, collections) go on from sample to sample, as
Flink's do. Four snapshots are taken a minute, so that a rate is its Average, or Sum / 4. A job that
is down has no tasks to tell of; one that the service has stopped has no task managers either, and
only uptime, downtime and fullRestarts are told. From Flink 2.2 on runningTime, restartingTime and
numRestarts say the same.
"""

from dataclasses import dataclass, field

from tidegate.simulator.clock import START
from tidegate.simulator.kinds.flink_application.graph import Load, TaskLoad, task_names
from tidegate.simulator.kinds.flink_application.job import ApplicationState
from tidegate.simulator.publisher import Dimensions, Publisher

__all__ = ["NAMESPACE", "ApplicationMetrics"]

NAMESPACE = "AWS/KinesisAnalytics"
SNAPSHOT_SECONDS = 15

CPU_AT_REST = 4.0
OUTSIDE_JVM = 3.0
"""Percent of a KPU's CPU that an idle task manager takes, and what runs beside it in its container;
this world's own."""

THREADS_AT_REST, THREADS_PER_SUBTASK = 60, 9
IN_FLIGHT_SECONDS = 9.0
"""How far the output watermark lies behind the input's where the job is held back all the time."""


@dataclass(slots=True)
class ApplicationMetrics:
    """Collects an application's seconds and publishes them."""

    state: ApplicationState
    publisher: Publisher
    container_cpu_most: float | None = None
    _loads: list[Load] = field(default_factory=list)
    _minute: list[Load] = field(default_factory=list)

    @property
    def dimensions(self) -> Dimensions:
        """Those of the application level."""
        return (("Application", self.state.data.name),)

    @property
    def source_dimensions(self) -> Dimensions:
        """Those of millisBehindLatest, sorted by name."""
        return (*self.dimensions, ("Flow", "Input"), ("Id", self.state.subscription.source.name))

    @property
    def tasks(self) -> tuple[str, ...]:
        """Those that tell of themselves, which they do above the level APPLICATION."""
        if self.state.data.metrics_level == "APPLICATION":
            return ()
        return task_names(self.state.data, self.state.subscription.source.name)

    def pass_second(self, now: int, age_seconds: float) -> None:
        """A second is over; every fifteenth is told."""
        if not self.state.is_stopped:
            self._minute.append(self.state.load)
        if self.state.down_since is None:
            self._loads.append(self.state.load)
        if (now + 1) % SNAPSHOT_SECONDS == 0:
            self._tell_job(now)
            if self.state.down_since is None:
                self._tell_progress(now, age_seconds)
                self._tell_time()
            self._loads = []

    def close_minute(self, minute: int, *, is_billed: bool) -> None:
        """A minute is over: what task managers report once a minute, and KPUs once an hour."""
        self.container_cpu_most = None
        if self._minute and not self.state.is_stopped:
            self._tell_task_managers()
        self._minute = []
        if minute % 60 == 0 and is_billed:
            self._add("KPUs", self.state.kpus + 1)

    def _add(self, name: str, value: float) -> None:
        self.publisher.add((NAMESPACE, name, self.dimensions), value)

    def _tell_job(self, now: int) -> None:
        state = self.state
        down = 0.0 if state.down_since is None else now + 1 - state.down_since
        up = 0.0 if down else now + 1 - state.up_since
        self._add("uptime", up * 1000)
        self._add("downtime", down * 1000)
        if state.data.runtime_environment.startswith("FLINK-2"):
            self._add("runningTime", up * 1000)
            self._add("restartingTime", down * 1000)
            self._add("numRestarts", state.full_restarts)
        else:
            self._add("fullRestarts", state.full_restarts)

    def _tell_progress(self, now: int, age_seconds: float) -> None:
        state, checkpoints = self.state, self.state.checkpoints
        records = sum(load.records for load in self._loads) / len(self._loads)
        self._add("numRecordsInPerSecond", records)
        self._add("numRecordsOutPerSecond", records * (1 - state.data.late_share))
        self._add("numLateRecordsDropped", int(state.late_records))
        self._add("numberOfFailedCheckpoints", checkpoints.failed)
        if checkpoints.last_seconds is not None and checkpoints.last_bytes is not None:
            self._add("lastCheckpointDuration", checkpoints.last_seconds * 1000)
            self._add("lastCheckpointSize", checkpoints.last_bytes)
        self._tell_source(age_seconds)
        watermark = START.timestamp() * 1000 + (now - age_seconds) * 1000
        self._add("currentInputWatermark", watermark)
        behind = IN_FLIGHT_SECONDS * state.load.held_back
        self._add("currentOutputWatermark", watermark - behind * 1000)

    def _tell_source(self, age_seconds: float) -> None:
        if not self.state.subscription.source.publishes:
            self._add("records_lag_max", self.state.subscription.backlog_most)
            return
        key = (NAMESPACE, "millisBehindLatest", self.source_dimensions)
        self.publisher.add(key, age_seconds * 1000)

    def _tell_time(self) -> None:
        """Of each task busy, back-pressured and idle milliseconds of a second: the busiest
        subtask's sample and those of the others."""
        for at, name in enumerate(self.tasks):
            found = [load.tasks[at] for load in self._loads if load.tasks]
            if found:
                self._tell_task((*self.dimensions, ("Task", name)), found)

    def _tell_task(self, dimensions: Dimensions, found: list[TaskLoad]) -> None:
        count, others = len(found), self.state.parallelism - 1
        busy = sum(each.busy for each in found) / count
        busiest = sum(each.busiest for each in found) / count
        held_back = sum(each.held_back for each in found) / count
        rest = max(0.0, busy * (others + 1) - busiest) / others if others else 0.0
        for share, samples in ((busiest, 1), (rest, others)):
            if samples:
                held = held_back * (1 - share) / max(1e-9, 1 - busy)
                self._tell_times(dimensions, share, min(held, 1 - share), samples)

    def _tell_times(
        self, dimensions: Dimensions, busy: float, held_back: float, samples: int
    ) -> None:
        for name, share in (
            ("busyTimeMsPerSecond", busy),
            ("backPressuredTimeMsPerSecond", held_back),
            ("idleTimeMsPerSecond", max(0.0, 1 - busy - held_back)),
        ):
            self.publisher.add((NAMESPACE, name, dimensions), share * 1000 * samples, samples)

    def _tell_task_managers(self) -> None:
        """One task manager a KPU: the busiest subtask's first, then the others alike."""
        state, count = self.state, len(self._minute)
        busy = sum(load.busy for load in self._minute) / count
        busiest = sum(load.busiest for load in self._minute) / count
        slots = min(state.parallelism_per_kpu, state.parallelism)
        rest = max(0.0, busy * state.parallelism - busiest) / max(1, state.parallelism - 1)
        first = (busiest + rest * (slots - 1)) / slots
        self._tell_cpu(first, 1)
        if state.kpus > 1:
            self._tell_cpu(rest, state.kpus - 1)
        self._tell_jvm(min(100.0, state.heap_share * 100))

    def _tell_cpu(self, busy: float, managers: int) -> None:
        jvm = min(100.0, CPU_AT_REST + (100 - CPU_AT_REST) * self.state.cpu_share(busy))
        container = min(100.0, jvm + OUTSIDE_JVM)
        for name, value, samples in (
            ("cpuUtilization", jvm, managers),
            ("containerCPUUtilization", container, 2 * managers),
        ):
            self.publisher.add((NAMESPACE, name, self.dimensions), value * samples, samples)
        self.container_cpu_most = max(container, self.container_cpu_most or 0.0)

    def _tell_jvm(self, heap: float) -> None:
        state = self.state
        key = (NAMESPACE, "heapMemoryUtilization", self.dimensions)
        self.publisher.add(key, heap * state.kpus, state.kpus)
        self._add("oldGenerationGCTime", state.collecting_seconds * 1000)
        self._add("oldGenerationGCCount", int(state.collecting_seconds * 2))
        self._add("threadsCount", THREADS_AT_REST + THREADS_PER_SUBTASK * state.parallelism)
