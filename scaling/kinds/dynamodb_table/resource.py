"""A DynamoDB table with its indexes as a type of resource: write and read capacity."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.state import Capacity, Table, tables_of
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.kinds.dynamodb_table.limits import LIMITS, SCALABLE
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.resource_type import Changes, Setting, SizedTogether, Status

if TYPE_CHECKING:
    from tidegate.rules.reason import Reason
    from tidegate.scaling.kinds.dynamodb_table.actions import CapacityTarget, UpdateTableThroughput
    from tidegate.scaling.model.look import Situation
    from tidegate.scaling.model.operations import Operations
    from tidegate.scaling.model.plan import Constraint
    from tidegate.scaling.model.planning import Planning
    from tidegate.scaling.model.recommendation import Recommendation

__all__ = ["DynamodbTable"]

PASSING = ("CREATING", "UPDATING", "ARCHIVING")
"""What ends by itself (TableDescription and GlobalSecondaryIndexDescription, API references)."""


@dataclass(frozen=True, slots=True)
class DynamodbTable(SizedTogether):
    """``tidegate.scaling.model.resource_type.ResourceType``."""

    @property
    def levers(self) -> Mapping[LeverKind, tuple[int, int]]:
        """Each with what its call takes."""
        return LIMITS

    def planning(self, pipeline: Pipeline) -> "Planning | None":
        """Of the tables, where any is written to."""
        tables = tables_of(pipeline)
        if not tables:
            return None
        from tidegate.scaling.kinds.dynamodb_table.planning import TablePlanning

        return TablePlanning(tables)

    @property
    def scalable_dimensions(self) -> tuple[LeverKind, ...]:
        """Both capacities."""
        return SCALABLE

    def capacities(self, pipeline: Pipeline) -> Iterator[Setting]:
        """Of each provisioned table, then of its indexes."""
        for table in tables_of(pipeline):
            for capacity in table.capacities if table.is_provisioned else ():
                yield Lever.of(LeverKind.WRITE_CAPACITY, capacity.where), capacity.write_units
                yield Lever.of(LeverKind.READ_CAPACITY, capacity.where), capacity.read_units

    def other_settings(self, pipeline: Pipeline) -> Iterator[Setting]:
        """None."""
        return iter(())

    def statuses(self, pipeline: Pipeline, lever: Lever) -> Sequence[Status]:
        """The table's, and the index's where the lever is one's."""
        found = [(table.name, table.status) for table in _tables(pipeline, lever)]
        indexes = (index for table in _tables(pipeline, lever) for index in table.indexes)
        own = [index for index in indexes if index.where == lever.where]
        found += [(f"index {index.where}", index.status) for index in own]
        return [Status.of(name, status, "ACTIVE", PASSING) for name, status in found]

    def is_changing(self, pipeline: Pipeline, lever: Lever) -> bool:
        """While the table or any of its indexes is UPDATING: only one change may be under way."""
        return any(
            "UPDATING" in (table.status, *(index.status for index in table.indexes))
            for table in _tables(pipeline, lever)
        )

    def moves_by_itself(self, pipeline: Pipeline, lever: Lever) -> bool:
        """DynamoDB's auto scaling is an owner, found by its scalable targets."""
        return False

    def owned_too(self, lever: Lever, target: ScalableTarget) -> "Reason":
        """That DynamoDB auto scaling sets the capacity too."""
        # Imported here: few tables have two owners, and a cold start is shorter without.
        from tidegate.scaling.kinds.dynamodb_table.second_owner import scaled_too

        return scaled_too(lever, target)

    def identity(self, pipeline: Pipeline, lever: Lever) -> str:
        """When the table was created."""
        return next((table.created for table in _tables(pipeline, lever)), "")

    def marks(self, pipeline: Pipeline, lever: Lever) -> tuple[str, ...]:
        """When the capacity was last increased and last decreased."""
        found = (each for table in _tables(pipeline, lever) for each in table.capacities)
        own = next((each for each in found if each.where == lever.where), None)
        return () if own is None else (str(own.last_increase_at), str(own.last_decrease_at))

    def why_useless(self, pipeline: Pipeline, lever: Lever) -> str | None:
        """A table that works has the units that it says."""
        return None

    def why_undone(self, pipeline: Pipeline, lever: Lever, begun_at: datetime) -> str | None:
        """AWS undoes none of its changes."""
        return None

    def limits(
        self, situation: "Situation", recommendation: "Recommendation"
    ) -> Iterator["Constraint"]:
        """The table's status and mode, its decreases of the day, and other owners."""
        # Imported here: who only reads needs no limits, and a cold start is shorter without.
        from tidegate.scaling.kinds.dynamodb_table.levers import table_constraints

        yield from table_constraints(
            situation.pipeline, recommendation, situation.history, situation.now
        )

    def actions(self, pipeline: Pipeline, changes: Changes) -> "Iterator[UpdateTableThroughput]":
        """One call for a table with all its indexes."""
        # Imported here: who only reads asks for nothing, and a cold start is shorter without.
        from tidegate.scaling.kinds.dynamodb_table.actions import UpdateTableThroughput

        for table in tables_of(pipeline):
            found = (_target(capacity, changes) for capacity in table.capacities)
            targets = tuple(target for target in found if target is not None)
            if targets:
                yield UpdateTableThroughput(table.name, targets)

    def monthly_usd(self, pipeline: Pipeline, lever: Lever, setting: int) -> float:
        """Of so many units a second."""
        from tidegate.scaling.kinds.dynamodb_table.price import units_monthly_usd

        return units_monthly_usd(lever, setting)

    @property
    def operations(self) -> "Operations":
        """What no plan asks for."""
        from tidegate.scaling.kinds.dynamodb_table.operations import TableOperations

        return TableOperations()


def _tables(pipeline: Pipeline, lever: Lever) -> list[Table]:
    name = lever.where.partition("/")[0]
    return [table for table in tables_of(pipeline) if table.name == name]


def _target(capacity: Capacity, changes: Changes) -> "CapacityTarget | None":
    from tidegate.scaling.kinds.dynamodb_table.actions import CapacityTarget

    write = changes.settings.get(Lever.of(LeverKind.WRITE_CAPACITY, capacity.where))
    read = changes.settings.get(Lever.of(LeverKind.READ_CAPACITY, capacity.where))
    if write is None and read is None:
        return None
    return CapacityTarget(
        capacity.index,
        capacity.write_units,
        capacity.read_units,
        capacity.write_units if write is None else write,
        capacity.read_units if read is None else read,
    )
