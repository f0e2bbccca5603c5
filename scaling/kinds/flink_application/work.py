"""The work that a Flink job has to do by the time at which it can next be changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals, rate
from tidegate.rules.window import LATE_SECONDS, Window
from tidegate.scaling.kinds.flink_application.day import day_ahead
from tidegate.scaling.kinds.flink_application.sizing import FULL_USE, JobModel, arrivals
from tidegate.scaling.load.current_load import NOW_SECONDS, load_now
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.recommendation import COOLDOWN

__all__ = ["Work", "catch_up", "likely", "work_ahead"]

GROWTH_AT_LEAST = 1.05
GROWTH_SECONDS = 360
QUARTERS = 4
FORECAST_MOST = 2.0
MINUTE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Work:
    """What a job has to do: records a second now and when it can next be changed, and those that
    wait already, as exactly as is known. ``backlog_at_most`` is how many it is sized for, None
    where that is no other number. ``furthest_records`` are those of the partition furthest behind,
    where that alone is known: then ``backlog_records`` is what waits at most."""

    now: float
    records_per_second: float
    backlog_records: float
    backlog_at_most: float | None = None
    furthest_records: float | None = None

    @property
    def to_drain(self) -> float:
        """The records that it is sized to drain."""
        return self.backlog_records if self.backlog_at_most is None else self.backlog_at_most


def work_ahead(look: Look, model: JobModel) -> Work:
    """The work by the time at which another change could be made: a load that grows is taken to go
    on growing until the job has restarted and its metrics are in, up to twice as much; or what is
    likely by the load's own past, where that is more. A load that has left its past behind is taken
    to grow for as long again as it has: one restart is to do for all of it."""
    signals = look.signals
    came = arrivals(signals, model.application)
    now = rate(came, NOW_SECONDS)
    ahead = LATE_SECONDS + model.restart_seconds + COOLDOWN.total_seconds()
    usual = likely(look, model)
    expected = usual if usual > now else now + max(_growth(came) * ahead, _growth_again(came))
    expected = min(expected, now * FORECAST_MOST)
    return Work(now, expected, *_backlog(signals, model.application, look.said))


def likely(look: Look, model: JobModel) -> float:
    """The records a second that a restart should last for, by other days: until the load is back at
    what the job carries now, where each restart misses the objective. 0 where no other day is
    known."""
    call = None if look.expected is None else look.expected.call
    ahead = day_ahead(look, model).highest_until_it_falls(model.application.parallelism)
    return max(ahead, 0.0 if call is None else call.likely.records_per_second)


def _backlog(
    signals: Signals, application: FlinkApplication, said: InFile
) -> tuple[float, float | None, float | None]:
    """Records that waited as the newest minute judged was over; how many it is sized for, with
    those that have joined them since; and of a topic those of the partition furthest behind, which
    alone tells how far it is: so many wait in each where all are alike, and fewer where they are
    not."""
    if not application.reads_kafka:
        load = load_now(signals, 1.0, said.catch_up_seconds)
        return load.backlog_records, load.backlog_at_most, None
    lag = signals.of(application).lag_records.last(RECENT_SECONDS).present
    if not lag:
        return 0.0, None, None
    grown = max(0.0, lag[-1] - lag[0])
    partitions = application.partitions or application.parallelism
    return lag[-1] * partitions, (lag[-1] + grown) * partitions, lag[-1]


def catch_up(model: JobModel, work: Work, said: InFile) -> float:
    """Subtasks that drain the backlog, and what comes in and is read again by a restart, in time
    after it."""
    anew = work.records_per_second * (model.restart_seconds + model.reread_seconds)
    waiting = work.to_drain + anew
    records = work.records_per_second + waiting / said.catch_up_seconds
    return model.subtasks(records, FULL_USE)


def _growth(sums: Window) -> float:
    """How fast a sum per minute grows, in records a second per second: by the median minute, so
    that a step, which is over, is told from a ramp; 0 for what may be noise."""
    newest = [each for each in sums.last(GROWTH_SECONDS).samples if each is not None]
    if len(newest) * MINUTE_SECONDS < GROWTH_SECONDS:
        return 0.0
    older, newer = sum(newest[:2]), sum(newest[-2:])
    steps = median(later - before for before, later in pairwise(newest))
    return steps / MINUTE_SECONDS**2 if newer >= older * GROWTH_AT_LEAST and steps > 0 else 0.0


def _growth_again(sums: Window) -> float:
    """By how many records a second the load grows in a time as long as it has grown for: the most
    of all times up to now that the window holds."""
    longest = len(sums.samples) // QUARTERS
    return max((_growth_of(sums, quarter) for quarter in range(2, longest + 1)), default=0.0)


def _growth_of(sums: Window, quarter: int) -> float:
    """By how many records a second a sum per minute grew in the newest four times ``quarter``
    minutes: four times the least from one quarter to the next or within the newest, so that a step
    and a ramp that is over are told from one that goes on. 0 for what may be noise, or where a
    quarter tells nothing."""
    newest = sums.last(QUARTERS * quarter * MINUTE_SECONDS).samples
    means = [_mean(newest[at : at + quarter]) for at in range(0, len(newest), quarter)]
    known = [each for each in means if each is not None]
    if len(known) < QUARTERS or known[-1] < known[0] * GROWTH_AT_LEAST:
        return 0.0
    steps = [later - before for before, later in pairwise(known)]
    return QUARTERS * max(0.0, min(*steps, _growth_within(newest[-quarter:])))


def _growth_within(samples: Sequence[float | None]) -> float:
    """By how many records a second minutes grow, told by their halves."""
    half = len(samples) // 2
    older, newer = _mean(samples[:half]), _mean(samples[half:])
    return 0.0 if older is None or newer is None else 2 * (newer - older)


def _mean(samples: Sequence[float | None]) -> float | None:
    """Records a second in minutes of which at least one is told."""
    present = [each for each in samples if each is not None]
    return fmean(present) / MINUTE_SECONDS if present else None
