"""Throttles of a limit that more units don't move: the account's, and a table's own on demand."""

from dataclasses import dataclass

from tidegate.rules.kinds.dynamodb_table import words
from tidegate.rules.kinds.dynamodb_table.series import CapacitySeries
from tidegate.rules.kinds.rates import RECENT_SECONDS
from tidegate.rules.reason import Reason
from tidegate.rules.window import Window

__all__ = ["ThrottleLimit", "read_limit", "write_limit"]

ACCOUNT_ADVICE = (
    "have AWS raise the account's quota of table throughput in this region (Service Quotas, "
    "DynamoDB); more units or another billing mode do not help"
)

OWN_MAXIMUM_ADVICE = (
    "raise MaxWriteRequestUnits or MaxReadRequestUnits of {where}, or take the maximum away: "
    "somebody has set it to bound the cost, or what is behind the table"
)


@dataclass(frozen=True, slots=True)
class ThrottleLimit:
    """The limit, in words, and what a person does about it."""

    evidence: Reason
    advice: str


def write_limit(series: CapacitySeries, where: str) -> ThrottleLimit | None:
    """Which limit throttles most writes of the newest minutes; None where none of these does."""
    account, own = series.write_account_limit_throttles, series.write_own_maximum_throttles
    return _limit(series.write_throttles, (account, own), where)


def read_limit(series: CapacitySeries, where: str) -> ThrottleLimit | None:
    """The same of reads."""
    account, own = series.read_account_limit_throttles, series.read_own_maximum_throttles
    return _limit(series.read_throttles, (account, own), where)


def _limit(
    throttles: Window, limits: tuple[Window | None, Window | None], where: str
) -> ThrottleLimit | None:
    account, own = limits
    # Where most are of no such limit, the table's units are what is short.
    throttled = _total(throttles)
    if _total(account) > throttled - _total(account):
        told = words.ACCOUNT_LIMIT(where=where, limit_throttles=_total(account))
        return ThrottleLimit(told, ACCOUNT_ADVICE)
    if _total(own) > throttled - _total(own):
        told = words.OWN_MAXIMUM(where=where, limit_throttles=_total(own))
        return ThrottleLimit(told, OWN_MAXIMUM_ADVICE.format(where=where))
    return None


def _total(window: Window | None) -> float:
    return 0.0 if window is None else window.last(RECENT_SECONDS).total
