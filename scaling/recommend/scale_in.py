"""Scale-ins: when a lever may go down, how far, and how much that must save."""

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from math import ceil

from tidegate.rules.cause import Cause
from tidegate.rules.diagnosis.diagnose import are_readers_shown
from tidegate.rules.graph import Role
from tidegate.rules.kinds.puts import failing_puts
from tidegate.rules.kinds.usual_load import usual_load
from tidegate.scaling.load.current_load import HOUR_SECONDS, NOW_SECONDS, load_of_the_hour
from tidegate.scaling.load.horizons import ForecastHorizons
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.model.recommendation import BLIND_SHARE, COOLDOWN, FULL_COVERAGE
from tidegate.scaling.model.roles import (
    arrivals_of,
    executions_of,
    plannings,
    role_of,
    source_of,
    units_of,
)
from tidegate.scaling.model.sized import Executions
from tidegate.scaling.recommend import words
from tidegate.scaling.recommend.demands import Demands, by_lever
from tidegate.scaling.recommend.learned import Model
from tidegate.scaling.recommend.pre_scaling import PreScaling
from tidegate.scaling.recommend.sizing import size

__all__ = ["ScaleIn"]

STABILIZATION = timedelta(minutes=15)
"""The low alarms of Application Auto Scaling ask for 15 data points (target tracking guide)."""

