"""What is used of a sink beside what the records that are read cost of it."""

from tidegate.rules.blocking import blocks_capacity
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.sinks import Refusal
from tidegate.scaling.recommend.learned import Model

__all__ = ["is_unexplained", "use_is_unexplained"]

UNEXPLAINED = 1.25
"""How many times what records cost must be used for others to be at work: records that are read in
one minute are written in the next."""


def is_unexplained(model: Model, look: Look, refusal: Refusal) -> bool:
    """Whether the load and its backlog are not why requests are refused: they are of others, or the
    consumer falls behind with all that it should need. What drains a backlog makes it younger; and
    beside what only a person cures, that is why it falls behind."""
    is_held_back = any(map(blocks_capacity, look.diagnoses))
    if refusal.is_foreign_to(look.signals) or (look.signals.falls_behind and not is_held_back):
        return True
    return use_is_unexplained(model, look.signals, refusal)


def use_is_unexplained(model: Model, signals: Signals, refusal: Refusal) -> bool:
    """Whether more is used of a lever than the records that are read and the known base load cost:
    whatever waits, another job uses the rest. False where their cost isn't known."""
    found = (each.cost for each in model.sinks if each.lever == refusal.lever)
    cost = next(found, None)
    if cost is None:
        return False
    read = signals.reads_of_each.last(RECENT_SECONDS)
    minutes = len(read.present) or len(read.samples)
    seconds = minutes * read.metric.period_seconds
    return refusal.used_per_second > UNEXPLAINED * cost.units(read.total / seconds)
