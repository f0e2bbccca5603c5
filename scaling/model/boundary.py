"""Where one thing that goes wrong must not stop the next: noted, whatever it is, and gone on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tidegate.scaling.model.errors import TidegateError, as_known

__all__ = ["Unfinished", "going_on"]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Something that a sweep could not finish, and the error that stopped it."""

    what: str
    error: TidegateError

    def __str__(self) -> str:
        return f"{self.what}: {self.error}"


@contextmanager
def going_on(what: str, failures: list[Unfinished]) -> Iterator[None]:
    """Around ``what``: any exception is added to ``failures``, and the program goes on behind it.
    An interrupt and a request to exit pass."""
    try:
        yield
    except Exception as error:
        failures.append(Unfinished(what, as_known(error)))
