"""Flink applications in a plan: sized alone, each needs a source that is wide enough."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.signal_series import series_metrics
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import LOOK_BACK, Metric
from tidegate.scaling.kinds.flink_application import words
from tidegate.scaling.kinds.flink_application.asked import asked_of
from tidegate.scaling.kinds.flink_application.raises import heap_raise_in_vain, subtasks_in_vain
from tidegate.scaling.kinds.flink_application.reader import ApplicationReader
from tidegate.scaling.kinds.flink_application.service_autoscaling import conflicts
from tidegate.scaling.kinds.flink_application.start_again import starts_again
from tidegate.scaling.kinds.flink_application.take_back import (
    is_plainly_in_vain,
    subtasks_taken_back,
)
from tidegate.scaling.kinds.flink_application.update import update_advice
from tidegate.scaling.model.change_record import ChangeRecord
from tidegate.scaling.model.history import History
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.monthly_price import Price
from tidegate.scaling.model.plan import Constraint, Decision, Demand, Prohibition
from tidegate.scaling.model.planning import Instead, Planning
from tidegate.scaling.model.raises import Raises
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.model.roles import units_of
from tidegate.scaling.model.sized import SourceUnits

__all__ = ["ApplicationPlanning"]


@dataclass(frozen=True)
class ApplicationPlanning(Planning):
    """Of the applications that read a pipeline's source."""

    applications: tuple[FlinkApplication, ...]
    pipeline: Pipeline

    def units_in_use(self, signals: Signals, said: InFile) -> Iterator[int]:
        """A shard for each subtask: one without would have nothing to read. Never more than there
        are."""
        units = units_of(signals.pipeline)
        return (min(each.parallelism, units) for each in self.applications)

    def readers(self, signals: Signals, history: History) -> Iterator[ApplicationReader]:
        """What a record costs the sinks of each application."""
        return (ApplicationReader(signals, each) for each in self.applications)

    def why_ineffective(
        self, raises: Raises, recommendation: Recommendation
    ) -> Iterator[Constraint]:
        """By the heap use, where that is the reason, else by the records processed."""
        lever = recommendation.lever
        if recommendation.for_heap:
            seen = (raises.signals, raises.history, lever, raises.now)
            yield from map(Prohibition, heap_raise_in_vain(*seen))
        elif lever.kind is LeverKind.PARALLELISM:
            yield from map(Prohibition, subtasks_in_vain(raises, lever))

    def taken_back(
        self, look: Look, last: ChangeRecord, back: Recommendation
    ) -> Recommendation | None:
        """Where that is worth its restart."""
        return subtasks_taken_back(look, last, back)

    def takes_first_back(self, raises: Raises, last: ChangeRecord, judged: Reason) -> bool:
        """Where records waited all the time."""
        return is_plainly_in_vain(raises, last, judged)

    def why_not_worth(self, look: Look, recommendation: Recommendation) -> Iterator[Constraint]:
        """The price of its restart, and a raise of subtasks before it that did not help."""
        (application,) = (
            each for each in self.applications if each.name == recommendation.lever.where
        )
        yield from asked_of(look, application, recommendation)
        if recommendation.lever.kind is LeverKind.PARALLELISM and recommendation.adds_capacity:
            now = {recommendation.lever: recommendation.current}
            raises = Raises(look.signals, look.history, look.now, now)
            yield from self.why_ineffective(raises, recommendation)

    @property
    def limit_metrics(self) -> Mapping[Metric, int]:
        """All by which a restart is weighed, checkpoints that failed among it: an update snapshots
        the state as they do."""
        metrics = series_metrics(self.pipeline)
        return dict.fromkeys(metrics, int(LOOK_BACK.total_seconds()))

    @property
    def unpriced(self) -> Collection[LeverKind]:
        """Parallelism per KPU: both levers have the price of the KPUs that they come to."""
        return (LeverKind.PARALLELISM_PER_KPU,)

    def instead(self, look: Look, decisions: Sequence[Decision]) -> Iterator[Instead]:
        """The start of an application that an update of Tidegate has stopped."""
        for application in self.applications:
            yield from starts_again(look, application)

    def advice(self, look: Look) -> Iterator[str]:
        """What keeps an application from its updates, and a parallelism with two owners."""
        yield from update_advice(look, self.applications)
        yield from conflicts(self.applications, look.said)

    def advice_prices(self, signals: Signals, diagnosis: Diagnosis) -> Iterator[Price]:
        """More parallelism."""
        # Imported here: few sweeps advise, and a cold start is shorter without.
        from tidegate.scaling.kinds.flink_application.price import application_advice_prices

        for application in self.applications:
            yield from application_advice_prices(application, diagnosis)

    def source_demand(self, diagnoses: tuple[Diagnosis, ...], source: SourceUnits) -> Demand | None:
        """A unit for each subtask, where those without one are the cause: the subtasks are paid
        for, and a shard costs an eighth of a KPU."""
        for ill in diagnoses:
            if ill.cause is Cause.SOURCE_TOO_NARROW and ill.cured_by:
                subtasks = max(each.parallelism for each in self.applications)
                enough = max(subtasks, source.count + 1)
                return Demand(source.lever, enough, words.CAUSE(because=ill.because))
        return None
