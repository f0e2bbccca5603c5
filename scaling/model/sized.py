"""What a plan sizes together, whatever its kinds: the source's units and what reads them.

``units`` are those of the source; ``tidegate.scaling.model.sinks`` has what is written to.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from tidegate.rules.graph import Resource
from tidegate.rules.kinds.source import SourceSeries
from tidegate.rules.reason import Reason
from tidegate.rules.window import Window
from tidegate.scaling.load.base_load import RecordCost, Used
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.plan import Constraint, Demand

__all__ = ["Executions", "Reader", "SourceUnits"]


class SourceUnits(Protocol):
    """A source whose capacity comes in units, such as the shards of a stream, as it is set now."""

    @property
    def lever(self) -> Lever:
        """The lever of their number."""
        ...

    @property
    def count(self) -> int:
        """How many there are."""
        ...

    @property
    def step_most(self) -> int:
        """How many times as many one change makes of them at most."""
        ...

    @property
    def change_takes_seconds(self) -> float:
        """How long a change of their number takes at least."""
        ...

    @property
    def change_lasts_seconds(self) -> float:
        """How long each change must last, by how many of them a day has."""
        ...

    @property
    def least_decrease_share(self) -> float:
        """The share of them that a decrease must save."""
        ...

    def lets_in(self, units: int) -> tuple[float, float]:
        """Records and bytes a second that so many units take."""
        ...

    def for_volume(self, load: Load, said: InFile, readers: int) -> Demand:
        """The units for what comes in, and for what so many readers read of it."""
        ...

    def arrivals(self, series: SourceSeries) -> Window:
        """The records that came in, with the zeros that its metrics keep silent about."""
        ...

    @property
    def operation(self) -> str:
        """The AWS call that changes their number, by which budgets are counted."""
        ...

    def call_constraints(
        self, current: int, wanted: int, most: int, history: History, now: datetime
    ) -> Iterator[Constraint]:
        """What that call takes where there are ``current``, each taking as much as the others, and
        at most ``most`` may be needed later."""
        ...


class Executions(Protocol):
    """The concurrent executions of one processor: so many for each unit of the source."""

    @property
    def lever(self) -> Lever:
        """The lever of how many for each unit."""
        ...

    @property
    def least_decrease_share(self) -> float:
        """The share of them that a decrease must save."""
        ...

    @property
    def durations(self) -> Window:
        """What they took, in milliseconds, added up minute by minute."""
        ...

    def units_for(self, busy: float) -> int:
        """The fewest units for so many busy executions and some to spare, with as many for each
        unit as can be had."""
        ...

    def units_needed(self) -> int:
        """The fewest units that leave as many as a scale-in must leave."""
        ...

    def least_setting(self, units: int, seconds: int) -> int:
        """The lowest setting with which so many units leave as many as the busiest of the newest
        ``seconds`` need."""
        ...

    def why_raised(self, units: int) -> Reason:
        """Why ``least_setting`` is what so many units need."""
        ...

    def too_few(self, units: int, setting: int, seconds: int) -> Reason | None:
        """That so many units with such a setting leave fewer than the busiest of the newest
        ``seconds`` need; None where they don't."""
        ...


class Reader(Protocol):
    """What was learnt of a processor."""

    @property
    def writes(self) -> tuple[Resource, ...]:
        """What it writes to."""
        ...

    @property
    def keeps_up(self) -> bool:
        """Whether it is known that what waits, waits for others."""
        ...

    def cost(self, used: Used) -> RecordCost | None:
        """What a record of the source costs of what was consumed of a sink, and what others use of
        it; None where no minute tells. A processor is known to write to its sinks; that it reads
        them as well must show."""
        ...

    def records_per_second_at_most(self, said: InFile, units: int) -> float:
        """What it can read of so many units, whatever its sinks take; inf where it isn't known."""
        ...

    def demand(self, load: Load, said: InFile, units: int, drain: Reason) -> Demand | None:
        """What a load needs of its executions for each of so many units; None where they are sized
        apart, or nothing is known of them. ``drain`` is of the backlog in words."""
        ...

    def source_demand(self, load: Load, said: InFile) -> tuple[int, Reason] | None:
        """The units that a load needs for its executions; None where they are sized apart, or its
        rate is not known for sure."""
        ...
