"""The edges as protocols: the cloud, its metrics, and the ledger.

Each has one contract test class in ``tests/``, run against every implementation.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

from tidegate.rules.graph import Pipeline, Question
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.rules.window import Metric, Window
from tidegate.scaling.config.specification import NoticeSpec, PipelineSpec
from tidegate.scaling.model.change_record import (
    ChangeRecord,
    DesiredCapacity,
    Lease,
    Lever,
    Outcome,
)
from tidegate.scaling.model.pause import Pause

if TYPE_CHECKING:
    from tidegate.scaling.model.notification import Destination, Notification
    from tidegate.scaling.model.plan import Action
    from tidegate.scaling.model.snapshot import StatusSnapshot

__all__ = ["Cloud", "Edges", "Ledger", "Metrics", "Notices"]

A = TypeVar("A")


class Cloud(Protocol):
    """Where pipelines live. Raises ``CloudError`` and nothing else."""

    def describe(self, spec: PipelineSpec) -> Pipeline:
        """The pipeline as configured now. ResourceMissing names what the file asks for and is
        missing, also when a consumer has no event source mapping that reads this stream."""
        ...

    def describe_alone(self, spec: PipelineSpec, lever: Lever) -> Pipeline:
        """The resource of one lever, in two or three calls: a pipeline that need have nothing
        else, a source neither."""
        ...

    def ask(self, question: Question[A]) -> A:
        """What a kind asks of one of its resources beyond its description."""
        ...

    def scalable_targets(self, where: str | None = None) -> tuple[ScalableTarget, ...]:
        """The capacities that DynamoDB's own auto scaling sets: all of the region, in several calls
        where there are many, or those of one table or table/index, in one."""
        ...

    def apply(self, action: "Action") -> None:
        """Ask for one change, without waiting for it to finish."""
        ...


class Metrics(Protocol):
    """Where metric windows come from. Raises ``CloudError`` and nothing else."""

    def read(
        self, metrics: Sequence[Metric], start: datetime, end: datetime
    ) -> Mapping[Metric, Window]:
        """One window for every metric asked, from ``start`` to ``end``.

        Both are aligned down to each metric's period. Periods without a data point are None; a
        metric unknown to CloudWatch is a window of nothing but None. No sample is infinite or not a
        number, and none of an AWS metric is negative. A window that CloudWatch failed to read, or
        read in part, is ``unread``.
        """
        ...


class Ledger(Protocol):
    """What was intended and how it ended, and who may act now. Raises ``CloudError``,
    ``LedgerUnavailable`` while it can't be had, ``ConfigurationError`` where it can't be read.

    What another version of Tidegate wrote is read as far as it is known; a call whose outcome isn't
    counts as made.
    """

    def acquire(self, resource: str, holder: str, now: datetime, seconds: int) -> bool:
        """Take the lease on a resource until ``now + seconds``, unless another holder has it.

        The same holder may take it again, which prolongs it. True when held afterwards.
        """
        ...

    def release(self, resource: str, holder: str) -> None:
        """Give the lease back; nothing happens when it is someone else's."""
        ...

    def leases(self) -> tuple[Lease, ...]:
        """Every lease that is kept, also one that has ended."""
        ...

    def newest(self, resources: Collection[str]) -> Mapping[str, str]:
        """Of each resource the ``revision`` of its newest change record, whoever wrote it; without
        one it isn't in the answer."""
        ...

    def begin(self, *change_records: ChangeRecord, after: Mapping[str, str] | None = None) -> bool:
        """Write the intentions of one call down, all or none. False, and nothing written, when a
        change record with one of these ids exists, when a lever has one that is still BEGUN, or
        when the newest of their resources is no longer what ``after``, an answer of ``newest``,
        says."""
        ...

    def change_record(self, entry_id: str) -> ChangeRecord | None:
        """The entry of that id, None where there is none."""
        ...

    def open_change_records(
        self, levers: Collection[Lever] | None = None
    ) -> tuple[ChangeRecord, ...]:
        """Entries that are still BEGUN, of whatever pipeline and age: of these levers, or all."""
        ...

    def complete(self, entry_id: str, outcome: Outcome, at: datetime, detail: str | None) -> None:
        """Close an intention. Closing it twice keeps the first outcome, but DONE outweighs what
        another run may have concluded: see ``closed_by``."""
        ...

    def change_records(self, pipeline: str, since: datetime) -> tuple[ChangeRecord, ...]:
        """Entries of a pipeline that began at or after ``since``, oldest first."""
        ...

    def keep_desired(self, lever: Lever, desired: DesiredCapacity | None) -> None:
        """Keep the desired capacity that was accepted for a lever; it replaces an earlier one.
        None forgets it."""
        ...

    def desired(self, lever: Lever) -> DesiredCapacity | None:
        """The desired capacity that is kept for a lever, None where none is."""
        ...

    def all_desired(self) -> Mapping[Lever, DesiredCapacity]:
        """Every desired capacity that is kept."""
        ...

    def amend_desired(
        self, lever: Lever, before: DesiredCapacity, after: DesiredCapacity | None
    ) -> bool:
        """Replace a desired capacity that was read as ``before``, or forget it (None). False, and
        nothing written, when another is kept by now."""
        ...

    def keep_pause(self, pause: Pause) -> None:
        """Keep a pause; it replaces one of the same key."""
        ...

    def end_pause(self, key: str) -> bool:
        """Forget a pause; whether there was one."""
        ...

    def pauses(self) -> tuple[Pause, ...]:
        """Every pause that is kept, in the order of their keys."""
        ...

    def keep(self, name: str, value: str) -> None:
        """Keep a note of Tidegate's own under a name; the newest replaces the others."""
        ...

    def kept(self, name: str) -> str | None:
        """The note of that name, None where there is none."""
        ...

    def notes(self) -> Mapping[str, str]:
        """Every note that is kept, by its name."""
        ...

    def change_records_of(self, lever: Lever, since: datetime) -> tuple[ChangeRecord, ...]:
        """Entries of a lever, whichever way in they came, oldest first: a stream's budget is one
        for sweeps and reshards."""
        ...

    def keep_snapshot(self, snapshot: "StatusSnapshot") -> None:
        """Keep what a sweep saw. Keeping it twice keeps it once; it is forgotten after KEEP."""
        ...

    def snapshots(self, pipeline: str, since: datetime) -> tuple["StatusSnapshot", ...]:
        """Sightings of a pipeline from ``since`` on, oldest first."""
        ...

    def last_snapshot(self, pipeline: str, before: datetime) -> "StatusSnapshot | None":
        """The newest status snapshot of a pipeline before a moment, None where there is none."""
        ...

    def pipelines(self) -> tuple[str, ...]:
        """Names that anything was written under, sorted: pipelines, and ``reshard/STREAM``."""
        ...


class Notices(Protocol):
    """Where people and machines are notified. Raises ``CloudError`` only."""

    def send(
        self,
        notification: "Notification",
        destination: "Destination",
        places: NoticeSpec,
        known_as: str | None,
    ) -> str | None:
        """Deliver once to the place that the file names. ``known_as`` is what an earlier one of
        the same incident is known by there, such as an OpsItem's id; the answer is what this one is
        known by."""
        ...

    def draw(self, name: str, body: str) -> None:
        """Put a dashboard."""
        ...


@dataclass(frozen=True, slots=True)
class Edges:
    """The outside world as a sweep or a callback meets it; without ``notices`` nobody is notified.

    Without a ``clock`` no time goes by while something is done, as in a simulated world. Once
    ``is_late``, no other pipeline is begun. ``stack`` is that of the stage that sweeps, None on the
    command line.
    """

    cloud: Cloud
    metrics: Metrics
    ledger: Ledger
    notices: Notices | None = None
    clock: Callable[[], datetime] | None = None
    is_late: Callable[[], bool] = lambda: False
    stack: str | None = None

    def moment(self, now: datetime) -> datetime:
        """What the time is by now, in what began at ``now``."""
        return now if self.clock is None else self.clock()
