"""What follows a scale-in that hurt: it is reverted, and for a while not made again.

What a job carried is proof of what it can do; what it was expected to carry with less is not.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from tidegate.rules.cause import Cause, LeverKind
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.scaling.kinds.flink_application import words
from tidegate.scaling.kinds.flink_application.sizing import arrivals
from tidegate.scaling.model.change_record import ChangeRecord, Lever
from tidegate.scaling.model.effect import mean_before
from tidegate.scaling.model.history import History
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Constraint, Prohibition
from tidegate.scaling.model.raises import Raises
from tidegate.scaling.model.recommendation import Recommendation

__all__ = ["STABILIZATION", "rest_after_a_reverted_scale_in", "revert_of_a_scale_in"]

STABILIZATION = timedelta(hours=1)
"""Flink's autoscaler waits as long before it scales down (scale-down.interval). A scale-in that is
reverted sooner was wrong from the start; later the load may have changed."""

REST = timedelta(days=1)
KNOWN = timedelta(days=35)

OTHERWISE_ILL = frozenset(
    {
        Cause.APPLICATION_STOPPED,
        Cause.CRASH_LOOP,
        Cause.HEAP_PRESSURE,
        Cause.CHECKPOINT_TROUBLE,
    }
)
"""Of the application's own causes, those that no scale-in explains."""


def revert_of_a_scale_in(
    look: Look, application: FlinkApplication, stay: Recommendation
) -> Recommendation | None:
    """Back to the parallelism before the last scale-in, where the job has been late since at a load
    that is not larger. ``look`` has the signals of the application alone."""
    last = look.history.last_change_record(stay.lever)
    if last is None or not _stands(last, stay.current) or not look.signals.age_is_sick:
        return None
    if _is_explained(look, application) or not _is_same_load(look, application, last):
        return None
    because = words.SCALE_IN_HURT(
        name=application.name,
        from_=last.from_capacity,
        to=last.to_capacity,
        begun_at=last.begun_at,
        age_seconds=look.signals.age_seconds or 0.0,
    )
    return Recommendation(stay.lever, stay.current, last.from_capacity, because)


def _stands(last: ChangeRecord, current: int) -> bool:
    return last.to_capacity == current < last.from_capacity and not last.takes_back


def _is_explained(look: Look, application: FlinkApplication) -> bool:
    own = (each.cause for each in look.diagnoses if each.where == application.name)
    throttled = look.signals.is_throttled_downstream(application)
    return throttled or not OTHERWISE_ILL.isdisjoint(own)


def _is_same_load(look: Look, application: FlinkApplication, last: ChangeRecord) -> bool:
    """Whether the load is no larger than at the scale-in; not once the windows no longer show
    that."""
    came = arrivals(look.signals, application)
    if mean_before(came, last.begun_at) is None:
        return False
    return not Raises(look.signals, look.history, look.now, {}).has_grown(last, came)


def rest_after_a_reverted_scale_in(
    recommendation: Recommendation, history: History, now: datetime
) -> Iterator[Constraint]:
    """No scale-in for a day after one that had to be reverted, twice as long after each further."""
    lever = recommendation.lever
    if lever.kind is not LeverKind.PARALLELISM or recommendation.wanted >= recommendation.current:
        return
    reverted = list(_reverted(lever, history, now))
    if not reverted:
        return
    last = reverted[-1]
    again = last.begun_at + REST * 2 ** (len(reverted) - 1)
    if now < again:
        yield Prohibition(
            words.SCALE_IN_WAS_REVERTED(
                where=lever.where, to=last.to_capacity, begun_at=last.begun_at, again=again
            )
        )


def _reverted(lever: Lever, history: History, now: datetime) -> Iterator[ChangeRecord]:
    made = history.changes((lever,), now - KNOWN)
    for scale_in, after in pairwise(made):
        is_scale_in = not scale_in.takes_back
        is_soon = after.begun_at - scale_in.begun_at < STABILIZATION
        is_back = scale_in.to_capacity < scale_in.from_capacity <= after.to_capacity
        if is_scale_in and is_soon and is_back:
            yield scale_in
