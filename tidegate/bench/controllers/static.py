"""No controller: a setting that is never touched again.

At the mean and at the peak are the two ends that the capacity modes page of DynamoDB and the
shard formula of the Kinesis guide leave to the user who provisions by hand. Both know the load
beforehand, which no one does.
"""

from dataclasses import dataclass

from tidegate.bench.account import Account
from tidegate.bench.controllers.base import at_peak
from tidegate.bench.loads import Load
from tidegate.bench.plant import Setting, setting_for

__all__ = ["StaticAtMean", "StaticAtPeak"]


@dataclass(frozen=True, slots=True)
class StaticAtMean:
    """Every layer carries the load's mean, and no more than rounding up gives."""

    def setting(self, load: Load) -> Setting:
        """The mean of all minutes."""
        minutes = load.minutes()
        return setting_for(sum(minutes) / len(minutes))

    def act(self, account: Account) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class StaticAtPeak:
    """Every layer carries the load's highest minute with a tenth to spare."""

    def setting(self, load: Load) -> Setting:
        """The highest minute."""
        return at_peak(load)

    def act(self, account: Account) -> None:
        """Nothing."""
