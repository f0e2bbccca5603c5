"""Demands, each to be found by its lever."""

from collections.abc import Iterable

from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.plan import Demand

__all__ = ["Demands", "by_lever"]

Demands = dict[Lever, Demand]


def by_lever(demands: Iterable[Demand]) -> Demands:
    """Each demand under the lever that it is on; of several on one lever the last."""
    return {demand.lever: demand for demand in demands}
