"""DynamoDB tables in a plan: their capacities are sized with what writes to them."""

from collections.abc import Iterable
from dataclasses import dataclass

from tidegate.rules.kinds.dynamodb_table.state import Table
from tidegate.scaling.kinds.dynamodb_table.second_owner import (
    is_handed_over,
    second_owner_conflicts,
)
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.planning import Planning

__all__ = ["TablePlanning"]


@dataclass(frozen=True)
class TablePlanning(Planning):
    """Of the tables that a pipeline writes to."""

    tables: tuple[Table, ...]

    def needs_other_owners(self, said: InFile) -> bool:
        """Where a capacity is Tidegate's to set: DynamoDB's own auto scaling may set it too."""
        return is_handed_over(self.tables, said)

    def advice(self, look: Look) -> Iterable[str]:
        """What to do where a capacity has two owners."""
        targets = look.signals.pipeline.scalable_targets
        return second_owner_conflicts(self.tables, targets, look.said)
