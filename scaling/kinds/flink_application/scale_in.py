"""Fewer subtasks for a Flink job, where an hour shows that they are enough."""

from dataclasses import dataclass
from math import ceil

from tidegate.rules.cause import Cause, LeverKind
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.signals import Signals, rate
from tidegate.rules.window import Window, largest
from tidegate.scaling.kinds.flink_application import words
from tidegate.scaling.kinds.flink_application.after_scale_in import STABILIZATION
from tidegate.scaling.kinds.flink_application.in_file import entry_of
from tidegate.scaling.kinds.flink_application.levers import kpus_of
from tidegate.scaling.kinds.flink_application.parts import (
    even_from,
    growth_of_the_busiest,
    parts_of,
)
from tidegate.scaling.kinds.flink_application.restart import price_seconds
from tidegate.scaling.kinds.flink_application.sizing import (
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

FALLS = 0.95
HALF_HOUR_SECONDS = 1800
HEAP_SPARE_PERCENT = 15  # Under what is high, so that a scale-in doesn't end in it.
HEAP_BYTES_PER_BYTE = 5.0
"""What state takes on the heap, at most, for each byte of a checkpoint; derived: an object of a few
fields takes several times what it does when it is written out."""


def may_lower(look: Look, application: FlinkApplication, stay: Recommendation) -> bool:
    """Only on full data of an hour, in health, with the age well inside the objective, and an hour
    after the last change. Busy time is part of the data: CPU says nothing of the time that subtasks
    wait, as for I/O."""
    if any(each.cause is not Cause.HEALTHY for each in look.diagnoses):
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
    where that frees KPUs."""
    application = model.application
    came = arrivals(look.signals, application)
    peak = rate(came, HOUR_SECONDS)
    expected = max(peak, _expected(look))
    needed = _Needs(look, model, expected / max(peak, 1.0)).subtasks(expected)
    kpus = kpus_of(application, LeverKind.PARALLELISM, needed)
    share = FALLING_SHARE if _falls(came) else LOWER_SHARE
    if needed > stay.current * share or kpus >= application.kpus:
        return stay
    price = price_seconds(model, expected, needed)
    because = words.KPUS_FREED(
        peak_records_per_second=expected,
        parallelism=needed,
        freed_kpus=application.kpus - kpus,
        price_seconds=price,
    )
    return Recommendation(stay.lever, stay.current, needed, because, price)


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
    """What a job needs at ``growth`` times the load of the last hour's peak."""

    look: Look
    model: JobModel
    growth: float

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
        """By the rate of all, by the time of the busiest one, and by the heap; as many as share
        the work evenly, where such a number is near."""
        least = max(1, ceil(self.model.subtasks(records_per_second, self.use)), self._for_the_heap)
        current = self.application.parallelism
        enough = next((each for each in range(least, current) if self._has_time(each)), current)
        return even_from(self._parts, enough, current)

    @property
    def _parts(self) -> tuple[int, ...]:
        entry = entry_of(self.look.said, self.application.name)
        return parts_of(self.signals.pipeline, self.application, entry)

    def _has_time(self, subtasks: int) -> bool:
        """Whether the busiest of so many subtasks is not busier than it may be."""
        series = self.signals.of(self.application)
        peak = largest((series.busy, series.busiest)).last(HOUR_SECONDS).peak or 0.0
        more = growth_of_the_busiest(self._parts, self.application.parallelism, subtasks)
        return peak / 1000 * self.growth * more <= self.use

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
