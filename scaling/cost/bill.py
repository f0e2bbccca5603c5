"""What a pipeline costs a month, layer by layer: pure functions.

Not counted: storage of tables, enhanced fan-out of on-demand streams and of other readers, data
transfer, logs, metrics, and any free tier or discount.
"""

from tidegate.scaling.model.bill import Item, Modes, Priced
from tidegate.scaling.model.resource_type import types_of

__all__ = ["items", "modes"]


def items(priced: Priced) -> tuple[Item, ...]:
    """The bill, upstream first."""
    return tuple(
        item
        for each in reversed(types_of(priced.pipeline))
        for item in each.operations.bill(priced)
    )


def modes(priced: Priced) -> tuple[Modes, ...]:
    """Provisioned against on-demand, of each layer that has both modes."""
    return tuple(
        mode
        for each in reversed(types_of(priced.pipeline))
        for mode in each.operations.modes(priced)
    )
