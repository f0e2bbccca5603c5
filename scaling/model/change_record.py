"""What the ledger holds: levers, change records with their outcome, and desired capacities."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import lru_cache

from tidegate.rules.cause import LEVER_KINDS, LeverKind

__all__ = [
    "KEEP",
    "TAKEN_BACK",
    "CallerArn",
    "ChangeRecord",
    "DesiredCapacity",
    "Lease",
    "Lever",
    "Outcome",
    "closed_by",
    "moment_in",
    "nobody",
    "outcome_in",
    "refused_by_limit",
    "refused_by_rate",
    "revision",
]

KEEP = timedelta(days=90)
"""How long history stays."""

TAKEN_BACK = "/taken-back"
"""How the id of a change ends that takes a raise back which did not help."""

_SPOKEN = {
    "batching_window_seconds": "batching window",
    "parallelism_per_kpu": "parallelism per KPU",
    "retention_hours": "retention period",
}
"""What a lever is called in a sentence, where its kind's word has a unit or an acronym in it."""

_UNITS = {
    "write_capacity": " WCU",
    "read_capacity": " RCU",
    "batching_window_seconds": " s",
    "retention_hours": " h",
}


@dataclass(frozen=True, slots=True, order=True)
class Lever:
    """One knob of one resource.

    ``where`` is the stream for shard count and retention, the function for the parallelization
    factor and the batching window, ``table`` or ``table/index`` for capacity.
    """

    kind_word: str
    where: str

    @classmethod
    @lru_cache(maxsize=4096)
    def of(cls, kind: LeverKind, where: str) -> "Lever":
        """The lever of a kind; kept, since a sweep asks for each many times."""
        return cls(kind.value, where)

    @property
    def kind(self) -> LeverKind:
        """Which knob it is. ValueError for a kind that only another version of Tidegate knows."""
        kind = LEVER_KINDS.get(self.kind_word)
        if kind is None:
            raise ValueError(f"{self.kind_word!r} is no lever of this version of Tidegate")
        return kind

    @property
    def is_known(self) -> bool:
        """Whether this version of Tidegate has such a knob."""
        return LEVER_KINDS.get(self.kind_word) is not None

    def __str__(self) -> str:
        return f"{self.kind_word} of {self.where}"

    def __format__(self, spec: str) -> str:
        """As the pipeline file names it; in plain English with the format ``words``."""
        if spec != "words":
            return format(str(self), spec)
        return f"{_SPOKEN.get(self.kind_word, self.kind_word.replace('_', ' '))} of {self.where}"

    def amount(self, capacity: int) -> str:
        """A capacity of the lever, with its unit where it has one."""
        return f"{capacity:,}{_UNITS.get(self.kind_word, '')}"

    def change(self, from_capacity: int, to_capacity: int) -> str:
        """A change of the lever, to be read after a verb."""
        return f"{self:words} from {from_capacity:,} to {self.amount(to_capacity)}"


class Outcome(Enum):
    """How an intention ended. BEGUN is not ended. UNKNOWN is that whether AWS took the call was not
    learnt: like what is BEGUN it counts as made, in every budget and cooldown."""

    BEGUN = "begun"
    DONE = "done"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


_LIMIT = "LimitExceeded: "
"""How ``detail`` is marked in the ledger where a limit was the reason."""


_RATE = "Throttled: "
"""The same where AWS was only asked too often."""


def refused_by_limit(words: str) -> str:
    """The detail of a change that AWS has refused for a limit."""
    return f"{_LIMIT}{words}"


