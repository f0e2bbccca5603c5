"""The cooldown of Application Auto Scaling, which target tracking and step scaling share.

From its user guide, "Define cooldown periods", and its API reference, Cooldown of
StepScalingPolicyConfiguration: it begins when an activity has completed successfully. After a
scale-out, the capacity that it added counts as part of what the next scale-out wants, so that only
a larger one adds anything: by 2, then by 3 while the cooldown lasts, is 3 in all. A scale-in is
blocked, but a scale-out goes at once and ends the cooldown of a scale-in.

The documents don't say what counts after a larger scale-out within a cooldown, nor whether a
scale-out holds up a scale-in. Here it is all that was added since the first of them, and it does.
"""

from dataclasses import dataclass
from math import inf

__all__ = ["Cooldown"]


@dataclass(slots=True)
class Cooldown:
    """That of one resource, with the capacity from before the scale-outs that it counts."""

    seconds: int
    _until: float = -inf
    _before: int | None = None

    def is_on(self, second: float) -> bool:
        """Whether an activity is under way or its cooldown lasts."""
        return second < self._until

    def before(self, second: float, current: int) -> int:
        """The capacity that a scale-out adds to; what an earlier one added counts as part of it."""
        return self._before if self._before is not None and self.is_on(second) else current

    def begin(self, second: float, current: int, wanted: int) -> None:
        """AWS accepted an activity, which is under way until told otherwise."""
        self._before = self.before(second, current) if wanted > current else None
        self._until = inf

    def complete(self, second: float) -> None:
        """No activity is under way: the cooldown begins after the one that was."""
        if self._until == inf:
            self._until = second + self.seconds
