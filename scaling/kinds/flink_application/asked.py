"""Whether a parallelism that a policy of Application Auto Scaling asks for is worth its restart: by
the same price as what Tidegate wants itself.

A job that isn't behind is raised at once: a schedule, or a policy on what comes in, knows why.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.flink_application.job import has_just_started
from tidegate.rules.kinds.flink_application.own import own_signals
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.signals import Signals, rate
from tidegate.rules.reason import Reason
from tidegate.scaling.kinds.flink_application import words
from tidegate.scaling.kinds.flink_application.density import density_asked_of
from tidegate.scaling.kinds.flink_application.levers import scale_in_constraints
from tidegate.scaling.kinds.flink_application.restart import missed_seconds, why_it_waits
from tidegate.scaling.kinds.flink_application.sizing import JobModel, arrivals, learn_job
from tidegate.scaling.kinds.flink_application.work import work_ahead
from tidegate.scaling.load.current_load import HOUR_SECONDS
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Constraint, Prohibition
from tidegate.scaling.model.recommendation import Recommendation

__all__ = ["asked_of"]


def asked_of(
    look: Look, application: FlinkApplication, recommendation: Recommendation
) -> Iterator[Constraint]:
    """What holds it back, with the reason. Nothing where the job tells too little to weigh by."""
    asked_at, wanted = recommendation.asked_at, recommendation.wanted
    if asked_at is None or wanted == recommendation.current:
        return
    own = replace(look, signals=own_signals(look.signals, application))
    model = learn_job(own.signals, application)
    if model is None or own.signals.age_seconds is None:
        return
    if recommendation.lever.kind is LeverKind.PARALLELISM_PER_KPU:
        yield from density_asked_of(own, model, recommendation)
        return
    asked = _Asked(own, model, wanted, asked_at)
    if wanted > recommendation.current:
        reason = asked.why_no_raise
        if reason is not None:
            yield Prohibition(reason)
        return
    reason = asked.why_no_scale_in
    if reason is not None:
        yield Prohibition(reason)
        return
    priced = replace(recommendation, price_seconds=asked.price_seconds)
    yield from scale_in_constraints(priced, look.history, look.now)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A parallelism that was asked for, and the signals of its application alone."""

    look: Look
    model: JobModel
    to: int
    asked_at: datetime

    @property
    def signals(self) -> Signals:
        return self.look.signals

    @property
    def age_seconds(self) -> float:
        return self.signals.age_seconds or 0.0

    @property
    def was_behind(self) -> bool:
        """Whether the job was out of the objective when it was asked for."""
        before = [age.seconds for age in self.signals.ages if age.at <= self.asked_at]
        return bool(before) and before[-1] > self.signals.iterator_age_max_seconds

    @property
    def why_no_raise(self) -> Reason | None:
        name = self.model.application.name
        is_well = self.age_seconds <= self.signals.age_well_seconds
        if not self.signals.is_out_of_objective and not self.was_behind:
            return None
        if has_just_started(self.signals, self.model.application):
            return words.JUST_STARTED(name=name, to=self.to)
        if is_well:
            return words.CAUGHT_UP(name=name, to=self.to, asked_at=self.asked_at)
        return why_it_waits(self.look, self.model, work_ahead(self.look, self.model), self.to)

    @property
    def why_no_scale_in(self) -> Reason | None:
        """A job that falls behind meanwhile needs what it has; one that catches up will not."""
        name, age_seconds = self.model.application.name, self.age_seconds
        if has_just_started(self.signals, self.model.application):
            return words.JUST_STARTED(name=name, to=self.to)
        if not self.signals.is_out_of_objective:
            return None
        if self.was_behind or self.signals.age_falls:
            return words.SCALE_IN_BEHIND(name=name, age_seconds=age_seconds, to=self.to)
        return words.FELL_BEHIND(
            name=name, age_seconds=age_seconds, to=self.to, asked_at=self.asked_at
        )

    @property
    def price_seconds(self) -> float:
        """Of a scale-in, at the most that came in during the hour."""
        came = rate(arrivals(self.signals, self.model.application), HOUR_SECONDS)
        most = self.signals.iterator_age_max_seconds
        return missed_seconds(self.model, came, self.to, most)
