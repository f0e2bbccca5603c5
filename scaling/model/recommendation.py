"""A recommendation: what one lever should be, before constraints."""

from dataclasses import dataclass
from datetime import timedelta

from tidegate.rules.reason import Reason
from tidegate.scaling.model.change_record import Lever

__all__ = ["COOLDOWN", "UNCHANGED", "Recommendation"]

COOLDOWN = timedelta(seconds=180)
"""A change shows in the metrics only after they arrive, up to three minutes late."""

UNCHANGED = Reason("unchanged", "")
"""Of a lever that may stay."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The capacity wanted of a lever that has ``current``, and why; equal where it may stay.

    ``price_seconds`` is what the change costs: seconds out of the objective, where it interrupts.
    ``for_arrivals`` is, of a shard count, what the records that come in need by themselves,
    whatever state their readers are in. ``for_heap`` is whether a full heap is the reason.
    """

    lever: Lever
    current: int
    wanted: int
    because: Reason
    price_seconds: float = 0.0
    for_arrivals: int = 0
    for_heap: bool = False
