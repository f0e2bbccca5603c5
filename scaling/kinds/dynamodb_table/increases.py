"""What is left of an UpdateTable that raises and lowers without what it lowers."""

from dataclasses import replace

from tidegate.scaling.kinds.dynamodb_table.actions import CapacityTarget, UpdateTableThroughput

__all__ = ["increases_of"]


def increases_of(action: object) -> UpdateTableThroughput | None:
    """The action without its decreases; None for one that doesn't do both. Only capacities of
    tables can be taken apart: the settings of any other call belong together."""
    if not isinstance(action, UpdateTableThroughput):
        return None
    raised = tuple(filter(_changes, map(_increases, action.targets)))
    left = UpdateTableThroughput(action.table, raised)
    return left if raised and left != action else None


def _increases(target: CapacityTarget) -> CapacityTarget:
    return replace(
        target,
        to_write_units=max(target.from_write_units, target.to_write_units),
        to_read_units=max(target.from_read_units, target.to_read_units),
    )


def _changes(target: CapacityTarget) -> bool:
    before = target.from_write_units, target.from_read_units
    return before != (target.to_write_units, target.to_read_units)
