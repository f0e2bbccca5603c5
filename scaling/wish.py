"""A wish: what is wanted of one lever, before every bound."""

from dataclasses import dataclass, replace
from datetime import timedelta

from scaling.levers import lever_spec
from scaling.record import Lever
from scaling.specification import PipelineSpec

__all__ = ["SETTLE", "Wish", "at_least_the_minimum"]

SETTLE = timedelta(seconds=180)
"""A change shows in the metrics only after they arrive, up to three minutes late."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The capacity wanted of a lever that has ``current``, and why; equal where it may stay.

    ``price_seconds`` is what the change costs: seconds out of the objective, where it interrupts.
    ``for_arrivals`` is, of a shard count, what the records that come in need by themselves,
    whatever state their readers are in.
    """

    lever: Lever
    current: int
    wanted: int
    because: str
    price_seconds: float = 0.0
    for_arrivals: int = 0


def at_least_the_minimum(wish: Wish, spec: PipelineSpec) -> Wish:
    """The wish, raised to the minimum that the file keeps for Tidegate's own levers."""
    said = lever_spec(spec, wish.lever)
    if said is None or said.owner != "tidegate" or wish.wanted >= said.min:
        return wish
    if wish.current > said.min:
        return replace(wish, wanted=said.min)
    return Wish(wish.lever, wish.current, said.min, f"the file asks for at least {said.min}")
