"""Fewer subtasks for a Flink job, where an hour shows that they are enough."""

from dataclasses import dataclass
from math import ceil

from tidegate.rules.cause import Cause, LeverKind
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.puts import failing_puts
from tidegate.rules.kinds.signals import Signals, rate
from tidegate.rules.window import Window, largest
from tidegate.scaling.kinds.flink_application import words
from tidegate.scaling.kinds.flink_application.after_scale_in import STABILIZATION
from tidegate.scaling.kinds.flink_application.day import DayAhead, day_ahead
from tidegate.scaling.kinds.flink_application.in_file import entry_of
from tidegate.scaling.kinds.flink_application.levers import SCALE_IN_SECONDS_PER_DAY, kpus_of
from tidegate.scaling.kinds.flink_application.parts import (
    even_from,
    growth_of_the_busiest,
    parts_of,
)
from tidegate.scaling.kinds.flink_application.proved import proved_by_each
from tidegate.scaling.kinds.flink_application.restart import missed_seconds
from tidegate.scaling.kinds.flink_application.sizing import (
    FULL_USE,
    HEAP_BYTES_PER_KPU,
    JobModel,
    arrivals,
)
from tidegate.scaling.load.current_load import HOUR_SECONDS
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.recommendation import FULL_COVERAGE, Recommendation

__all__ = ["lowered", "may_lower"]

LOWER_SHARE = 0.8
FALLING_SHARE = 0.5
"""While the load still falls, a scale-in has to free half: what comes an hour later frees more, in
one restart."""

DAY_HOURS = 24
FALLS = 0.95
HALF_HOUR_SECONDS = 1800
HEAP_SPARE_PERCENT = 15  # Under what is high, so that a scale-in doesn't end in it.
HEAP_BYTES_PER_BYTE = 5.0
"""What state takes on the heap, at most, for each byte of a checkpoint; derived: an object of a few
fields takes several times what it does when it is written out."""


def may_lower(look: Look, application: FlinkApplication, stay: Recommendation) -> bool:
    """Only on full data of an hour, in health, with the age well inside the objective, and an hour
    after the last change; not where a critical rule fires, or calls that put records failed in that
    hour. Busy time is part of the data: CPU says nothing of the time that subtasks
    wait, as for I/O."""
    if any(each.cause is not Cause.HEALTHY for each in look.diagnoses):
        return False
    puts = failing_puts(look.signals, HOUR_SECONDS)
    if look.signals.is_contradicted or any(each is not None for each in puts):
        return False
    changed = look.history.last_change(stay.lever)
    if changed is not None and look.now - changed < STABILIZATION:
        return False
    series, age = look.signals.of(application), look.signals.series.source.iterator_age_milliseconds
    hour = [window.last(HOUR_SECONDS) for window in (series.records_per_second, age, series.busy)]
    full = all(len(each.samples) >= 60 and each.coverage >= FULL_COVERAGE for each in hour)
    oldest = (hour[1].last(900).peak or 0.0) / 1000
    return full and oldest < look.signals.iterator_age_max_seconds / 2


def lowered(look: Look, model: JobModel, stay: Recommendation) -> Recommendation:
    """As few subtasks as the peak of the last hour needs, and what is expected of the next ones,
    where that frees KPUs. Where the restart misses the objective and other days tell when the load
    is back, what a raise will cost then is part of the price: one scale-in a trough, when it saves
    the most."""
    came = arrivals(look.signals, model.application)
    peak = rate(came, HOUR_SECONDS)
    expected = max(peak, _expected(look))
    needs = _Needs(look, model, peak)
    day = day_ahead(look, model)
    found = _Fewer(needs.subtasks(expected)) if not day.hours else _best(needs, day, expected)
    share = FALLING_SHARE if _falls(came) and not day.hours else LOWER_SHARE
    kpus = kpus_of(model.application, LeverKind.PARALLELISM, found.subtasks)
    if found.subtasks > stay.current * share or kpus >= model.application.kpus:
        return stay
    price = _price_seconds(needs, found, expected)
    because = words.KPUS_FREED(
        peak_records_per_second=expected,
        parallelism=found.subtasks,
        freed_kpus=model.application.kpus - kpus,
        hours=found.hours,
        price_seconds=price,
    )
    return Recommendation(stay.lever, stay.current, found.subtasks, because, price)


@dataclass(frozen=True, slots=True)
class _Fewer:
    """What a job is lowered to, and for how many hours; the whole day where nothing tells."""

    subtasks: int
    hours: int = DAY_HOURS


def _best(needs: "_Needs", day: DayAhead, expected: float) -> _Fewer:
    """What saves the most KPU hours from now on; what there is, where waiting saves more."""
    now = _saves_most(needs, day, expected, 0)
    later = (_saves_most(needs, day, day.hours[at], at) for at in range(1, now.hours))
    saved = needs.kpu_hours(now)
    if any(needs.kpu_hours(each) > saved for each in later):
        return needs.none_fewer
    return now


