"""What each subtask of a Flink job has proved to do, where its busy time tells too little.

What asks without blocking is idle while it waits (Flink, "Asynchronous I/O for External Data
Access"): it reads a few percent busy until it can do no more, and then it is busy all the time.
"""

from math import inf

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.window import largest
from tidegate.scaling.load.current_load import HOUR_SECONDS
from tidegate.scaling.load.load_history import PERIOD_SECONDS, present
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Look

__all__ = ["proved_by_each"]

TELLS_LITTLE = 0.2
"""Of the time. A job that is less busy would be taken to do four times as much, and more, as it was
ever seen to do, at the default target of 80 %."""


def proved_by_each(look: Look, application: FlinkApplication, peak: float) -> float:
    """The most records a second that came in for each of its subtasks since there are as many, or
    at the last hour's ``peak``; without bound where busy time tells enough, or no past is known."""
    series = look.signals.of(application)
    busiest = largest((series.busy, series.busiest)).last(HOUR_SECONDS).peak or 0.0
    past = None if look.expected is None else look.expected.past
    if past is None or busiest / 1000 >= TELLS_LITTLE:
        return inf
    changed = look.history.last_change(Lever.of(LeverKind.PARALLELISM, application.name))
    periods = len(past.rates)
    if changed is not None:
        periods = min(periods, int((past.end - changed).total_seconds()) // PERIOD_SECONDS)
    seen = present(past.rates[len(past.rates) - max(0, periods) :])
    return max([peak, *seen]) / application.parallelism
