"""Application Auto Scaling's target tracking, on each resource alone.

From the Application Auto Scaling user guide, "Target tracking scaling policies", and the API
reference, TargetTrackingScalingPolicyConfiguration: out in proportion to the metric, in gradually;
cooldowns of 300 s each way are the default of custom resources and 0 that of DynamoDB tables; a
scale-out ends a scale-in's cooldown; a metric without data scales nothing. Its alarms: above the
target for 3 minutes to go out, 2 for DynamoDB; a tenth below it for 15 minutes to go in (the
alarms that it creates are named AlarmHigh and AlarmLow; their numbers are those seen in accounts,
and DynamoDB's are in "Metrics and dimensions" of its guide). 70 % is DynamoDB's default target.

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
from tidegate.bench.loads import Load
from tidegate.bench.plant import Setting

__all__ = ["Policy", "TargetTracking", "all_above", "all_below"]

TARGET = 0.7
LOW_SHARE = 0.9
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
    """One policy of one resource, with the moments of its last activities."""

    resource: Resource
    high_minutes: int = 3
    cooldown_seconds: int = 300
    _out_at: float = -1e9
    _in_at: float = -1e9

    def wanted(self, current: int, use: Samples, second: float) -> int:
        """The capacity that brings the metric back to its target; the current one to stay."""
        newest = use[-1] if use else None
        if newest is None:
            return current
        proportional = max(1, ceil(current * newest / TARGET - ROUNDING))
        if all_above(use, TARGET, self.high_minutes):
            waited = second - self._out_at >= self.cooldown_seconds
            return max(current, proportional) if waited else current
        if all_below(use, TARGET * LOW_SHARE, LOW_MINUTES):
            waited = second - max(self._in_at, self._out_at) >= self.cooldown_seconds
            return min(current, proportional) if waited else current
        return current

    def act(self, account: Account) -> None:
        """Evaluate the alarms and ask for a change where one fires."""
        current = self.resource.capacity(account)
        second = account.world.second
        wanted = self.wanted(current, self.resource.use(account, LOW_MINUTES), second)
        if wanted > current:
            self._out_at = second
            self._in_at = -1e9
        elif wanted < current:
            self._in_at = second
        if wanted != current:
            self.resource.set(account, wanted)


def _policies() -> tuple[Policy, ...]:
    return (
        Policy(table_resource, high_minutes=2, cooldown_seconds=0),
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
