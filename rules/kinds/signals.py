"""What the vital windows say in the terms of the field: rates, shares, ages, concurrency."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING, TypeVar

from tidegate.rules.confirmed import Age, Limits, confirmed
from tidegate.rules.graph import Measured, Pipeline, Resource
from tidegate.rules.kinds.rates import RECENT_SECONDS, increase, mean, rate
from tidegate.rules.kinds.readers import reads_of_named, shared_readers
from tidegate.rules.kinds.signal_series import SignalSeries
from tidegate.rules.window import Window

if TYPE_CHECKING:
    from tidegate.rules.setting_steps import EarlierUnits, SettingStep

__all__ = ["BURST_SECONDS", "RECENT_SECONDS", "Signals", "increase", "mean", "rate"]

S = TypeVar("S")

REFUSALS_FALL_SECONDS = 900
"""As long as Application Auto Scaling's low alarms look (target tracking guide): what producers
held back is taken in sooner, or is more than the stream takes."""

BURST_SECONDS = 300
"""Unused capacity that DynamoDB keeps for bursts (developer guide)."""


@dataclass(frozen=True)
class Signals:
    """A pipeline, its series, and the objective and thresholds of rules that they are held against.
    ``changed_at`` is when one of its levers was last moved, ``load_history`` what came into its
    source for days, in sums of longer periods; None where that isn't known. ``is_contradicted``
    where a critical rule fires, whatever the diagnoses say. ``steps`` are the changes of settings,
    oldest first, as far as they are known."""

    pipeline: Pipeline
    series: SignalSeries
    iterator_age_max_seconds: float
    changed_at: datetime | None = None
    load_history: Window | None = field(default=None, kw_only=True)
    is_contradicted: bool = field(default=False, kw_only=True)
    thresholds: Mapping[str, float] = field(kw_only=True)
    steps: "tuple[SettingStep, ...]" = field(default=(), kw_only=True)

    @cached_property
    def ages(self) -> tuple[Age, ...]:
        """The iterator ages that a second sample confirms, or that a reader at its end does."""
        window = self.series.source.iterator_age_milliseconds
        sick, period = self.iterator_age_max_seconds, window.metric.period_seconds
        samples = (Age(at, value / 1000) for at, value in window.points())
        ages = confirmed(samples, Limits(self.age_well_seconds, sick, period))
        if ages.rise is None or not self.is_saturated:
            return ages.held
        return (*ages.held, ages.rise)

    @property
    def age_seconds(self) -> float | None:
        """The newest iterator age of the pipeline's readers that more than one minute confirms,
        None when none is known."""
        is_told = self.series.source.iterator_age_milliseconds.last(RECENT_SECONDS).present
        ages = self.ages
        return ages[-1].seconds if is_told and ages else None

    @cached_property
    def named_readers(self) -> int:
        """How many times the readers that the pipeline names read every record."""
        readers, kinds = len(self.pipeline.processors), self.pipeline.kinds.signals
        more: int = sum(kind.more_reads(self.pipeline) for kind in kinds)
        return readers + more

    @cached_property
    def shared_readers(self) -> tuple[int, ...]:
        """How many readers share the stream's reads, minute by minute, foreign ones included."""
        return shared_readers(self.series.source, self.named_readers, self.age_well_seconds)

    @cached_property
    def own_reads(self) -> Window:
        """What the readers read that the pipeline names, without what others read beside them."""
        named, well = self.named_readers, self.age_well_seconds
        return reads_of_named(self.series.source, self.shared_readers, named, well)

    @cached_property
    def reads_of_each(self) -> Window:
        """What each reader reads that the pipeline names: they share their reads evenly."""
        named, read = self.named_readers, self.own_reads
        shares = tuple(None if total is None else total / named for total in read.samples)
        return replace(read, samples=shares)

    @property
    def age_name(self) -> str:
        """What AWS calls the age: Kinesis by the reads of functions, Flink by its own source."""
        told = (kind.age_name(self.pipeline) for kind in self.pipeline.kinds.signals)
        return next((each for each in told if each), "time behind the latest record")

    @property
    def earlier_units(self) -> "EarlierUnits | None":
        """The units of the source from before a change that are read for long; None else."""
        told = (kind.earlier_units(self) for kind in self.pipeline.kinds.signals)
        return next((each for each in told if each is not None), None)

    @property
    def is_in_cooldown(self) -> bool:
        """Whether the minutes judged are still those before, or just after, the last change."""
        return self.is_restarting or self.changed_within(RECENT_SECONDS)

    @property
    def is_restarting(self) -> bool:
        """Whether a processor is being changed, is down, or began too recently to be judged."""
        return any(kind.is_restarting(self) for kind in self.pipeline.kinds.signals)

    @property
    def age_growth(self) -> float:
        """Seconds of iterator age gained per second, over the newest minutes; 1 is a standstill."""
        recent = self.series.source.iterator_age_milliseconds.last(RECENT_SECONDS).start
        ages = [age for age in self.ages if age.at >= recent]
        if len(ages) < 2:
            return 0.0
        before, newest = ages[-2:]
        return (newest.seconds - before.seconds) / (newest.at - before.at).total_seconds()

    @property
    def is_out_of_objective(self) -> bool:
        """Whether the newest iterator age is over the objective, growing or not."""
        return (self.age_seconds or 0.0) > self.iterator_age_max_seconds

    @property
    def age_is_sick(self) -> bool:
        """Over the objective, or on the way there: past a quarter of it and growing."""
        age = self.age_seconds or 0.0
        if self.is_out_of_objective and not self.age_falls:
            return True
        grows = self.age_growth > self.thresholds["iterator-age-growing"]
        return age > self.age_well_seconds and grows

    @property
    def age_falls(self) -> bool:
        """Whether the iterator age falls, as fast as it would count as growing."""
        return self.age_growth <= -self.thresholds["iterator-age-growing"]

    @property
    def falls_behind(self) -> bool:
        """Whether the iterator age is over the objective and grows."""
        grows = self.age_growth > self.thresholds["iterator-age-growing"]
        return self.is_out_of_objective and grows

    @property
    def age_well_seconds(self) -> float:
        """Up to here even a growing iterator age is healthy."""
        return self.iterator_age_max_seconds * self.thresholds["iterator-age-nearing-objective"]

    @property
    def producers_throttled(self) -> float:
        """The share of records refused to producers in the newest minute, 0..1."""
        refused = self.series.source.write_throttles.last(60).total
        taken = self.series.source.incoming_records.last(60).total
        return refused / (refused + taken) if refused else 0.0

    @property
    def refusals_fall(self) -> bool:
        """Whether producers are refused less than in the minutes before: what they held back is
        being taken in, and the stream is wide enough. Where no lever was moved for it, only a fall
        that ends soon shows that: retries come and go, and a full stream goes on refusing. Not for
        longer than ``refusals_fall_until``."""
        window = self.series.source.write_throttles
        seen = list(window.last(RECENT_SECONDS).points())
        if len(seen) < 2 or window.end > self.refusals_fall_until:
            return False
        *before, (now, newest) = seen
        if newest >= self.thresholds["refusals-falling"] * max(count for _, count in before):
            return False
        if self.changed_within(2 * RECENT_SECONDS):
            return True
        a_second = max((count - newest) / (now - at).total_seconds() for at, count in before)
        return newest <= a_second * RECENT_SECONDS

    @property
    def refusals_fall_until(self) -> datetime:
        """How long refusals may take to end: since the first minute of those on end that have some,
        or since a lever was moved later."""
        window = self.series.source.write_throttles
        refused = sum(1 for _ in takewhile(bool, reversed(window.samples)))
        since = window.end - timedelta(seconds=refused * window.metric.period_seconds)
        moments = [since] if self.changed_at is None else [since, self.changed_at]
        return max(moments) + timedelta(seconds=REFUSALS_FALL_SECONDS)

    def of(self, measured: Measured[S]) -> S:
        """The series of what a kind reads metrics of."""
        kind, name = measured.series_key
        found: S = self.series.of[kind][name]
        return found

    def changed_within(self, seconds: int) -> bool:
        """Whether a lever was moved in so many seconds before the newest minute judged."""
        changed, judged = self.changed_at, self.series.judged_until
        return bool(changed and judged and judged - changed < timedelta(seconds=seconds))

    @property
    def is_saturated(self) -> bool:
        """Whether some processor is at its end, or what it writes to: there an age is to rise."""
        kinds, readers = self.pipeline.kinds.signals, self.pipeline.processors
        at_end = any(kind.is_saturated(self) for kind in kinds)
        return at_end or any(map(self.is_throttled_downstream, readers))

    def is_throttled_downstream(self, reader: Resource) -> bool:
        """Whether anything that the reader writes to throttled it recently."""
        kinds = self.pipeline.kinds.signals
        return any(kind.is_throttled(self, sink) for sink in reader.writes for kind in kinds)
