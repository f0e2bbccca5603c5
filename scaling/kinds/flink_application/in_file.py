"""What the pipeline file says of an application beside the bounds of its levers."""

from collections.abc import Iterator
from typing import Protocol

from tidegate.scaling.model.in_file import InFile

__all__ = ["ApplicationEntry", "ends_autoscaling", "entry_of"]


class ApplicationEntry(Protocol):
    """The keys of an application's entry that its levers depend on (``ApplicationSpec``)."""

    @property
    def application(self) -> str:
        """Its name."""
        ...

    @property
    def service_autoscaling(self) -> str:
        """``off`` where the service's own autoscaling ends with Tidegate's first change, else
        ``keep``."""
        ...

    @property
    def max_parallelism(self) -> int | None:
        """The job's own, where the file names it."""
        ...

    @property
    def allow_without_rollback(self) -> bool:
        """Whether it is updated though an update that fails then stops the job."""
        ...

    @property
    def allow_without_snapshots(self) -> bool:
        """Whether it is updated though each update then loses the job's state."""
        ...

    @property
    def start_again_after_failed_update(self) -> bool:
        """Whether it is started again where an update by Tidegate has stopped it."""
        ...


def _entries(said: InFile) -> Iterator[ApplicationEntry]:
    if said.entry is not None:
        yield from said.entry.applications


def entry_of(said: InFile, name: str) -> ApplicationEntry | None:
    """What the file says of an application, None where it has no entry of its own."""
    return next((each for each in _entries(said) if each.application == name), None)


def ends_autoscaling(said: InFile, name: str) -> bool:
    """Whether the file wants the service's own autoscaling of an application off."""
    entry = entry_of(said, name)
    return entry is not None and entry.service_autoscaling == "off"
