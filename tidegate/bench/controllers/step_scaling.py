"""Application Auto Scaling's step scaling, on each resource alone.

The steps are those of the example that AWS's documents work through (Amazon EC2 Auto Scaling user
guide, "Step and simple scaling policies", and its API's StepAdjustment): at 60 % of use and above
add 10 %, at 70 % and above 30 %; at 40 % and below remove 10 %, at 30 % and below 30 %; a change of
more than one is rounded towards zero, a smaller one is one. Alarms: 3 of 3 minutes high, 15 of 15
low; cooldown 300 s, the default of StepScalingPolicyConfiguration, during which a more aggressive
step adds what it has above the one before, and nothing is removed.
"""

from dataclasses import dataclass, field
from math import trunc

from tidegate.bench.account import Account
from tidegate.bench.controllers.base import RESOURCES, Resource, Samples, at_start
from tidegate.bench.controllers.cooldown import Cooldown
from tidegate.bench.controllers.target_tracking import all_above, all_below
from tidegate.bench.loads import Load
from tidegate.bench.plant import Setting

__all__ = ["StepPolicy", "StepScaling", "step"]

HIGH, LOW = 0.6, 0.4
HIGH_MINUTES, LOW_MINUTES = 3, 15
COOLDOWN_SECONDS = 300


def step(current: int, use: float) -> int:
    """The capacity after one step for a use of 0..1."""
    percent = 30 if use >= 0.7 else 10 if use >= HIGH else 0
    if use <= LOW:
        percent = -30 if use <= 0.3 else -10
    change = current * percent / 100
    if 0 < abs(change) < 1:
        change = 1 if change > 0 else -1
    return max(1, current + trunc(change))


@dataclass(slots=True)
class StepPolicy:
    """The two policies of one resource."""

    resource: Resource
    cooldown: Cooldown = field(default_factory=lambda: Cooldown(COOLDOWN_SECONDS))

    def wanted(self, current: int, use: Samples, second: float) -> int:
        """What the steps make of the newest data point where an alarm fires."""
        newest = use[-1] if use else None
        if newest is None:
            return current
        if all_above(use, HIGH - 1e-9, HIGH_MINUTES):
            return max(current, step(self.cooldown.before(second, current), newest))
        if all_below(use, LOW + 1e-9, LOW_MINUTES) and not self.cooldown.is_on(second):
            return step(current, newest)
        return current

    def act(self, account: Account) -> None:
        """Evaluate the alarms and ask for a change where one fires."""
        if self.resource.is_changing(account):
            return
        second = account.world.second
        self.cooldown.complete(second)
        current = self.resource.capacity(account)
        wanted = self.wanted(current, self.resource.use(account, LOW_MINUTES), second)
        if wanted != current:
            self.resource.set(account, wanted)
            if self.resource.is_changing(account):
                self.cooldown.begin(second, current, wanted)


@dataclass(slots=True)
class StepScaling:
    """A pair of policies on each resource, which know nothing of each other."""

    policies: tuple[StepPolicy, ...] = field(
        default_factory=lambda: tuple(StepPolicy(resource) for resource in RESOURCES)
    )

    def setting(self, load: Load) -> Setting:
        """Sized for the start."""
        return at_start(load)

    def act(self, account: Account) -> None:
        """Each policy for itself."""
        for policy in self.policies:
            policy.act(account)
