"""What each subtask of a Flink job has proved to do, where its busy time tells too little.

What asks without blocking is idle while it waits (Flink, "Asynchronous I/O for External Data
Access"): it reads a few percent busy until it can do no more, and then it is busy all the time.
"""

from datetime import timedelta
from math import ceil, inf

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.window import largest
from tidegate.scaling.kinds.flink_application.sizing import arrivals
from tidegate.scaling.load.current_load import HOUR_SECONDS
from tidegate.scaling.load.forecast_ways import HOUR
from tidegate.scaling.load.load_history import PERIOD_SECONDS, Past, present
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Look

__all__ = ["proved_by_each"]

PERIOD = timedelta(seconds=PERIOD_SECONDS)
MINUTES = PERIOD_SECONDS // 60

TELLS_LITTLE = 0.2
"""Of the time. A job that is less busy would be taken to do four times as much, and more, as it was
ever seen to do, at the default target of 80 %."""


def proved_by_each(look: Look, application: FlinkApplication, peak: float) -> float:
    """The most records a second that came in for each of its subtasks, as many as there were, or at
    the last hour's ``peak``; without bound where busy time tells enough. What came in the hour
    before a raise is no proof: it may have been too much."""
    series = look.signals.of(application)
    busiest = largest((series.busy, series.busiest)).last(HOUR_SECONDS).peak or 0.0
    if busiest / 1000 >= TELLS_LITTLE:
        return inf
    past = _past(look, application)
    lever = Lever.of(LeverKind.PARALLELISM, application.name)
    proved, since = peak / application.parallelism, 0
    for change in look.history.changes((lever,), past.end - len(past.rates) * PERIOD):
        until = len(past.rates) - ceil((past.end - change.begun_at) / PERIOD)
        is_raise = change.to_capacity > change.from_capacity
        seen = present(past.rates[since : max(0, until - HOUR if is_raise else until)])
        proved = max(proved, max(seen, default=0.0) / change.from_capacity)
        since = max(0, until + 1)
    return max(proved, max(present(past.rates[since:]), default=0.0) / application.parallelism)


def _past(look: Look, application: FlinkApplication) -> Past:
    """The days that are known of the load; without them the minutes that a sweep reads."""
    if look.expected is not None and look.expected.past is not None:
        return look.expected.past
    came = arrivals(look.signals, application)
    whole = len(came.samples) // MINUTES * MINUTES
    newest = came.samples[len(came.samples) - whole :]
    sums = (present(newest[at : at + MINUTES]) for at in range(0, whole, MINUTES))
    return Past(tuple(sum(each) / PERIOD_SECONDS if each else None for each in sums), came.end)