def refused_by_rate(words: str) -> str:
    """The detail of a change that AWS has throttled, and takes when it is asked again."""
    return f"{_RATE}{words}"


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """One line of the ledger: a lever's change, written before the call and closed after it.

    ``entry_id`` is made from the pipeline, lever and moment, so that the same intention written
    twice is one record. ``operation`` is the AWS call (``kinesis:UpdateShardCount``), by which
    budgets are counted. ``detail`` holds the reason of a failure, ``marks`` what AWS showed before
    the call of when the lever was last set (``ResourceType.marks``). ``caller`` is the ARN of whose
    credentials signed the call, None where it isn't known; the ledger adds it.
    """

    entry_id: str
    pipeline: str
    lever: Lever
    operation: str
    from_capacity: int
    to_capacity: int
    because: str
    begun_at: datetime
    outcome: Outcome = Outcome.BEGUN
    ended_at: datetime | None = None
    detail: str | None = None
    marks: tuple[str, ...] = ()
    caller: str | None = None

    @property
    def refusal(self) -> str | None:
        """AWS's words where it refused the change for a limit, None for any other end."""
        detail = self.detail or ""
        is_limit = self.outcome is Outcome.FAILED and detail.startswith(_LIMIT)
        return detail.removeprefix(_LIMIT) if is_limit else None

    @property
    def takes_back(self) -> bool:
        """Whether it took a raise back that did not help."""
        return self.entry_id.endswith(TAKEN_BACK)

    @property
    def was_throttled(self) -> bool:
        """Whether AWS was only asked too often, so that the next time may be right."""
        return self.outcome is Outcome.FAILED and (self.detail or "").startswith(_RATE)


CallerArn = Callable[[], str | None]
"""Gives the ARN of whose credentials sign the calls, None where it isn't known."""


def nobody() -> None:
    """The ``CallerArn`` of where there is no AWS."""


def closed_by(outcome: Outcome) -> tuple[Outcome, ...]:
    """Which outcomes give way to this one. The first is kept, but that AWS has done it outweighs
    what another run concluded from what AWS showed before."""
    if outcome is Outcome.DONE:
        return Outcome.BEGUN, Outcome.SUPERSEDED, Outcome.UNKNOWN
    return (Outcome.BEGUN,)


def revision(entry_id: str, outcome: Outcome) -> str:
    """What the ledger has as the newest of a resource after a change record began or ended."""
    return f"{entry_id} {outcome.value}"


@dataclass(frozen=True, slots=True)
class Lease:
    """Who may change a resource until when; ``is_held`` by a process of this machine that lives."""

    resource: str
    holder: str
    ends_at: datetime
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class DesiredCapacity:
    """A desired capacity that was accepted from Application Auto Scaling, and when.

    ``resource`` is the identity of the resource that it was accepted for. ``start`` is the capacity
    at that time, after a failure the one that was left; None in what an earlier version of Tidegate
    kept. ``coming`` is where a change of Tidegate's own that was under way at that time leads.
    ``marks`` are the settings' as they were before the newest step (``settings_marks``).
    ``failure`` is why nothing more is done for it, None while it is under way.
    """

    capacity: int
    at: datetime
    resource: str = ""
    start: int | None = None
    failure: str | None = None
    coming: int | None = None
    marks: tuple[str, ...] = ()

    def to_text(self) -> str:
        """As a ledger keeps it: equal texts are equal values."""
        return json.dumps({**asdict(self), "at": self.at.isoformat()}, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> "DesiredCapacity":
        """What ``to_text`` made; what only another version of Tidegate knows is left out."""
        told = json.loads(text)
        known = {each.name: told[each.name] for each in fields(cls) if each.name in told}
        marks = tuple(told.get("marks", ()))
        return cls(**{**known, "at": moment_in(told["at"]), "marks": marks})


def outcome_in(word: str, detail: str | None) -> tuple[Outcome, str | None]:
    """An outcome and its detail as they are written down. An outcome that only another version of
    Tidegate knows is read as BEGUN, so that budgets count the call as made."""
    if word in {outcome.value for outcome in Outcome}:
        return Outcome(word), detail
    told = f"its outcome is {word!r}, which another version of Tidegate wrote"
    return Outcome.BEGUN, told if detail is None else f"{told}: {detail}"


def moment_in(text: str) -> datetime:
    """A moment as it is written down: one without a zone is in UTC, as every moment that Tidegate
    writes. ValueError for what is no moment."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
