"""What to change: demands, bounds, decisions and the actions that follow from them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from tidegate.rules.reason import Reason
from tidegate.scaling.model.change_record import Lever

__all__ = [
    "Action",
    "Constraint",
    "Decision",
    "Demand",
    "Plan",
    "Prohibition",
    "Range",
]


@dataclass(frozen=True, slots=True)
class Demand:
    """The capacity that the pipeline needs of a lever, in the lever's unit, and why."""

    lever: Lever
    capacity: int
    because: Reason


@dataclass(frozen=True, slots=True)
class Prohibition:
    """No change of the lever now, whatever is wanted; the reason names who says so."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Range:
    """What may be set next: from ``lower`` to ``upper``; the reason names who says so."""

    lower: int
    upper: int
    reason: Reason


Constraint = Prohibition | Range


@dataclass(frozen=True, slots=True)
class Decision:
    """A demand after every constraint: what is set now, what was wanted, what is allowed.

    ``held_by`` names each constraint that held the demand back; empty when it is met in full.
    ``usd_per_month`` is the change in price of going from current to allowed, at the list prices of
    ``scaling/model/prices.json``.
    """

    lever: Lever
    current: int
    wanted: int
    allowed: int
    because: Reason
    held_by: tuple[Reason, ...] = ()
    usd_per_month: float = 0.0

    @property
    def changes(self) -> bool:
        """Whether anything is to be done."""
        return self.allowed != self.current


class Action(Protocol):
    """One call that changes one resource; each kind has its own, in
    ``scaling/kinds/<kind>/actions.py``."""

    @property
    def operation(self) -> str:
        """The AWS call, by which budgets are counted."""
        ...

    @property
    def lease(self) -> str:
        """The resource that only one run may change at a time, whichever way in it came."""
        ...

    def levers(self) -> Iterator[Lever]:
        """The levers that it moves."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """The actions of one step, downstream first, with the decision on every lever looked at."""

    actions: tuple[Action, ...]
    decisions: tuple[Decision, ...]
