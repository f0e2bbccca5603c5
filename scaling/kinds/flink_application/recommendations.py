"""What is wanted of the levers of Flink applications: few changes, since each restarts the job."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.flink_application import words as seen
from tidegate.rules.kinds.flink_application.bottleneck import bottleneck
from tidegate.rules.kinds.flink_application.job import has_just_started
from tidegate.rules.kinds.flink_application.own import own_signals
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.kinds.flink_application import words
from tidegate.scaling.kinds.flink_application.after_scale_in import revert_of_a_scale_in
from tidegate.scaling.kinds.flink_application.in_file import entry_of
from tidegate.scaling.kinds.flink_application.levers import RAISE_MARGIN
from tidegate.scaling.kinds.flink_application.limits import PARALLELISM_MAX
from tidegate.scaling.kinds.flink_application.parts import (
    even_from,
    few_enough_groups,
    max_parallelism_named,
    one_part_fewer,
    parts_of,
)
from tidegate.scaling.kinds.flink_application.restart import why_it_waits
from tidegate.scaling.kinds.flink_application.scale_in import lowered, may_lower
from tidegate.scaling.kinds.flink_application.sizing import FULL_USE, JobModel, learn_job
from tidegate.scaling.kinds.flink_application.work import Work, catch_up, likely, work_ahead
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.effect import REMEMBERED
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation

__all__ = ["application_recommendations"]

RAISE_AT_LEAST = 1.25


def application_recommendations(look: Look) -> Iterator[Recommendation]:
    """A recommendation for each lever of each application; equal to what is set where it may
    stay. Each is judged by its own age: another reader's is cured there."""
    for application in applications_of(look.signals.pipeline):
        own = replace(look, signals=own_signals(look.signals, application))
        yield from _Sizer(own).recommendations(application)


