"""Whether subtasks that did not help are worth the restart that takes them back."""

from dataclasses import replace

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.flink_application.job import has_just_started
from tidegate.rules.kinds.flink_application.own import own_signals
from tidegate.rules.kinds.flink_application.state import applications_of
from tidegate.rules.kinds.signals import RECENT_SECONDS
from tidegate.scaling.kinds.flink_application.restart import price_seconds, why_it_waits
from tidegate.scaling.kinds.flink_application.sizing import learn_job
from tidegate.scaling.kinds.flink_application.work import work_ahead
from tidegate.scaling.model.change_record import ChangeRecord
from tidegate.scaling.model.effect import mean_before
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.recommendation import Recommendation

__all__ = ["subtasks_taken_back"]


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
    price = price_seconds(model, work.now, back.wanted, work.backlog_records)
    return replace(back, price_seconds=price)
