"""Managed Service for Apache Flink around a job: versions, updates, rollbacks, its own scaling.

Statuses and errors are those of the API reference (kinesisanalyticsv2). What it does not say is
this world's own: the order in which a request is checked, and that the service's own scaling makes
no new application version.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from math import ceil

from tidegate.simulator.kinds.flink_application.job import ApplicationState
from tidegate.simulator.manners import Pending, Refusal

__all__ = [
    "ApplicationService",
    "ApplicationUpdate",
    "Operation",
    "ParallelismConfiguration",
]

PARALLELISM_MAX, PARALLELISM_PER_KPU_MAX = 256, 8
"""Developer guide, "Implement application scaling"; the KPU quota is 64 there, and per account."""

SCALE_UP_PERCENT, SCALE_UP_MINUTES = 75, 15
SCALE_DOWN_PERCENT, SCALE_DOWN_MINUTES = 10, 360
"""Developer guide, "Use automatic scaling": containerCPUUtilization, doubled and halved."""

UPDATE, ROLLBACK, SCALE_UP, SCALE_DOWN = (
    "UpdateApplication",
    "RollbackApplication",
    "ScaleUp",
    "ScaleDown",
)


@dataclass(frozen=True, slots=True)
class ParallelismConfiguration:
    """What is configured; the service's own scaling leaves it as it is."""

    parallelism: int
    parallelism_per_kpu: int
    autoscaling_enabled: bool


@dataclass(frozen=True, slots=True)
class ApplicationUpdate:
    """An UpdateApplication request: None leaves a setting as it is."""

    parallelism: int | None = None
    parallelism_per_kpu: int | None = None
    autoscaling_enabled: bool | None = None
    version: int | None = None
    token: str | None = None

    def upon(self, now: ParallelismConfiguration) -> ParallelismConfiguration:
        """What the configuration becomes."""
        given = self.parallelism, self.parallelism_per_kpu
        parallelism, per_kpu = (
            had if wanted is None else wanted
            for wanted, had in zip(given, (now.parallelism, now.parallelism_per_kpu), strict=True)
        )
        scaling = self.autoscaling_enabled
        return ParallelismConfiguration(
            parallelism, per_kpu, now.autoscaling_enabled if scaling is None else scaling
        )


@dataclass(slots=True)
class Operation:
    """What DescribeApplicationOperation tells; versions (from, to) where it changed them, and the
    job's maximum parallelism where the failure names it."""

    operation_id: str
    kind: str
    started_at: datetime
    status: str = "IN_PROGRESS"
    ended_at: datetime | None = None
    versions: tuple[int, int] | None = None
    failure: str | None = None
    rollback_id: str | None = None
    named_max_parallelism: int | None = None


