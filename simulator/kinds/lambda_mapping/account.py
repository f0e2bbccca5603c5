"""The account's concurrent executions, which functions without a reservation share."""

from dataclasses import dataclass, field
from typing import Protocol

from tidegate.simulator.kinds.lambda_mapping.data import AccountData
from tidegate.simulator.participant import Participant, Phase, Step
from tidegate.simulator.site import Site

__all__ = ["AccountState"]


class Invoked(Protocol):
    """A function, as the account looks at it: it runs so many executions in this second."""

    running: int

    @property
    def reserved_concurrency(self) -> int | None:
        """What is its own, None where it shares."""
        ...


@dataclass(slots=True, eq=False)
class AccountState(Participant):
    """What one function has, the others haven't; who began first has it first."""

    data: AccountData
    site: Site
    functions: list[Invoked] = field(default_factory=list)
    _running: int | None = None

    @property
    def name(self) -> str:
        """It has none."""
        return "account"

    def steps(self) -> dict[Phase, Step]:
        """What runs at the same time in all functions."""
        return {Phase.SETTLE: self._settle}

    def note(self, executions: int) -> None:
        """A function runs so many in this second."""
        self._running = (self._running or 0) + executions

    def _settle(self, now: float) -> None:
        if self._running is not None:
            key = ("AWS/Lambda", "ConcurrentExecutions", ())
            self.site.publisher.add(key, self._running)
            self._running = None

    def cap_of(self, function: Invoked) -> int:
        """How many executions a function may have at the same time."""
        reserved = function.reserved_concurrency
        if reserved is not None:
            return reserved
        if len(self.functions) == 1:
            return self.data.concurrency
        return self.data.concurrency - sum(
            other.running if other.reserved_concurrency is None else other.reserved_concurrency
            for other in self.functions
            if other is not function
        )
