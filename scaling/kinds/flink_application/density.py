"""Whether a parallelism per KPU that a policy asks for is worth its restart: it moves the KPUs, and
with them the CPU that the same subtasks share."""

from collections.abc import Iterator
from dataclasses import replace

from tidegate.rules.kinds.flink_application.job import has_just_started
from tidegate.rules.kinds.signals import rate
from tidegate.scaling.kinds.flink_application import words
from tidegate.scaling.kinds.flink_application.levers import kpus_of, scale_in_constraints
from tidegate.scaling.kinds.flink_application.restart import missed_seconds, why_it_waits
from tidegate.scaling.kinds.flink_application.sizing import FULL_USE, JobModel, arrivals
from tidegate.scaling.kinds.flink_application.work import work_ahead
from tidegate.scaling.load.current_load import HOUR_SECONDS
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Constraint, Prohibition
from tidegate.scaling.model.recommendation import Recommendation

__all__ = ["density_asked_of"]


def density_asked_of(
    look: Look, model: JobModel, recommendation: Recommendation
) -> Iterator[Constraint]:
    """What holds it back. ``look`` has the signals of the application alone."""
    name, is_late = model.application.name, look.signals.is_out_of_objective
    fewer_kpus = recommendation.wanted > recommendation.current
    waits = None
    if has_just_started(look.signals, model.application):
        waits = "has just been restarted, and what it needs does not show yet"
    elif is_late and (fewer_kpus or _drains_sooner(look, model)):
        waits = f"is {look.signals.age_seconds or 0.0:.0f} s behind, and a restart costs more"
    if waits is not None:
        yield Prohibition(words.DENSITY_WAITS(name=name, waits=waits, to=recommendation.wanted))
    elif fewer_kpus:
        priced = replace(recommendation, price_seconds=_price_seconds(look, model, recommendation))
        yield from scale_in_constraints(priced, look.history, look.now)


def _drains_sooner(look: Look, model: JobModel) -> bool:
    subtasks = model.application.parallelism
    return why_it_waits(look, model, work_ahead(look, model), subtasks) is not None


def _price_seconds(look: Look, model: JobModel, recommendation: Recommendation) -> float:
    """At the most that came in during the hour, with as many of the subtasks as have CPU."""
    signals, application = look.signals, model.application
    kind = recommendation.lever.kind
    shares = application.kpus / kpus_of(application, kind, recommendation.wanted)
    used = (signals.of(application).cpu_percent.last(HOUR_SECONDS).peak or 0.0) / 100 * shares
    fed = application.parallelism * min(1.0, FULL_USE / max(used, FULL_USE))
    came = rate(arrivals(signals, application), HOUR_SECONDS)
    return missed_seconds(model, came, fed, signals.iterator_age_max_seconds)