class ApplicationService:
    """The application as its API shows it. ``failures`` are reasons for the next updates to fail,
    ``rolled_back`` the versions (from, to) of a rollback that no update has followed; ``clock``
    tells the world's second."""

    def __init__(
        self,
        state: ApplicationState,
        pending: Pending,
        clock: Callable[[], int],
        start: datetime,
    ) -> None:
        data = state.data
        self.state = state
        self.status = "RUNNING"
        self.version = 1
        self.configuration = ParallelismConfiguration(
            data.parallelism, data.parallelism_per_kpu, data.autoscaling_enabled
        )
        self.operations: list[Operation] = []
        self.failures: list[str] = []
        self.updated_at = start
        self.updated_from: int | None = None
        self.rolled_back: tuple[int, int] | None = None
        self._pending = pending
        self._clock = clock
        self._start = start
        self._high = self._low = 0

    @property
    def now(self) -> datetime:
        """The world's clock."""
        return self._start + timedelta(seconds=self._clock())

    @property
    def token(self) -> str:
        """The ConditionalToken of the version there is."""
        return blake2b(
            f"{self.state.data.name}/{self.version}".encode(), digest_size=16
        ).hexdigest()

    @property
    def billed_kpus(self) -> int:
        """KPUs that are paid for: one more than the job has, for orchestration (pricing page)."""
        return 0 if self.status == "READY" else self.state.kpus + 1

    def check(self, update: ApplicationUpdate) -> None:
        """Raise the Refusal that UpdateApplication would."""
        if update.version is None and update.token is None:
            raise Refusal(
                "InvalidArgumentException",
                "CurrentApplicationVersionId or ConditionalToken must be given",
            )
        is_stale = update.version not in (None, self.version)
        if is_stale or update.token not in (None, self.token):
            raise Refusal(
                "ConcurrentModificationException", f"the application is at version {self.version}"
            )
        if self.status not in ("RUNNING", "READY"):
            name = self.state.data.name
            raise Refusal("ResourceInUseException", f"application {name} is {self.status}")
        self._check_bounds(update.upon(self.configuration))

    def _check_bounds(self, wanted: ParallelismConfiguration) -> None:
        if wanted.parallelism < 1:
            raise Refusal("InvalidArgumentException", "Parallelism is at least 1")
        if not 1 <= wanted.parallelism_per_kpu <= PARALLELISM_PER_KPU_MAX:
            raise Refusal("InvalidArgumentException", "ParallelismPerKPU is 1..8")
        quota = self.state.data.kpu_quota
        kpus = ceil(wanted.parallelism / wanted.parallelism_per_kpu)
        if kpus > quota or wanted.parallelism > PARALLELISM_MAX:
            raise Refusal(
                "LimitExceededException",
                f"{kpus} KPUs of {quota}, parallelism {wanted.parallelism} of {PARALLELISM_MAX}",
            )

    def update(self, update: ApplicationUpdate) -> str:
        """Begin what ``check`` has let pass; the operation's id. Every update restarts the job."""
        wanted = update.upon(self.configuration)
        parallelism = self.state.parallelism if update.parallelism is None else wanted.parallelism
        operation = self._begin(UPDATE)
        operation.versions = (self.version, self.version + 1)
        self.updated_from, self.rolled_back = self.version, None
        before, self.configuration = self.configuration, wanted
        self.version += 1
        if self.status == "READY":
            self.state.parallelism = wanted.parallelism
            self.state.parallelism_per_kpu = wanted.parallelism_per_kpu
            self._end(operation)
        else:
            self._restart("UPDATING", operation, parallelism, before)
        return operation.operation_id

    def _begin(self, kind: str) -> Operation:
        self.updated_at = self.now
        number = len(self.operations) + 1
        digest = blake2b(f"{self.state.data.name}/operation/{number}".encode(), digest_size=12)
        self.operations.append(Operation(digest.hexdigest(), kind, self.now))
        return self.operations[-1]

    def _end(self, operation: Operation, failure: str | None = None) -> None:
        operation.status = "SUCCESSFUL" if failure is None else "FAILED"
        operation.failure, operation.ended_at = failure, self.now

    def _restart(
        self, status: str, operation: Operation, parallelism: int, before: ParallelismConfiguration
    ) -> None:
        self.status = status
        per_kpu = self.configuration.parallelism_per_kpu
        snapshot = self.state.snapshot_seconds()
        timeout = self.state.data.checkpoint_timeout_seconds
        is_late = snapshot >= timeout

        def effect() -> None:
            late = f"taking a snapshot took longer than {timeout:.0f} s" if is_late else None
            failure = late or self._failure(operation, parallelism)
            self._end(operation, failure)
            if failure is None:
                self._run(parallelism, per_kpu)
            elif self.state.data.rollback_enabled:
                self._roll_back(operation, before)
            else:
                self.status = "READY"

        self.state.stop(self._clock(), has_snapshot=0 < snapshot < timeout)
        self._wait(min(snapshot, timeout), parallelism, per_kpu, effect)

    def _wait(
        self, snapshot_seconds: float, parallelism: int, per_kpu: int, effect: Callable[[], None]
    ) -> None:
        fixed = self.state.data.restart_seconds + snapshot_seconds
        seconds = self.state.restart_seconds(fixed, ceil(parallelism / per_kpu))
        self._pending.begin("application", self._clock() + seconds, effect)

    def _failure(self, operation: Operation, parallelism: int) -> str | None:
        """Why the job does not come up; what is above its maximum parallelism in Flink's words
        (StateAssignmentOperation, checkParallelismPreconditions)."""
        if self.failures:
            return self.failures.pop(0)
        most = self.state.data.max_parallelism
        if parallelism <= most:
            return None
        operation.named_max_parallelism = most
        return (
            "The state for task cbc357ccb763df2852fee8c4fc7d55f2 can not be restored. The maximum "
            f"parallelism ({most}) of the restored state is lower than the configured parallelism "
            f"({parallelism}). Please reduce the parallelism of the task to be lower or equal to "
            "the maximum parallelism."
        )

    def _run(self, parallelism: int, per_kpu: int) -> None:
        self.status = "RUNNING"
        self._high = self._low = 0
        self.state.start(self._clock(), parallelism, per_kpu)

    def _roll_back(self, failed: Operation, before: ParallelismConfiguration) -> None:
        """To the version that ran before, as a version of its own (developer guide, "Enable system
        rollbacks")."""
        operation = self._begin(ROLLBACK)
        failed.rollback_id = operation.operation_id
        if failed.versions is not None:
            operation.versions = (self.version, self.version + 1)
            self.rolled_back = failed.versions[1], failed.versions[0]
            self.version += 1
        self.status, self.configuration = "ROLLING_BACK", before
        parallelism, per_kpu = self.state.parallelism, self.state.parallelism_per_kpu

        def effect() -> None:
            self._end(operation)
            self._run(parallelism, per_kpu)

        self._wait(0.0, parallelism, per_kpu, effect)

    def note_minute(self, container_cpu_most: float | None) -> None:
        """A minute's highest containerCPUUtilization, None without one; scale if it is time."""
        if self.status != "RUNNING" or not self.configuration.autoscaling_enabled:
            self._high = self._low = 0
            return
        known = container_cpu_most is not None
        percent = container_cpu_most or 0.0
        self._high = self._high + 1 if known and percent >= SCALE_UP_PERCENT else 0
        self._low = self._low + 1 if known and percent < SCALE_DOWN_PERCENT else 0
        if self._high >= SCALE_UP_MINUTES:
            self._scale(SCALE_UP, self.state.parallelism * 2)
        elif self._low >= SCALE_DOWN_MINUTES:
            self._scale(SCALE_DOWN, ceil(self.state.parallelism / 2))

    def _scale(self, kind: str, wanted: int) -> None:
        configured = self.configuration
        data = self.state.data
        of_quota = configured.parallelism_per_kpu * data.kpu_quota
        most = min(of_quota, PARALLELISM_MAX, data.max_parallelism)
        parallelism = max(configured.parallelism, min(wanted, most))
        if parallelism != self.state.parallelism:
            self._restart("AUTOSCALING", self._begin(kind), parallelism, configured)
