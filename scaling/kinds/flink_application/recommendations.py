"""What is wanted of the levers of Flink applications: few changes, since each restarts the job."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.flink_application.job import has_just_started
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals, mean, rate
from tidegate.rules.window import LATE_SECONDS, Window
from tidegate.scaling.kinds.flink_application import words
from tidegate.scaling.kinds.flink_application.levers import kpus_of
from tidegate.scaling.kinds.flink_application.sizing import JobModel, arrivals, learn_job
from tidegate.scaling.load.current_load import HOUR_SECONDS, NOW_SECONDS, load_now
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.recommendation import COOLDOWN, UNCHANGED, Recommendation

__all__ = ["application_recommendations"]

FULL_USE = 0.95
RAISE_MARGIN, RAISE_AT_LEAST = 1.1, 1.25
LOWER_SHARE = 0.8
STABILIZATION = timedelta(hours=1)
"""Flink's autoscaler waits as long before it scales down (scale-down.interval)."""

FULL_COVERAGE = 0.9
GROWTH_AT_LEAST = 1.05
FORECAST_MOST = 2.0
HEAP_SPARE_PERCENT = 15  # Under what is high, so that a scale-in doesn't end in it.


@dataclass(frozen=True, slots=True)
class Work:
    """What a job has to do: records a second now and when it can next be changed, and those that
    wait already."""

    now: float
    records_per_second: float
    backlog_records: float


def application_recommendations(look: Look) -> Iterator[Recommendation]:
    """A recommendation for each lever of each application; equal to what is set where it may
    stay."""
    for application in applications_of(look.signals.pipeline):
        yield from _Sizer(look).recommendations(application)


def _work_ahead(signals: Signals, model: JobModel, said: InFile) -> Work:
    """The work by the time at which another change could be made: a load that grows is taken to go
    on growing until the job has restarted and its metrics are in, up to twice as much."""
    came = arrivals(signals, model.application)
    now = rate(came, NOW_SECONDS)
    ahead = LATE_SECONDS + model.restart_seconds + COOLDOWN.total_seconds()
    expected = min(now + _growth(came) / 60 * ahead, now * FORECAST_MOST)
    return Work(now, expected, _backlog(signals, model.application, said))


def _backlog(signals: Signals, application: FlinkApplication, said: InFile) -> float:
    """Records that wait, and those that have joined them since the newest minute judged."""
    if not application.reads_kafka:
        return load_now(signals, 1.0, said.catch_up_seconds).backlog_records
    lag = signals.of(application).lag_records.last(RECENT_SECONDS).present
    grown = max(0.0, lag[-1] - lag[0]) if lag else 0.0
    partitions = application.partitions or application.parallelism
    return (lag[-1] + grown) * partitions if lag else 0.0


def _catch_up(model: JobModel, work: Work, said: InFile, restart_seconds: float) -> float:
    """Subtasks that drain the backlog, and what comes in during a restart, in time after it."""
    waiting = work.backlog_records + work.records_per_second * restart_seconds
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
        if ill is not None:
            return self._raised(model, stay)
        return self._lowered(model, stay) if self._may_lower(application, lever) else stay

    def _raised(self, model: JobModel, stay: Recommendation) -> Recommendation:
        work = _work_ahead(self.signals, model, self.look.said)
        steady = model.subtasks(work.records_per_second, self.use)
        restart = model.restart_seconds
        demand = ceil(max(steady, _catch_up(model, work, self.look.said, restart)))
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
            restart_seconds=restart,
            backlog_records=work.backlog_records,
            catch_up_seconds=self.look.said.catch_up_seconds,
        )
        return Recommendation(stay.lever, stay.current, demand, because)

    def _may_lower(self, application: FlinkApplication, lever: Lever) -> bool:
        """Only on full data of an hour, in health, with the age well inside the objective, and an
        hour after the last change. Busy time is part of the data: CPU says nothing of the time
        that subtasks wait, as for I/O."""
        if any(each.cause is not Cause.HEALTHY for each in self.look.diagnoses):
            return False
        changed = self.look.history.last_change(lever)
        if changed is not None and self.look.now - changed < STABILIZATION:
            return False
        series = self.signals.of(application)
        hour = [
            window.last(HOUR_SECONDS)
            for window in (series.records_per_second, series.behind_milliseconds, series.busy)
        ]
        full = all(len(each.samples) >= 60 and each.coverage >= FULL_COVERAGE for each in hour)
        oldest = (hour[1].last(900).peak or 0.0) / 1000
        return full and oldest < self.signals.iterator_age_max_seconds / 2

    def _lowered(self, model: JobModel, stay: Recommendation) -> Recommendation:
        """As few subtasks as the last hour's peak needs, where that frees KPUs and the day's budget
        covers what the restart costs."""
        application, use = model.application, self.use
        peak = rate(arrivals(self.signals, application), HOUR_SECONDS)
        needed = max(1, ceil(max(model.subtasks(peak, use), self._used_most(application) / use)))
        needed = max(needed, self._for_the_heap(application))
        kpus = kpus_of(application, LeverKind.PARALLELISM, needed)
        if needed > stay.current * LOWER_SHARE or kpus >= application.kpus:
            return stay
        price = _restart_price(model, peak, needed)
        because = words.KPUS_FREED(
            peak_records_per_second=peak,
            parallelism=needed,
            freed_kpus=application.kpus - kpus,
            price_seconds=price,
        )
        return Recommendation(stay.lever, stay.current, needed, because, price)

    def _used_most(self, application: FlinkApplication) -> float:
        """Subtasks that were really busy in the busiest minute of the last hour."""
        busy = self.signals.of(application).busy.last(HOUR_SECONDS).peak or 0.0
        return busy / 1000 * application.parallelism

    def _for_the_heap(self, application: FlinkApplication) -> int:
        """Subtasks whose KPUs hold the state that there is, all of the heap taken for state."""
        heap = mean(self.signals.of(application).heap_percent) or 0.0
        most = max(1.0, self.signals.thresholds["heap-high"] - HEAP_SPARE_PERCENT)
        kpus = ceil(application.kpus * heap / most)
        return (kpus - 1) * application.parallelism_per_kpu + 1


def _growth(sums: Window) -> float:
    """How fast a sum per minute grows, per second: from the mean of two minutes to that of the two
    after them; 0 for what may be noise."""
    newest = sums.last(4 * 60).samples
    if len(newest) < 4 or None in newest:
        return 0.0
    older, newer = (sum(each or 0.0 for each in part) / 2 for part in (newest[:2], newest[2:]))
    return (newer - older) / 120 if newer >= older * GROWTH_AT_LEAST else 0.0


def _restart_price(model: JobModel, records_per_second: float, subtasks: int) -> float:
    """Seconds out of the objective: while the job is down, and until it has caught up."""
    waiting = records_per_second * model.restart_seconds
    spare = subtasks * model.records_per_busy_second * FULL_USE - records_per_second
    return model.restart_seconds + waiting / max(spare, 1.0)
