"""What a pipeline costs a month, layer by layer: pure functions.

Not counted: storage of tables, enhanced fan-out, data transfer, logs, metrics, and any free tier or
discount.
"""

from collections.abc import Sequence

from tidegate.scaling.kinds.registry import TYPES
from tidegate.scaling.model.bill import Item, Modes, Priced
from tidegate.scaling.model.resource_type import ResourceType

__all__ = ["items", "modes"]


def items(priced: Priced, types: Sequence[ResourceType] = TYPES) -> tuple[Item, ...]:
    """The bill, upstream first."""
    return tuple(item for each in reversed(types) for item in each.operations.bill(priced))


def modes(priced: Priced, types: Sequence[ResourceType] = TYPES) -> tuple[Modes, ...]:
    """Provisioned against on-demand, of each layer that has both modes."""
    return tuple(mode for each in reversed(types) for mode in each.operations.modes(priced))
