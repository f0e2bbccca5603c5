"""What a sweep saw, concluded and did, as values to be shown or stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.diagnosis.balance import Balance
from tidegate.rules.flow import ReaderHealth
from tidegate.rules.graph import Pipeline
from tidegate.rules.reason import Reason
from tidegate.rules.rule import Finding
from tidegate.rules.window import Metric, Window
from tidegate.scaling.model.boundary import Unfinished
from tidegate.scaling.model.change_record import Outcome
from tidegate.scaling.model.errors import TidegateError
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.plan import Action, Decision
from tidegate.scaling.model.snapshot import Held

__all__ = ["Change", "Healing", "PipelineReport", "SweepReport", "Unreached"]


@dataclass(frozen=True, slots=True)
class Healing:
    """What makes a pipeline well, and the moment from which on it is sick if it isn't well by
    then."""

    because: Reason
    until: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One action with the decisions behind it and how it went.

    ``outcome`` is None in a dry run; ``detail`` says why it was not done, ``refusal`` which kind of
    reason that is. ``error`` is what AWS has no part in: the ledger could not be had, or a fault of
    Tidegate's own.
    """

    action: Action
    decisions: tuple[Decision, ...]
    outcome: Outcome | None
    detail: str | None = None
    error: TidegateError | None = None
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class PipelineReport:
    """One pipeline at one moment.

    ``readers`` has of each reader what became of the records and what shows that it is well,
    ``reader_healths`` of each of these whether it is,
    ``balance`` what is read beyond that; ``healing`` is what makes it well, with its deadline.
    ``held`` has every demand not met in full; ``advice`` what
    a person must do, because no capacity cures it or because the lever isn't Tidegate's;
    ``undelivered`` has what is still to be sent, drawn or written down; ``is_silent`` is a pipeline
    of which CloudWatch has no fresh data.
    """

    name: str
    at: datetime
    health: Health
    pipeline: Pipeline
    windows: Mapping[Metric, Window]
    findings: tuple[Finding, ...]
    diagnoses: tuple[Diagnosis, ...]
    decisions: tuple[Decision, ...]
    changes: tuple[Change, ...]
    advice: tuple[str, ...]
    held: tuple[Held, ...]
    undelivered: tuple[Unfinished, ...] = ()
    is_silent: bool = False
    readers: tuple[ReaderHealth, ...] = ()
    reader_healths: tuple[Health, ...] = ()
    balance: Balance | None = None
    healing: Healing | None = None

    def word_for(self, diagnosis: Diagnosis) -> str:
        """The cause; where none was found it is the pipeline's health that is told: while a backlog
        drains, or a change has still to show, it is healing and not healthy."""
        return self.health.value if diagnosis.cause is Cause.HEALTHY else diagnosis.cause.value

    @property
    def held_back(self) -> tuple[str, ...]:
        """A sentence for every demand not met in full."""
        return tuple(each.words for each in self.held)


@dataclass(frozen=True, slots=True)
class Unreached:
    """A pipeline that this sweep could not read or finish, the error that stopped it, and what
    had been changed by then."""

    name: str
    error: TidegateError
    changes: tuple[Change, ...] = ()

    @property
    def reason(self) -> str:
        """The error in words."""
        return str(self.error)


@dataclass(frozen=True, slots=True)
class SweepReport:
    """All pipelines of a file at one moment."""

    at: datetime
    pipelines: tuple[PipelineReport, ...]
    unreached: tuple[Unreached, ...]