@dataclass(frozen=True, slots=True)
class _Sizer:
    look: Look

    @property
    def signals(self) -> Signals:
        return self.look.signals

    @property
    def use(self) -> float:
        """How much of their time subtasks may be busy."""
        share: float = self.look.said.entry.target_utilization.parallelism
        return share

    def recommendations(self, application: FlinkApplication) -> Iterator[Recommendation]:
        per_kpu = Lever.of(LeverKind.PARALLELISM_PER_KPU, application.name)
        denser = application.parallelism_per_kpu
        ill = self._curable(application)
        if ill is not None and LeverKind.PARALLELISM_PER_KPU in ill.cured_by:
            half = denser // 2
            fewer, times = "half as many", "twice"
            if denser % 2:
                fewer, times = f"{half} instead of {denser}", f"{denser / half:.1f} times"
            because = words.FEWER_SUBTASKS_PER_KPU(
                evidence=ill.evidence[0], fewer=fewer, times=times
            )
            yield Recommendation(per_kpu, denser, half, because, for_heap=True)
        else:
            yield Recommendation(per_kpu, denser, denser, UNCHANGED)
        yield self._parallelism(application, ill)

    def _curable(self, application: FlinkApplication) -> Diagnosis | None:
        """The cause in this application that a lever of its own cures."""
        return next(
            (
                each
                for each in self.look.diagnoses
                if each.where == application.name and each.cured_by
            ),
            None,
        )

    def _parallelism(self, application: FlinkApplication, ill: Diagnosis | None) -> Recommendation:
        lever = Lever.of(LeverKind.PARALLELISM, application.name)
        current = application.parallelism
        stay = Recommendation(lever, current, current, UNCHANGED)
        if ill is not None and ill.cause is Cause.HEAP_PRESSURE:
            if LeverKind.PARALLELISM not in ill.cured_by:
                return stay
            because = words.KPUS_FOR_THE_HEAP(evidence=ill.evidence[0])
            return Recommendation(lever, current, current * 2, because, for_heap=True)
        model = learn_job(self.signals, application)
        if model is None or has_just_started(self.signals, application):
            return stay
        reverted = revert_of_a_scale_in(self.look, application, stay)
        if ill is not None or reverted is not None:
            return self._cured(model, stay, ill, reverted)
        if not may_lower(self.look, application, stay):
            return stay
        return self._ahead(model, stay) or lowered(self.look, model, stay)

    def _cured(
        self,
        model: JobModel,
        stay: Recommendation,
        ill: Diagnosis | None,
        reverted: Recommendation | None,
    ) -> Recommendation:
        """What cures it, but for a backlog that is gone sooner than a restart would help."""
        found = stay if ill is None else self._raised(model, stay, ill)
        if reverted is not None and reverted.wanted >= found.wanted:
            found = reverted
        work = work_ahead(self.look, model)
        return found if why_it_waits(self.look, model, work, found.wanted) is None else stay

    def _raised(self, model: JobModel, stay: Recommendation, ill: Diagnosis) -> Recommendation:
        work = work_ahead(self.look, model)
        demand = self._demand(model, work, ill)
        grows = work.records_per_second > work.now
        load = (
            words.LOAD_GROWS(
                records_per_second=work.now, expected_records_per_second=work.records_per_second
            )
            if grows
            else words.LOAD(records_per_second=work.now)
        )
        because = _work_ahead(model, work, load, self.look.said.catch_up_seconds)
        return Recommendation(stay.lever, stay.current, demand, because)

    def _demand(self, model: JobModel, work: Work, ill: Diagnosis) -> int:
        """The subtasks that the cause asks for. One whose subtasks wait is raised a little first:
        the records that it then processes tell whether more of them help."""
        current = model.application.parallelism
        kinds = {each.kind for each in ill.evidence}
        if seen.SOURCE_PARTS_UNEVEN.kind in kinds:
            return one_part_fewer(self._parts(model), current)
        steady = model.subtasks(work.records_per_second, self.use)
        demand = ceil(max(steady, catch_up(model, work, self.look.said)))
        a_little = ceil(current * RAISE_AT_LEAST)
        is_doubtful = seen.BUSY_BUT_WAITS.kind in kinds and not self._was_raised(model.application)
        if is_doubtful or demand <= current * RAISE_MARGIN:
            demand = a_little
        even = even_from(self._parts(model), demand, PARALLELISM_MAX)
        return even if is_doubtful else self._for_its_groups(model, work, even)

    def _for_its_groups(self, model: JobModel, work: Work, least: int) -> int:
        """As many as the busiest subtask of a task behind a keyBy needs, where somebody has named
        how many key groups there are."""
        application = model.application
        found = bottleneck(self.signals, application)
        groups = max_parallelism_named(application, entry_of(self.look.said, application.name))
        if groups is None or found is None or found.may_read:
            return least
        return few_enough_groups(groups, least, model.subtasks(work.records_per_second, FULL_USE))

    def _was_raised(self, application: FlinkApplication) -> bool:
        """Whether it has been raised lately: that the raise helped is asked for elsewhere."""
        lever = Lever.of(LeverKind.PARALLELISM, application.name)
        last = self.look.history.last_change_record(lever)
        is_raise = last is not None and last.to_capacity > last.from_capacity
        return last is not None and is_raise and self.look.now - last.begun_at < REMEMBERED

    def _parts(self, model: JobModel) -> tuple[int, ...]:
        application = model.application
        entry = entry_of(self.look.said, application.name)
        return parts_of(self.signals.pipeline, application, entry)

    def _ahead(self, model: JobModel, stay: Recommendation) -> Recommendation | None:
        """Before a load that is expected sooner than a later change could be in effect, and is more
        than the job can carry."""
        expected = self.look.expected
        carried = stay.current * model.records_per_busy_second * FULL_USE
        if expected is None or expected.soon.likely.records_per_second <= carried:
            return None
        grown = work_ahead(self.look, model).records_per_second
        usual = max(likely(self.look, model), expected.soon.likely.records_per_second)
        ahead = max(grown, usual)
        demand = ceil(model.subtasks(ahead, self.use))
        because = words.EXPECTED_LOAD(
            forecast=expected.soon.because,
            current=stay.current,
            carried_records_per_second=carried,
            ahead_records_per_second=ahead,
            by=words.AS_IT_GROWS if grown > usual else words.AS_ITS_PAST_SAYS,
        )
        demand = even_from(self._parts(model), demand, PARALLELISM_MAX)
        return Recommendation(stay.lever, stay.current, demand, because)


def _work_ahead(model: JobModel, work: Work, load: Reason, catch_up_seconds: float) -> Reason:
    if work.furthest_records is None:
        return words.WORK_AHEAD(
            load=load,
            records_per_busy_second=model.records_per_busy_second,
            restart_seconds=model.restart_seconds,
            backlog_records=work.backlog_records,
            sized_records=work.to_drain,
            catch_up_seconds=catch_up_seconds,
        )
    return words.WORK_AHEAD_OF_TOPIC(
        load=load,
        records_per_busy_second=model.records_per_busy_second,
        restart_seconds=model.restart_seconds,
        backlog_records=work.backlog_records,
        furthest_records=work.furthest_records,
        sized_records=work.to_drain,
        catch_up_seconds=catch_up_seconds,
    )
