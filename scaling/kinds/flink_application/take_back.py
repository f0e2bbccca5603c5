"""Whether subtasks that did not help are worth the restart that takes them back."""

from dataclasses import replace

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.flink_application.job import has_just_started
from tidegate.rules.kinds.flink_application.own import own_signals
from tidegate.rules.kinds.flink_application.state import applications_of
from tidegate.rules.kinds.signals import RECENT_SECONDS
from tidegate.rules.reason import Reason
from tidegate.scaling.kinds.flink_application.after_scale_in import STABILIZATION
from tidegate.scaling.kinds.flink_application.restart import added_seconds, why_it_waits
from tidegate.scaling.kinds.flink_application.sizing import learn_job
from tidegate.scaling.kinds.flink_application.work import work_ahead
from tidegate.scaling.model.change_record import ChangeRecord
from tidegate.scaling.model.effect import HELPED, mean_before
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.raises import Raises
from tidegate.scaling.model.recommendation import Recommendation

__all__ = ["is_plainly_in_vain", "subtasks_taken_back"]

FIRST_STANDS = STABILIZATION / 2
"""Most loads that go up go down again (``restart.why_it_waits``): a job that drains soon after its
first raise needs no second restart while it is late."""


def subtasks_taken_back(
    look: Look, last: ChangeRecord, back: Recommendation
) -> Recommendation | None:
    """With the price of the restart, which a scale-in's limits hold to what saving money may cost;
    not where a restart isn't worth it for a raise either, nor where the heap is full, or may have
    been what the raise was for."""
    if back.lever.kind is not LeverKind.PARALLELISM:
        return None
    application = next(
        each for each in applications_of(look.signals.pipeline) if each.name == back.lever.where
    )
    own = replace(look, signals=own_signals(look.signals, application))
    signals = own.signals
    heap_percent = signals.of(application).heap_percent
    before, now = mean_before(heap_percent, last.begun_at), heap_percent.last(RECENT_SECONDS).peak
    if before is None or now is None or max(before, now) >= signals.thresholds["heap-high"]:
        return None
    model = learn_job(signals, application)
    if model is None or has_just_started(signals, application):
        return None
    work = work_ahead(own, model)
    if why_it_waits(own, model, work, back.wanted) is not None:
        return None
    return replace(back, price_seconds=added_seconds(model))


def is_plainly_in_vain(raises: Raises, last: ChangeRecord, judged: Reason) -> bool:
    """Whether records waited throughout, and as many were processed after a raise of subtasks as
    before it: fewer may have had another reason, which hides what the raise did."""
    is_young = raises.now - last.begun_at < FIRST_STANDS
    if is_young or last.lever.kind is not LeverKind.PARALLELISM:
        return False
    numbers = dict(judged.numbers)
    before, since = numbers.get("before"), numbers.get("since")
    if not isinstance(before, float) or not isinstance(since, float):
        return False
    application = next(
        each for each in applications_of(raises.signals.pipeline) if each.name == last.lever.where
    )
    own = replace(raises, signals=own_signals(raises.signals, application))
    return since * HELPED > before and not own.was_cured(last)