RISING = 1.1
"""How many times as much in one quarter of an hour as in the one before is a load that rises: by
half in an hour, of which a scale-in would be taken back before it has saved what it costs."""
TURN_SECONDS = 240
"""Three rises in a row: of four minutes alike one in 24 has them by chance."""
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ScaleIn:
    """All that the scale-ins of one look depend on."""

    look: Look
    model: Model
    expected: ForecastHorizons | None

    def is_open(self, lever: Lever) -> bool:
        """Only in health, on full data of an hour, or a quarter of one where the load's own past
        is known for longer; with the age well inside the objective all that time, or, for a sink,
        which can go up again at any time, for as long as catching up may take; and not while the
        rate of now has in it what producers were refused before: a decrease would be spent on it.
        Nor while their calls fail.
        """
        diagnoses, signals = self.look.diagnoses, self.look.signals
        if any(each.cause is not Cause.HEALTHY for each in diagnoses):
            return False
        if self._is_taking_in_refused_records or self._is_unshown or signals.is_contradicted:
            return False
        known = self.expected is not None and self.expected.hour is not None
        seconds = (STABILIZATION if known else HOUR).total_seconds()
        ages = self.look.signals.series.source.iterator_age_milliseconds
        full = all(
            len(window.samples) * window.metric.period_seconds >= seconds
            and window.last(seconds).coverage >= FULL_COVERAGE
            for window in (arrivals_of(self.look.signals), ages)
        )
        stabilization = self._catch_up if self._role(lever) is Role.SINK else STABILIZATION
        oldest = ages.last(stabilization.total_seconds()).peak or 0.0
        young = oldest / 1000 < self.look.signals.iterator_age_max_seconds / 2
        return full and young and not self._puts_failed

    @property
    def _is_unshown(self) -> bool:
        """Whether a reader is only taken for well since a change doesn't show yet."""
        signals = self.look.signals
        return signals.is_in_cooldown and not are_readers_shown(signals)

    @property
    def _is_taking_in_refused_records(self) -> bool:
        """Whether more of the newest minutes' records may have been refused before than the least
        share of itself that a decrease must save; each retry counts as a refusal."""
        stream = self.look.signals.series.source
        refused = stream.write_throttles.last(NOW_SECONDS).total
        return refused > BLIND_SHARE * stream.incoming_records.last(NOW_SECONDS).total

    @property
    def _puts_failed(self) -> bool:
        """Whether calls that put records failed lately, though nothing refused them: what came in
        is not what producers will bring once they are let in."""
        newest = failing_puts(self.look.signals, STABILIZATION.total_seconds())
        return any(each is not None for each in newest)

    @property
    def _catch_up(self) -> timedelta:
        return max(COOLDOWN, timedelta(seconds=self.look.said.catch_up_seconds))

    def is_past_cooldown(self, lever: Lever) -> bool:
        """Whether the lever's last change shows, and the objective's time to catch up is over: for
        all but sinks since it showed."""
        changed = self.look.history.last_change(lever)
        is_sink = self._role(lever) is Role.SINK
        rest = self._catch_up if is_sink else COOLDOWN + self._catch_up
        return changed is None or self.look.now - changed >= rest

    def floor(self, lever: Lever, ahead_of_load: PreScaling | None, hour: Demands) -> Demand | None:
        """How far down the lever may go, None where that isn't known.

        By the forecast where there is one; but the source, which is dear to change, goes no lower
        than the last hour needed, and nothing below what is really used. What a load needed that
        rises is not what it will need: without a forecast nothing goes down meanwhile, no sink
        where the load never was as high, no sink or processor in the minute in which it turns up.
        Nor does a sink go below the last hour's need for a load that has just stopped, where no
        other days tell whether that is usual.
        """
        past = hour.get(lever)
        coming = None if ahead_of_load is None else ahead_of_load.floor
        role = self._role(lever)
        if (coming is None and self._is_rising) or self._turns_up(role):
            return None
        if role is Role.SINK:
            if self._is_rising and self._is_at_its_highest:
                return None
            known = [each for each in (coming, past) if each is not None]
            known = known if self._is_suddenly_low else known[:1]
            demand = max(known, key=lambda each: each.capacity, default=None)
            return None if demand is None else self._above_consumption(lever, demand)
        if coming is not None and role is Role.PROCESSOR:
            return self._above_busy(lever, coming)
        if past is None or coming is None:
            return past
        return max(past, coming, key=lambda demand: demand.capacity)

    @property
    def _is_rising(self) -> bool:
        """Whether a tenth more came in the newest quarter of an hour than in the one before."""
        seconds = STABILIZATION.total_seconds()
        both = arrivals_of(self.look.signals).last(2 * seconds).total
        newest = arrivals_of(self.look.signals).last(seconds).total
        return newest > RISING * (both - newest)

    def _turns_up(self, role: Role | None) -> bool:
        """Whether the newest minute brought a tenth more than the one before: a load that comes
        back from a low is soon as high as before it. Executions cost nothing while they wait: they
        stay also where each of the newest minutes brought more than the one before."""
        newest = [each or 0.0 for each in arrivals_of(self.look.signals).last(TURN_SECONDS).samples]
        rises = [(before, then) for before, then in pairwise(newest)]
        if role is Role.SOURCE or not rises:
            return False
        before, then = rises[-1]
        each_rises = role is Role.PROCESSOR and all(later > one for one, later in rises)
        return then > RISING * before or each_rises

    @property
    def _is_at_its_highest(self) -> bool:
        """Whether the newest minutes had as much as any time before: how far a load goes that
        rises beyond its past, no forecast knows."""
        newest = arrivals_of(self.look.signals).last(COOLDOWN.total_seconds())
        highest = 0.0 if self.expected is None else self.expected.highest_records_per_second
        return (newest.peak or 0.0) / newest.metric.period_seconds >= highest

    @property
    def _is_suddenly_low(self) -> bool:
        """Whether far less comes in than in the middle minute of the last hour, and no other days
        are known: with them such a load is told as quiet producers, or is usual."""
        signals = self.look.signals
        history, judged = signals.load_history, signals.series.judged_until
        if history is not None and judged is not None and usual_load(history, judged) is not None:
            return False
        arrivals = arrivals_of(signals)
        hour = sorted(each or 0.0 for each in arrivals.last(HOUR_SECONDS).samples)
        newest = arrivals.last(COOLDOWN.total_seconds()).peak or 0.0
        return newest < signals.thresholds["producers-quiet"] * hour[len(hour) // 2]

    def _role(self, lever: Lever) -> Role | None:
        return role_of(lever, self.look.signals.pipeline)

    def _executions(self, lever: Lever) -> Executions:
        found = executions_of(self.look.signals, self.look.said)
        return next(each for each in found if each.lever == lever)

    def _above_busy(self, lever: Lever, demand: Demand) -> Demand:
        needed = self._executions(lever).least_setting(
            self.model.units, int(COOLDOWN.total_seconds())
        )
        return replace(demand, capacity=max(demand.capacity, needed))

    def _above_consumption(self, lever: Lever, demand: Demand) -> Demand | None:
        sink = self.model.sink_of(lever)
        window, refused = sink.used(self.look.signals, lever, arrivals_of(self.look.signals))
        stabilization = self._catch_up.total_seconds()
        if window.last(stabilization).coverage < FULL_COVERAGE or refused.last(stabilization).total:
            return None
        newest = window.last(COOLDOWN.total_seconds())
        headroom = 1 + self.look.said.iterator_age_max_seconds / HOUR.total_seconds()
        # Where next to nothing is written no points come for minutes.
        minutes = max(1, len(newest.present))
        units = newest.total / minutes / window.metric.period_seconds * headroom
        least = demand.capacity + ceil(sink.base_headroom(lever))
        return replace(demand, capacity=max(least, ceil(units)))

    def least(self, lever: Lever, current: int) -> float:
        """How much less it must be to be worth a change."""
        role, source = self._role(lever), self.model.source
        if role is Role.PROCESSOR:
            return current * self._executions(lever).least_decrease_share
        if role is Role.SOURCE and source is not None:
            return max(1, current * source.least_decrease_share)
        if role is not Role.SINK:
            return 1
        usual = 0.0 if self.expected is None else self.expected.usual_records_per_second
        return self.model.sink_of(lever).least_decrease(current, usual, self.look.now)

    def demands_of_the_hour(self) -> Demands:
        """What the last hour's peak needs, with the executions spread over the units of the source
        that then remain; never fewer executions than were really busy, however well larger batches
        do."""
        pipeline, said = self.look.signals.pipeline, self.look.said
        load, current, source = (
            load_of_the_hour(self.look.signals),
            units_of(pipeline),
            source_of(pipeline),
        )
        signals, kinds = self.look.signals, plannings(pipeline)
        used = [units for each in kinds for units in each.units_in_use(signals, said)]
        wanted = by_lever(size(self.model, load, said, current))
        count = max([0 if source is None else wanted[source.lever].capacity, *used])
        spread = min(current, count)
        found = {
            demand.lever: replace(
                demand,
                because=words.HOURS_PEAK(because=demand.because),
            )
            for demand in size(self.model, load, said, spread)
        }
        if source is not None:
            found[source.lever] = replace(found[source.lever], capacity=count)
        for each in executions_of(self.look.signals, said):
            if each.lever in found:
                least = each.least_setting(spread, HOUR_SECONDS)
                demand = found[each.lever]
                found[each.lever] = replace(demand, capacity=max(demand.capacity, least))
        return found
