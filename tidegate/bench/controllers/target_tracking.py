"""Application Auto Scaling's target tracking, on each resource alone.

From the Application Auto Scaling user guide, "How target tracking scaling works", and the API
reference, TargetTrackingScalingPolicyConfiguration: out in proportion to the metric, in gradually;
cooldowns of 300 s each way are the default of custom resources and 0 that of DynamoDB tables; a
metric without data scales nothing. During the cooldown of a scale-out only a larger one is let
through: since the use is told against the capacity of now, which what was added is part of, any
capacity above it that the metric still asks for is one.

Its alarms: above the target for 3 minutes to go out, 2 for DynamoDB; for 15 minutes below a lower
threshold to go in, a tenth below the target ("usually more than 10% lower", says the guide), and
for DynamoDB 20 points below it (repost.aws/knowledge-center/dynamodb-auto-scaling: with a target
of 70, out above it for 2 consecutive minutes, in below 50 for 15). That custom resources have 3 and
15 minutes is seen in accounts. 70 % is DynamoDB's default target.

Shards and factor are custom resources; AWS's own limits of one call bound what their endpoint asks
for: double or half, one change at a time.
"""

from dataclasses import dataclass, field
from math import ceil

from tidegate.bench.account import Account
from tidegate.bench.controllers.base import (
    Resource,
    Samples,
    at_start,
    lanes_resource,
    shards_resource,
    table_resource,
)
from tidegate.bench.controllers.cooldown import Cooldown
from tidegate.bench.loads import Load
from tidegate.bench.plant import Setting

__all__ = ["Policy", "TargetTracking", "all_above", "all_below"]

TARGET = 0.7
LOW, TABLE_LOW = 0.9 * TARGET, 0.5
LOW_MINUTES = 15
ROUNDING = 1e-9


def all_above(samples: Samples, threshold: float, minutes: int) -> bool:
    """Whether an alarm fires that asks for so many data points in a row above a threshold."""
    newest = samples[-minutes:]
    return len(newest) == minutes and all(each is not None and each > threshold for each in newest)


def all_below(samples: Samples, threshold: float, minutes: int) -> bool:
    """The same for below."""
    newest = samples[-minutes:]
    return len(newest) == minutes and all(each is not None and each < threshold for each in newest)


@dataclass(slots=True)
class Policy:
    """One policy of one resource."""

    resource: Resource
    high_minutes: int = 3
    low: float = LOW
    cooldown: Cooldown = field(default_factory=lambda: Cooldown(300))

    def wanted(self, current: int, use: Samples, second: float) -> int:
        """The capacity that brings the metric back to its target; the current one to stay."""
        newest = use[-1] if use else None
        if newest is None:
            return current
        proportional = max(1, ceil(current * newest / TARGET - ROUNDING))
        if all_above(use, TARGET, self.high_minutes):
            return max(current, proportional)
        if all_below(use, self.low, LOW_MINUTES) and not self.cooldown.is_on(second):
            return min(current, proportional)
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


def _policies() -> tuple[Policy, ...]:
    return (
        Policy(table_resource, high_minutes=2, low=TABLE_LOW, cooldown=Cooldown(0)),
        Policy(lanes_resource),
        Policy(shards_resource),
    )


@dataclass(slots=True)
class TargetTracking:
    """Three policies that know nothing of each other."""

    policies: tuple[Policy, ...] = field(default_factory=_policies)

    def setting(self, load: Load) -> Setting:
        """Sized for the start."""
        return at_start(load)

    def act(self, account: Account) -> None:
        """Each policy for itself."""
        for policy in self.policies:
            policy.act(account)
