"""One locked file for each resource that a process of this machine has a lease on."""

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

__all__ = ["FileLocks"]


class FileLocks:
    """Locks beside a ledger (flock(2)). The kernel drops them when their process ends, however it
    does; process ids would mean nothing from one container to another.

    Where files can't be locked, as without a folder for them, none ever is.
    """

    def __init__(self, ledger: str) -> None:
        # Beside the file itself, by whatever links it was reached: SQLite keeps its log there too.
        self._folder = None if ledger == ":memory:" else Path(f"{Path(ledger).resolve()}-leases")
        self._held: dict[str, tuple[str, int]] = {}

    def take(self, resource: str, holder: str) -> bool:
        """Lock a resource's file, unless another holder has; whether it is the holder's now."""
        if resource in self._held:
            return self._held[resource][0] == holder
        opened = self._opened(resource, os.O_RDWR | os.O_CREAT)
        if opened is None:
            return False
        if not _locked(opened):
            os.close(opened)
            return False
        self._held[resource] = (holder, opened)
        return True

    def drop(self, resource: str, holder: str) -> None:
        """Give a lock back; nothing happens when it is someone else's."""
        if self._held.get(resource, ("",))[0] == holder:
            os.close(self._held.pop(resource)[1])

    def is_taken(self, resource: str) -> bool:
        """Whether a living process has the lock."""
        if resource in self._held:
            return True
        opened = self._opened(resource, os.O_RDWR)
        if opened is None:
            return False
        try:
            return not _locked(opened)
        finally:
            os.close(opened)

    def close(self) -> None:
        """Give every lock back."""
        for _, opened in self._held.values():
            os.close(opened)
        self._held.clear()

    def _opened(self, resource: str, how: int) -> int | None:
        if self._folder is None:
            return None
        # A resource's name may have a slash, and be longer than the name of a file.
        file = self._folder / sha256(resource.encode()).hexdigest()[:32]
        with suppress(OSError):
            if how & os.O_CREAT:
                self._folder.mkdir(parents=True, exist_ok=True)
            return os.open(file, how | os.O_CLOEXEC, 0o600)
        return None


def _locked(opened: int) -> bool:
    """Whether the file could be locked; not on a system without such locks."""
    try:
        import fcntl
    except ImportError:
        return False
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
