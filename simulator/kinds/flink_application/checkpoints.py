"""A Flink job's checkpoints, and the records read since the last one that would be read again."""

from dataclasses import dataclass, field

from tidegate.simulator.kinds.flink_application.data import ApplicationData
from tidegate.simulator.records import Cohort, Part

__all__ = ["MEGABYTE", "Checkpoints", "Reading", "writing_seconds"]

Reading = tuple[Part, list[Cohort]]
"""Records taken from a shard, oldest first."""

MEGABYTE = 1_000_000.0

SECONDS_AT_LEAST = 1.0
ALIGNMENT_SECONDS = 60.0
"""What a barrier loses on its way through a job that is held back all the time; this world's own.
AWS names back-pressure as a cause of long checkpoints (Managed Service for Apache Flink developer
guide, "Checkpointing is timing out")."""

PAUSE_SECONDS = 5.0
"""MinPauseBetweenCheckpoints by default (CheckpointConfiguration, API reference)."""


def writing_seconds(data: ApplicationData, state_bytes: float, kpus: int) -> float:
    """How long a checkpoint or a snapshot takes of a job that nothing holds back."""
    written = data.checkpoint_megabytes_per_second * MEGABYTE * kpus
    return SECONDS_AT_LEAST + state_bytes / written


@dataclass(slots=True)
class Checkpoints:
    """``failed`` counts since the job was submitted, ``last_*`` are of the last that succeeded."""

    failed: int = 0
    last_seconds: float | None = None
    last_bytes: float | None = None
    _next_at: float = 0.0
    _begun_at: float | None = None
    _ends_at: float = 0.0
    _bytes: float = 0.0
    _before: list[Reading] = field(default_factory=list)
    _since: list[Reading] = field(default_factory=list)

    def note(self, part: Part, cohorts: list[Cohort]) -> None:
        """Records were read; the next checkpoint will know of them."""
        self._since.append((part, cohorts))

    def begin_job(self, now: float, data: ApplicationData) -> None:
        """The job starts: the first checkpoint is an interval away."""
        self._begun_at = None
        self._next_at = now + data.checkpoint_interval_seconds

    def forget(self) -> None:
        """A new job is submitted: it counts anew."""
        self.failed, self.last_seconds, self.last_bytes = 0, None, None

    def pass_second(
        self, now: float, data: ApplicationData, state_bytes: float, kpus: int, held_back: float
    ) -> None:
        """End the one under way when it is time, then begin the next; ``held_back`` is the share
        of the second that the job was back-pressured."""
        if self._begun_at is not None and now >= self._ends_at:
            self._end(self._begun_at, data)
        if self._begun_at is None and now >= self._next_at:
            self._begun_at, self._bytes = now, state_bytes
            seconds = ALIGNMENT_SECONDS * held_back + writing_seconds(data, state_bytes, kpus)
            self._ends_at = now + min(seconds, data.checkpoint_timeout_seconds)
            self._before, self._since = self._before + self._since, []

    def _end(self, begun_at: float, data: ApplicationData) -> None:
        seconds = self._ends_at - begun_at
        if seconds >= data.checkpoint_timeout_seconds:
            self.failed += 1
        else:
            self.last_seconds, self.last_bytes = seconds, self._bytes
            self._before = []
        self._begun_at = None
        due = begun_at + data.checkpoint_interval_seconds
        self._next_at = max(due, self._ends_at + PAUSE_SECONDS)

    def commit(self) -> None:
        """A snapshot has everything that was read."""
        self._before, self._since = [], []

    def rewind(self) -> list[Reading]:
        """What is to be read again after a failure, oldest first."""
        readings = self._before + self._since
        self.commit()
        return readings
