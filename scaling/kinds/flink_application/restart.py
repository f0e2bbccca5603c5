"""Whether a restart of a Flink job is worth it: what it costs, against what waits without it."""

from datetime import datetime
from math import inf

from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import LATE_SECONDS
from tidegate.scaling.kinds.flink_application import words
from tidegate.scaling.kinds.flink_application.sizing import (
    FULL_USE,
    JobModel,
    arrivals,
    processed,
)
from tidegate.scaling.kinds.flink_application.work import Work
from tidegate.scaling.model.look import Look

__all__ = ["added_seconds", "missed_seconds", "price_seconds", "why_it_waits"]

MINUTE_SECONDS = 60
NOISE = 0.05
"""Of the records processed: less than a twentieth may be chance."""


def price_seconds(
    model: JobModel, records_per_second: float, subtasks: float, backlog_records: float = 0.0
) -> float:
    """Seconds out of the objective of a restart with so many subtasks: while the job is down, and
    until it has caught up with what waits already, what came in meanwhile, and what it reads
    again."""
    waiting = backlog_records + records_per_second * (model.restart_seconds + model.reread_seconds)
    spare = subtasks * model.records_per_busy_second * FULL_USE - records_per_second
    return model.restart_seconds + waiting / max(spare, 1.0)


def added_seconds(model: JobModel) -> float:
    """Seconds out of the objective that a restart adds to those of a job that is late anyway, and
    does no less after it: those in which it processes nothing new, and as long to catch up, as a
    job does that can do twice what comes in then."""
    return 2 * (model.restart_seconds + model.reread_seconds)


def missed_seconds(
    model: JobModel, records_per_second: float, subtasks: float, age_max_seconds: float
) -> float:
    """Seconds out of the objective of a restart with so many subtasks of a job that keeps up: from
    when the oldest record waits for longer than it may until none does again. The age grows while
    the job is down, and then falls by what it can do beyond what comes in. A job that can't do what
    comes in is late for as long as it does."""
    most = subtasks * model.records_per_busy_second * FULL_USE
    if most <= records_per_second:
        return price_seconds(model, records_per_second, subtasks)
    beyond = model.restart_seconds + model.reread_seconds - age_max_seconds
    return max(0.0, beyond) * most / (most - records_per_second)


def why_it_waits(look: Look, model: JobModel, work: Work, subtasks: int) -> Reason | None:
    """Why a raise isn't worth its restart yet, None where it is, whoever asks for it. ``look`` has
    the signals of the application alone.

    Not where the backlog is gone sooner without it. And a restart that takes longer than metrics
    do waits until the job has been late for as long as the restart takes: most loads
    that go up go down again, and whoever waits until the damage equals the price pays at most
    twice what was needed (the ski rental problem: Karlin, Manasse, Rudolph and Sleator,
    "Competitive snoopy caching", 1988).
    """
    name = model.application.name
    price = price_seconds(model, work.now, subtasks, work.to_drain)
    drained = _drained_in_seconds(look.signals, model.application, work)
    if drained <= price:
        return words.DRAINS(name=name, drained_seconds=drained, price_seconds=price, to=subtasks)
    late = _late_for_seconds(look.signals, look.now)
    if model.restart_seconds <= max(LATE_SECONDS, late):
        return None
    return words.LATE_FOR_LESS(
        name=name, restart_seconds=model.restart_seconds, late_seconds=late, to=subtasks
    )


def _drained_in_seconds(own: Signals, application: FlinkApplication, work: Work) -> float:
    """By the age, or by the records that are processed beyond those that come in: after a peak the
    age goes on growing until the peak's records are read. What came in the newest minute tells
    that the peak is over; a mean would hold some of it for as long as it looks back."""
    growth = own.age_growth
    by_age = (own.age_seconds or 0.0) / -growth if growth < 0 else inf
    done, came = processed(own, application), arrivals(own, application).latest
    if done is None or came is None:
        return by_age
    spare = done - came / MINUTE_SECONDS
    return min(by_age, work.to_drain / spare if spare > NOISE * done else inf)


def _late_for_seconds(own: Signals, now: datetime) -> float:
    """Since the end of the last minute within the objective, as long as that is in the windows: a
    restart's price is time out of the objective as well."""
    period = own.series.source.iterator_age_milliseconds.metric.period_seconds
    in_time = [age.at for age in own.ages if age.seconds <= own.iterator_age_max_seconds]
    return (now - in_time[-1]).total_seconds() - period if in_time else inf
