"""How a kind of resource takes part in the one plan of a pipeline: what is sized together.

A source has units, such as the shards of a stream, a processor has concurrent executions for each
of them, and a sink has capacities. Apart from ``ResourceType``, since who only reads plans nothing:
a cold start is shorter without.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from tidegate.rules.cause import Diagnosis
from tidegate.rules.window import Metric
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Demand

__all__ = ["Planning", "SourceUnits"]


class SourceUnits(Protocol):
    """A source whose capacity comes in units, as it is set now."""

    @property
    def lever(self) -> Lever:
        """The lever of their number."""
        ...

    @property
    def count(self) -> int:
        """How many there are."""
        ...

    @property
    def change_takes_seconds(self) -> float:
        """How long a change of their number takes at least."""
        ...

    @property
    def change_lasts_seconds(self) -> float:
        """How long each change must last, by how many of them a day has."""
        ...

    def lets_in(self, units: int) -> tuple[float, float]:
        """Records and bytes a second that so many units take."""
        ...


class Planning:
    """The resources of one kind in a plan of a pipeline. A kind says more of these than nothing."""

    @property
    def source(self) -> SourceUnits | None:
        """The pipeline's source, where it is of this kind and its capacity comes in units."""
        return None

    @property
    def limit_metrics(self) -> Mapping[Metric, int]:
        """What its limits read beside what is configured: the metrics, each with how many seconds
        of it. Who moves one lever for somebody else reads no other."""
        return {}

    def advice(self, look: Look) -> Iterable[str]:
        """What a person must do before its levers can be moved, in sentences."""
        return ()

    def source_demand(self, diagnoses: tuple[Diagnosis, ...], source: SourceUnits) -> Demand | None:
        """How many units the source must have by what is wrong with its processors; None where
        none of it is the source's fault."""
        return None
