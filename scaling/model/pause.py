"""A pause: nobody changes a lever through Tidegate until it ends."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from tidegate.scaling.model.change_record import Lever, moment_in

__all__ = ["Pause", "pausing"]


@dataclass(frozen=True, slots=True)
class Pause:
    """Of everything, of a pipeline, or of one kind of its levers, until a moment; and why.

    ``resources`` are the pipeline's, by the names of their leases: who changes one of them without
    a pipeline file, or on behalf of another pipeline, is held as well. ``suspended`` are the
    resource ids of the scalable targets that were suspended for it and are to be resumed when it
    has ended; ``before`` are flags of them that others had set, as ``ID FLAG``.
    """

    until: datetime
    reason: str
    pipeline: str | None = None
    lever: str | None = None
    resources: tuple[str, ...] = ()
    suspended: tuple[str, ...] = ()
    before: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """By which it is kept: another of the same replaces it."""
        return f"{self.pipeline or '*'}/{self.lever or '*'}"

    @property
    def of(self) -> str:
        """What is paused, in words."""
        if self.pipeline is None:
            return "everything"
        return self.pipeline if self.lever is None else f"{self.lever} of {self.pipeline}"

    def holds(self, lever: Lever, resource: str, pipeline: str | None, now: datetime) -> bool:
        """Whether a lever of a resource may not be changed now, on behalf of a pipeline or, where
        that is None, of nobody's."""
        if now >= self.until or self.lever not in (None, lever.kind_word):
            return False
        return self.pipeline in (None, pipeline) or resource in self.resources

    def to_text(self) -> str:
        """As a ledger keeps it."""
        return json.dumps({**asdict(self), "until": self.until.isoformat()}, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> "Pause":
        """What ``to_text`` made; what only another version of Tidegate knows is left out."""
        told = json.loads(text)
        known = {each.name: told[each.name] for each in fields(cls) if each.name in told}
        lists = {name: tuple(told.get(name, ())) for name in ("resources", "suspended", "before")}
        return cls(**{**known, "until": moment_in(told["until"]), **lists})


def pausing(
    pauses: Iterable[Pause], lever: Lever, resource: str, pipeline: str | None, now: datetime
) -> Pause | None:
    """Of the pauses that hold a lever the one that ends last, None where none does."""
    found = [each for each in pauses if each.holds(lever, resource, pipeline, now)]
    return max(found, key=lambda each: each.until, default=None)
