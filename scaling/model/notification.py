"""The notifications of an incident, and their destinations: the same facts for people and for
machines."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import Enum

__all__ = ["Destination", "Due", "Kind", "Notification"]

SUBJECT_MAX = 100
"""Characters of an SNS subject (Publish, API reference)."""


class Kind(Enum):
    """What a notification is: the one page, an update of the incident, its resolution."""

    PAGE = "page"
    UPDATE = "update"
    RESOLVED = "resolved"


class Destination(Enum):
    """Where a notification goes. A topic gets the page and the resolution, the others
    everything."""

    SNS = "sns"
    OPS_ITEM = "ops-item"
    EVENT_BUS = "event-bus"


@dataclass(frozen=True, slots=True)
class Notification:
    """One thing to tell: the same facts as text for a phone and as plain data for machines."""

    kind: Kind
    illness_id: str
    pipeline: str
    at: str
    causes: tuple[str, ...]
    found: tuple[str, ...]
    done: tuple[str, ...]
    to_do: tuple[str, ...]
    dashboard: str

    @property
    def subject(self) -> str:
        """One line, plain ASCII, as SNS wants it."""
        causes = ", ".join(self.causes)
        state = f"resolved: {causes}" if self.kind is Kind.RESOLVED else causes
        line = f"Tidegate: {self.pipeline}: {state}"
        return line.encode("ascii", "replace").decode()[:SUBJECT_MAX]

    @property
    def text(self) -> str:
        """What a person reads on a phone."""
        parts = [self.subject, *self._part("Found", self.found), *self._part("Done", self.done)]
        parts += self._part("To be done by you", self.to_do)
        return "\n".join([*parts, "", self.dashboard])

    def _part(self, title: str, lines: tuple[str, ...]) -> Iterator[str]:
        if lines:
            yield f"\n{title}:"
            yield from (f"- {line}" for line in lines)

    def as_json(self) -> str:
        """For machines."""
        return json.dumps({**asdict(self), "kind": self.kind.value})


@dataclass(frozen=True, slots=True)
class Due:
    """A notification that a destination hasn't got yet."""

    notification: Notification
    destination: Destination
