"""Managed Service for Apache Flink around a job: versions, updates, rollbacks, its own scaling.

Statuses and errors are those of the API reference (kinesisanalyticsv2). What it does not say is
this world's own: the order in which a request is checked, and that the service's own scaling makes
no new application version.
"""

from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from math import ceil

from tidegate.simulator.kinds.flink_application.job import ApplicationState
from tidegate.simulator.kinds.flink_application.limits import PARALLELISM_MAX, check_bounds
from tidegate.simulator.kinds.flink_application.operation import (
    ROLLBACK,
    SCALE_DOWN,
    SCALE_UP,
    START,
    UPDATE,
    ApplicationUpdate,
    Operation,
    ParallelismConfiguration,
)
from tidegate.simulator.manners import Refusal
from tidegate.simulator.site import Site

__all__ = ["ApplicationService"]

SCALE_UP_PERCENT, SCALE_UP_MINUTES = 75, 15
SCALE_DOWN_PERCENT, SCALE_DOWN_MINUTES = 10, 360
"""Developer guide, "Use automatic scaling": containerCPUUtilization, doubled and halved."""


class ApplicationService:
    """The application as its API shows it. ``failures`` are reasons for the next updates to fail,
    ``rolled_back`` the versions (from, to) of a rollback that no update has followed."""

    def __init__(self, state: ApplicationState, site: Site) -> None:
        data = state.data
        self.state = state
        self.status = "RUNNING"
        self.version = 1
        self.configuration = ParallelismConfiguration(
            data.parallelism, data.parallelism_per_kpu, data.autoscaling_enabled
        )
        self.operations: list[Operation] = []
        self.failures: list[str] = []
        self.updated_at = site.now
        self.updated_from: int | None = None
        self.rolled_back: tuple[int, int] | None = None
        self._site = site
        self._high = self._low = 0

    @property
    def now(self) -> datetime:
        """The world's clock."""
        return self._site.now

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

    def update(self, update: ApplicationUpdate) -> str:
        """UpdateApplication: the operation's id; the job is down until it is done. Raises
        Refusal."""
        self._site.refusable(lambda: self._check(update))
        return self._begin_update(update)

    def start(self) -> str:
        """StartApplication, from the latest snapshot or, without any, checkpoint: the operation's
        id. Raises Refusal."""
        self._site.refusable(self.check_start)
        operation = self._begin(START)
        wanted = self.configuration
        self.status = "STARTING"

        def effect() -> None:
            failure = self._failure(operation, wanted.parallelism)
            self._end(operation, failure)
            if failure is None:
                self._run(wanted.parallelism, wanted.parallelism_per_kpu)
            else:
                self.status = "READY"

        self._wait(0.0, wanted.parallelism, wanted.parallelism_per_kpu, effect)
        return operation.operation_id

    def check_start(self) -> None:
        """Raises Refusal where it is not stopped."""
        if self.status != "READY":
            name = self.state.data.name
            raise Refusal("ResourceInUseException", f"application {name} is {self.status}")

    def operation(self, operation_id: str) -> Operation:
        """An operation by its id. Raises Refusal."""
        for operation in self.operations:
            if operation.operation_id == operation_id:
                return operation
        raise Refusal("ResourceNotFoundException", f"no operation {operation_id}")

    def _check(self, update: ApplicationUpdate) -> None:
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
        check_bounds(update.upon(self.configuration), self.state.data.kpu_quota)

    def _begin_update(self, update: ApplicationUpdate) -> str:
        """Every update restarts the job."""
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

        self.state.stop(self._site.second, has_snapshot=0 < snapshot < timeout)
        self._wait(min(snapshot, timeout), parallelism, per_kpu, effect)

    def _wait(
        self, snapshot_seconds: float, parallelism: int, per_kpu: int, effect: Callable[[], None]
    ) -> None:
        fixed = self.state.data.restart_seconds + snapshot_seconds
        seconds = self.state.restart_seconds(fixed, ceil(parallelism / per_kpu))
        self._site.pending.begin(
            f"application/{self.state.data.name}", self._site.second + seconds, effect
        )

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
        self.state.start(self._site.second, parallelism, per_kpu)

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
