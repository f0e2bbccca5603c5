"""A bound on what a pipeline costs a day: changes that cost more go as far as it allows."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from tidegate.rules.reason import Words
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.model.prices import HOURS_PER_MONTH
from tidegate.scaling.model.reason import ReasonKind

__all__ = ["within_budget"]

Price = Callable[[Lever, int], float]
"""What a lever's capacity costs, in US dollars a month at list prices."""

DAYS_PER_MONTH = HOURS_PER_MONTH / 24

MAX_USD_A_DAY = Words(
    ReasonKind.MAX_USD_A_DAY,
    "the pipeline's capacity costs {now:,.2f} USD a day at list prices with the other changes, "
    "and the pipeline file limits it to {limit:,.2f} (max_usd_a_day)",
)


def within_budget(
    decisions: Iterable[Decision], limit_usd_a_day: float, now_usd_a_month: float, price: Price
) -> list[Decision]:
    """The decisions, of which those that cost more, in their order, share what the limit leaves of
    what the pipeline costs now. What a scale-in of the same plan would save is not counted: it may
    be refused. A pipeline above its limit is not scaled in for it."""
    found: list[Decision] = []
    cost, limit = now_usd_a_month, limit_usd_a_day * DAYS_PER_MONTH
    for decision in decisions:
        if decision.usd_per_month > 0 and cost + decision.usd_per_month > limit:
            told = MAX_USD_A_DAY(now=cost / DAYS_PER_MONTH, limit=limit_usd_a_day)
            kept = _as_far_as(decision, limit - cost, price)
            decision = replace(kept, held_by=(*decision.held_by, told))
        cost += max(0.0, decision.usd_per_month)
        found.append(decision)
    return found


def _as_far_as(decision: Decision, left: float, price: Price) -> Decision:
    """As many of a decision's steps as ``left`` dollars a month more allow."""
    before = price(decision.lever, decision.current)
    step = 1 if decision.allowed > decision.current else -1
    fits, fails = 0, abs(decision.allowed - decision.current)
    while fails - fits > 1:
        middle = (fits + fails) // 2
        if price(decision.lever, decision.current + step * middle) - before <= left:
            fits = middle
        else:
            fails = middle
    allowed = decision.current + step * fits
    return replace(decision, allowed=allowed, usd_per_month=price(decision.lever, allowed) - before)
