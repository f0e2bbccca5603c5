"""A recommendation: what one lever should be, before constraints."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tidegate.rules.reason import Reason
from tidegate.scaling.model.change_record import Lever

__all__ = [
    "BLIND_SHARE",
    "BURST_COVERS",
    "COOLDOWN",
    "FULL_COVERAGE",
    "UNCHANGED",
    "Recommendation",
]

COOLDOWN = timedelta(seconds=180)
"""A change shows in the metrics only after they arrive, up to three minutes late."""

BLIND_SHARE = (COOLDOWN + timedelta(seconds=60)) / timedelta(hours=1)
"""A change blinds for as long as it takes to show, and one look more. One that must last an hour
has to save more than that share of what it changes."""

FULL_COVERAGE = 0.9
"""How much of a window must be told for a scale-in to be judged by it. What is missing counts
against a change, as in Kubernetes' HPA; a minute in ten may be late."""

UNCHANGED = Reason("unchanged", "")
"""Of a lever that may stay."""

BURST_COVERS = Reason("burst-covers", "burst credits cover the current spike, which is passing")
"""Of a sink that stays, since a raise would be in effect when the spike is over."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The capacity wanted of a lever that has ``current``, and why; equal where it may stay.

    ``price_seconds`` is what the change costs: seconds out of the objective, where it interrupts.
    ``for_arrivals`` is, of the source, what the records that come in need by themselves, whatever
    state their readers are in. ``for_heap`` is whether a full heap is the reason.
    ``is_unconfirmed`` is whether one minute of refusals alone is. ``asked_at`` is when a policy of
    Application Auto Scaling asked for it, None for what Tidegate wants itself, which is weighed
    before it is recommended.
    """

    lever: Lever
    current: int
    wanted: int
    because: Reason
    price_seconds: float = 0.0
    for_arrivals: int = 0
    for_heap: bool = False
    asked_at: datetime | None = None
    is_unconfirmed: bool = False

    @property
    def adds_capacity(self) -> bool:
        """Whether the lever is raised, or moved in whichever direction gives a heap more room."""
        return self.wanted > self.current or self.for_heap
