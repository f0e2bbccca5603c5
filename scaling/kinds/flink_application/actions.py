"""What Tidegate asks AWS to change of a Flink application: one call, which restarts its job."""

from collections.abc import Iterator
from dataclasses import dataclass

from tidegate.rules.cause import LeverKind
from tidegate.scaling.model.change_record import Lever

__all__ = [
    "START_APPLICATION",
    "UPDATE_APPLICATION",
    "StartApplication",
    "UpdateApplication",
]

UPDATE_APPLICATION = "kinesisanalytics:UpdateApplication"
START_APPLICATION = "kinesisanalytics:StartApplication"


@dataclass(frozen=True, slots=True)
class UpdateApplication:
    """Managed Service for Apache Flink UpdateApplication, parallelism only; it restarts the job.

    The token is the one of the description that the change was decided on, so that of two callers
    one is refused. With ``ends_autoscaling`` the service's own autoscaling is switched off in the
    same restart.
    """

    application: str
    conditional_token: str
    from_parallelism: int
    from_parallelism_per_kpu: int
    to_parallelism: int
    to_parallelism_per_kpu: int
    ends_autoscaling: bool = False

    @property
    def operation(self) -> str:
        """The AWS call."""
        return UPDATE_APPLICATION

    @property
    def lease(self) -> str:
        """The resource that it changes."""
        return f"application/{self.application}"

    def levers(self) -> Iterator[Lever]:
        """The levers that it moves."""
        if self.to_parallelism != self.from_parallelism:
            yield Lever.of(LeverKind.PARALLELISM, self.application)
        if self.to_parallelism_per_kpu != self.from_parallelism_per_kpu:
            yield Lever.of(LeverKind.PARALLELISM_PER_KPU, self.application)


@dataclass(frozen=True, slots=True)
class StartApplication:
    """Managed Service for Apache Flink StartApplication of a job that an update has stopped, after
    an UpdateApplication back to what ran: while the application is READY that starts nothing.

    ``moved`` are the levers that the failed update had set. The token is as of UpdateApplication.
    """

    application: str
    conditional_token: str
    to_parallelism: int
    to_parallelism_per_kpu: int
    moved: tuple[LeverKind, ...]
    from_snapshot: bool = True

    @property
    def operation(self) -> str:
        """The AWS call that starts it, by which it is known in the ledger."""
        return START_APPLICATION

    @property
    def lease(self) -> str:
        """The resource that it changes."""
        return f"application/{self.application}"

    def levers(self) -> Iterator[Lever]:
        """The levers that it sets back."""
        return (Lever.of(kind, self.application) for kind in self.moved)

    def to(self, kind: LeverKind) -> int:
        """What it sets a lever to."""
        is_parallelism = kind is LeverKind.PARALLELISM
        return self.to_parallelism if is_parallelism else self.to_parallelism_per_kpu