def _saves_most(needs: "_Needs", day: DayAhead, load: float, start: int) -> _Fewer:
    """Of all that are enough for a load, and last for long enough to be worth the restarts, the one
    that saves the most from an hour on; of two that save as much the larger, which catches up
    sooner."""
    most = int(needs.application.parallelism * LOWER_SHARE)
    enough = {needs.even(each) for each in range(needs.subtasks(load), most + 1)}
    lasting = (_Fewer(each, day.lasts(each, start)) for each in enough if each <= most)
    paying = [each for each in lasting if _price_seconds(needs, each, load) <= _budget(each)]
    best = max(paying, key=lambda each: (needs.kpu_hours(each), each.subtasks), default=None)
    return best or needs.none_fewer


def _budget(found: _Fewer) -> float:
    """The share of the time that a scale-in lasts that its restarts may cost, as of a day."""
    return SCALE_IN_SECONDS_PER_DAY * found.hours / DAY_HOURS


def _price_seconds(needs: "_Needs", found: _Fewer, expected: float) -> float:
    """Of the restart, and of the one that takes it back, where that is known to come in the day."""
    model, most = needs.model, needs.signals.iterator_age_max_seconds
    price = missed_seconds(model, expected, found.subtasks, most)
    if found.hours >= DAY_HOURS:
        return price
    carried = found.subtasks * model.records_per_busy_second * FULL_USE
    return price + missed_seconds(model, carried, model.application.parallelism, most)


def _expected(look: Look) -> float:
    """The most records a second that a change must last for, 0 where there is no forecast."""
    call = None if look.expected is None else look.expected.call
    return 0.0 if call is None else call.most.records_per_second


def _falls(sums: Window) -> bool:
    """Whether what came in falls from one half hour to the next."""
    hour = sums.last(HOUR_SECONDS)
    newest = hour.last(HALF_HOUR_SECONDS).present
    older = hour.present[: len(hour.present) - len(newest)]
    if not newest or not older:
        return False
    return sum(newest) / len(newest) < FALLS * sum(older) / len(older)


@dataclass(frozen=True, slots=True)
class _Needs:
    """What a job needs, by what it did at the ``peak`` of the last hour, in records a second."""

    look: Look
    model: JobModel
    peak: float

    @property
    def signals(self) -> Signals:
        return self.look.signals

    @property
    def application(self) -> FlinkApplication:
        return self.model.application

    @property
    def use(self) -> float:
        """How much of their time subtasks may be busy."""
        share: float = self.look.said.entry.target_utilization.parallelism
        return share

    def subtasks(self, records_per_second: float) -> int:
        """By the rate of all, by what each has proved, by the time of the busiest one, and by the
        heap; as many as share the work evenly, where such a number is near."""
        by_rate = ceil(self.model.subtasks(records_per_second, self.use))
        proved = proved_by_each(self.look, self.application, self.peak)
        by_proof = ceil(records_per_second / max(proved, 1.0))
        least = max(1, by_rate, by_proof, self._for_the_heap)
        current = self.application.parallelism
        growth = records_per_second / max(self.peak, 1.0)
        fewer = range(least, current)
        return self.even(next((each for each in fewer if self._has_time(each, growth)), current))

    def even(self, subtasks: int) -> int:
        """As many, or the next that share the work evenly, where such a number is near."""
        return even_from(self._parts, subtasks, self.application.parallelism)

    @property
    def none_fewer(self) -> _Fewer:
        """As many as there are."""
        return _Fewer(self.application.parallelism, 0)

    def kpu_hours(self, fewer: _Fewer) -> int:
        """What it saves."""
        kpus = kpus_of(self.application, LeverKind.PARALLELISM, fewer.subtasks)
        return (self.application.kpus - kpus) * fewer.hours

    @property
    def _parts(self) -> tuple[int, ...]:
        entry = entry_of(self.look.said, self.application.name)
        return parts_of(self.signals.pipeline, self.application, entry)

    def _has_time(self, subtasks: int, growth: float) -> bool:
        """Whether the busiest of so many subtasks is not busier than it may be at so many times the
        load of the peak."""
        series = self.signals.of(self.application)
        peak = largest((series.busy, series.busiest)).last(HOUR_SECONDS).peak or 0.0
        more = growth_of_the_busiest(self._parts, self.application.parallelism, subtasks)
        return peak / 1000 * growth * more <= self.use

    @property
    def _for_the_heap(self) -> int:
        """Subtasks whose KPUs hold the state that there is: what lay on the heap at its emptiest,
        but no more than the last checkpoint lets expect. The rest is there on every KPU, whatever
        their number."""
        series, application = self.signals.of(self.application), self.application
        emptiest = min(series.heap_percent.last(HOUR_SECONDS).present, default=0.0)
        written = series.checkpoint_bytes.latest
        state = application.kpus * emptiest
        if written is not None:
            state = min(state, 100 * HEAP_BYTES_PER_BYTE * written / HEAP_BYTES_PER_KPU)
        most = self.signals.thresholds["heap-high"] - HEAP_SPARE_PERCENT
        spare = most - (emptiest - state / application.kpus)
        if spare <= 0:
            return application.parallelism
        return max(0, ceil(state / spare) - 1) * application.parallelism_per_kpu + 1
