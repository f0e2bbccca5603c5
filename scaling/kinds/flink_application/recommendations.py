"""What is wanted of the levers of Flink applications: few changes, since each restarts the job."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil
from statistics import median

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.flink_application.job import has_just_started
from tidegate.rules.kinds.flink_application.own import own_signals
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals, rate
from tidegate.rules.window import LATE_SECONDS, Window
from tidegate.scaling.kinds.flink_application import words
from tidegate.scaling.kinds.flink_application.after_scale_in import revert_of_a_scale_in
from tidegate.scaling.kinds.flink_application.in_file import entry_of
from tidegate.scaling.kinds.flink_application.limits import PARALLELISM_MAX
from tidegate.scaling.kinds.flink_application.parts import even_from, parts_of
from tidegate.scaling.kinds.flink_application.restart import FULL_USE, pays, price_seconds
from tidegate.scaling.kinds.flink_application.scale_in import lowered, may_lower
from tidegate.scaling.kinds.flink_application.sizing import JobModel, arrivals, learn_job
from tidegate.scaling.load.current_load import NOW_SECONDS, load_now
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.recommendation import COOLDOWN, UNCHANGED, Recommendation

__all__ = ["application_recommendations"]

RAISE_MARGIN, RAISE_AT_LEAST = 1.1, 1.25
GROWTH_AT_LEAST = 1.05
GROWTH_SECONDS = 360
FORECAST_MOST = 2.0
MINUTE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Work:
    """What a job has to do: records a second now and when it can next be changed, and those that
    wait already."""

    now: float
    records_per_second: float
    backlog_records: float


def application_recommendations(look: Look) -> Iterator[Recommendation]:
    """A recommendation for each lever of each application; equal to what is set where it may
    stay. Each is judged by its own age: another reader's is cured there."""
    for application in applications_of(look.signals.pipeline):
        own = replace(look, signals=own_signals(look.signals, application))
        yield from _Sizer(own).recommendations(application)


def _work_ahead(look: Look, model: JobModel) -> Work:
    """The work by the time at which another change could be made: a load that grows is taken to go
    on growing until the job has restarted and its metrics are in, up to twice as much; or what is
    likely by the load's own past, where that is more."""
    signals = look.signals
    came = arrivals(signals, model.application)
    now = rate(came, NOW_SECONDS)
    ahead = LATE_SECONDS + model.restart_seconds + COOLDOWN.total_seconds()
    expected = max(now + _growth(came) * ahead, _likely(look))
    expected = min(expected, now * FORECAST_MOST)
    return Work(now, expected, _backlog(signals, model.application, look.said))


def _likely(look: Look) -> float:
    """The records a second that a restart should last for; 0 where no other day is known."""
    call = None if look.expected is None else look.expected.call
    return 0.0 if call is None else call.likely.records_per_second


def _backlog(signals: Signals, application: FlinkApplication, said: InFile) -> float:
    """Records that wait, and those that have joined them since the newest minute judged."""
    if not application.reads_kafka:
        return load_now(signals, 1.0, said.catch_up_seconds).backlog_records
    lag = signals.of(application).lag_records.last(RECENT_SECONDS).present
    grown = max(0.0, lag[-1] - lag[0]) if lag else 0.0
    partitions = application.partitions or application.parallelism
    return (lag[-1] + grown) * partitions if lag else 0.0


def _catch_up(model: JobModel, work: Work, said: InFile) -> float:
    """Subtasks that drain the backlog, and what comes in and is read again by a restart, in time
    after it."""
    anew = work.records_per_second * (model.restart_seconds + model.reread_seconds)
    waiting = work.backlog_records + anew
    records = work.records_per_second + waiting / said.catch_up_seconds
    return model.subtasks(records, FULL_USE)


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
            because = words.FEWER_SUBTASKS_PER_KPU(evidence=ill.evidence[0])
            yield Recommendation(per_kpu, denser, denser // 2, because, for_heap=True)
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
        found = stay if ill is None else self._raised(model, stay)
        if reverted is not None and reverted.wanted >= found.wanted:
            found = reverted
        work = _work_ahead(self.look, model)
        price = price_seconds(model, work.now, found.wanted, work.backlog_records)
        return found if pays(self.signals, model, price, self.look.now) else stay

    def _raised(self, model: JobModel, stay: Recommendation) -> Recommendation:
        work = _work_ahead(self.look, model)
        steady = model.subtasks(work.records_per_second, self.use)
        demand = ceil(max(steady, _catch_up(model, work, self.look.said)))
        if demand <= stay.current * RAISE_MARGIN:
            demand = ceil(stay.current * RAISE_AT_LEAST)
        grows = work.records_per_second > work.now
        load = (
            words.LOAD_GROWS(
                records_per_second=work.now, expected_records_per_second=work.records_per_second
            )
            if grows
            else words.LOAD(records_per_second=work.now)
        )
        because = words.WORK_AHEAD(
            load=load,
            records_per_busy_second=model.records_per_busy_second,
            restart_seconds=model.restart_seconds,
            backlog_records=work.backlog_records,
            catch_up_seconds=self.look.said.catch_up_seconds,
        )
        return Recommendation(stay.lever, stay.current, self._even(model, demand), because)

    def _even(self, model: JobModel, demand: int) -> int:
        """As many as the work can be shared evenly among, where such a number is near."""
        application = model.application
        entry = entry_of(self.look.said, application.name)
        parts = parts_of(self.signals.pipeline, application, entry)
        return even_from(parts, demand, PARALLELISM_MAX)

    def _ahead(self, model: JobModel, stay: Recommendation) -> Recommendation | None:
        """Before a load that is expected sooner than a later change could be in effect, and is more
        than the job can carry."""
        expected = self.look.expected
        carried = stay.current * model.records_per_busy_second * FULL_USE
        if expected is None or expected.soon.likely.records_per_second <= carried:
            return None
        demand = ceil(model.subtasks(max(_likely(self.look), carried), self.use))
        because = words.EXPECTED_LOAD(
            forecast=expected.soon.because,
            current=stay.current,
            carried_records_per_second=carried,
        )
        return Recommendation(stay.lever, stay.current, self._even(model, demand), because)


def _growth(sums: Window) -> float:
    """How fast a sum per minute grows, in records a second per second: by the median minute, so
    that a step, which is over, is told from a ramp; 0 for what may be noise."""
    newest = [each for each in sums.last(GROWTH_SECONDS).samples if each is not None]
    if len(newest) * MINUTE_SECONDS < GROWTH_SECONDS:
        return 0.0
    older, newer = sum(newest[:2]), sum(newest[-2:])
    steps = median(later - before for before, later in pairwise(newest))
    return steps / MINUTE_SECONDS**2 if newer >= older * GROWTH_AT_LEAST and steps > 0 else 0.0
