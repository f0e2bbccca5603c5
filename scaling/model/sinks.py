"""What a plan knows of the sinks of a pipeline, whatever their kinds; their units are their own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import Window
from tidegate.scaling.load.base_load import RecordCost
from tidegate.scaling.load.burst_baseline import Standing
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Demand

__all__ = ["Refusal", "Sink", "Use"]


@dataclass(frozen=True, slots=True)
class Use:
    """How a load is to be carried: the load itself, how much of what is set may be used, 0..1, and
    how a backlog is drained."""

    load: Reason
    utilization: float
    drain: Reason


class Sink(Protocol):
    """What was learnt of something that takes what processors write, such as a table or one of its
    indexes. It saves up what it leaves unused, and bears a burst by that. Its units are of its own.
    """

    @property
    def resource(self) -> str:
        """The name of the resource that it is of."""
        ...

    @property
    def where(self) -> str:
        """What diagnoses and its levers call it."""
        ...

    @property
    def lever(self) -> Lever:
        """The lever of what it takes."""
        ...

    @property
    def units(self) -> int:
        """What that is set to."""
        ...

    @property
    def cost(self) -> RecordCost | None:
        """What records of the source cost of them, and what others use; None where that isn't
        known."""
        ...

    @property
    def burst_credit_units(self) -> float:
        """What it has saved up."""
        ...

    @property
    def units_per_second_most(self) -> float:
        """What it takes a second as it is built, whatever is set or saved up."""
        ...

    def units_during(self, history: History, start: datetime, seconds: float) -> float:
        """The mean of what is in effect over some seconds: a change takes a while."""
        ...

    def demands(self, records_per_second: float, use: Use) -> Iterator[Demand]:
        """What so many records need of each of its levers."""
        ...

    def why_running_out(self, records_per_second: float) -> Reason:
        """Why what it has doesn't cover so many records until a change made now takes effect."""
        ...

    def as_built(self, demand: Demand) -> tuple[int, Reason]:
        """Units without which it isn't built to take the demand, 0 where it is; and the demand's
        reason, with that."""
        ...

    def stands(self, standing: Standing, units_most: float) -> Demand | None:
        """Where it may stand while the load comes and goes, or what builds it for that; None where
        that takes more than ``units_most``."""
        ...

    def partly_from_burst(
        self, likely: Demand, most: Demand, lead_seconds: float, headroom: float
    ) -> Demand:
        """The most expected, of which what isn't likely may come out of what is saved up, until a
        change for it takes effect; never less than what is likely and the headroom."""
        ...

    def used(self, signals: Signals, lever: Lever, arrivals: Window) -> tuple[Window, Window]:
        """The units consumed of a lever, with the zeros that its metrics keep silent about, and the
        requests refused."""
        ...

    def base_headroom(self, lever: Lever) -> float:
        """How many more units than what is known of their use others had in their busiest minute: a
        decrease leaves them."""
        ...

    def least_decrease(self, current: int, usual_records_per_second: float, now: datetime) -> float:
        """How many units a decrease must save to be worth one of the few of a day."""
        ...


class Refusal(Protocol):
    """A lever of a sink that is too small, and refuses what is asked of it."""

    @property
    def lever(self) -> Lever:
        """The lever that cures it."""
        ...

    @property
    def units(self) -> int:
        """What it is set to."""
        ...

    @property
    def used_per_second(self) -> float:
        """What is used of it, by whomever, in the newest minutes."""
        ...

    def is_used_up(self, signals: Signals) -> bool:
        """Whether all of it is used: what is refused may be a drain."""
        ...

    def doubled(self) -> Demand:
        """Twice what it is set to."""
        ...

    def demand(self) -> Demand:
        """What is used and what is refused."""
        ...

    def is_lasting(self, changed_at: datetime | None) -> bool:
        """Whether it is more than one odd minute since the lever changed."""
        ...

    def is_foreign_to(self, signals: Signals) -> bool:
        """Whether the source's load can't be what is refused."""
        ...
