"""A load that comes and goes with the day costs a Flink job few restarts."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from math import cos, pi

from tests.builders import NOON
from tests.flink_builders import (
    DOWN,
    FLINK_SPEC,
    JobMinute,
    JobTold,
    a_flink_pipeline,
    an_application,
)
from tests.looks import a_look
from tidegate.rules.cause import LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.packs import in_force
from tidegate.rules.kinds.signal_series import series_from
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.kinds.flink_application.actions import UpdateApplication
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.plan.decide import decide

PARALLELISM = Lever.of(LeverKind.PARALLELISM, "counter")
EACH_SUBTASK = 500.0
LATE_MINUTES, DOWN_MINUTES = 2, 2


def load(minute: int) -> float:
    """400 to 3,600 records a second and back in a day, the most at noon."""
    return 2000 + 1600 * cos(2 * pi * minute / 1440)


@dataclass
class Job:
    """A job minute by minute, and what was decided of it, which is done."""

    parallelism: int = 8
    waiting: float = 0.0
    down: int = 0
    up_seconds: float = 90_000.0
    minutes: list[JobMinute] = field(default_factory=list)
    changes: list[ChangeRecord] = field(default_factory=list)
    late_minutes: int = 0

    def live(self, minute: int) -> None:
        came, most = load(minute), self.parallelism * EACH_SUBTASK
        if self.down:
            self.down, self.up_seconds, self.waiting = self.down - 1, 0.0, self.waiting + came * 60
            self.minutes.append(replace(DOWN, arrivals_per_second=came))
            return
        read = min(came + self.waiting / 60, most)
        self.waiting += (came - read) * 60
        self.up_seconds += 60
        age, used = self.waiting / came, read / most
        self.late_minutes += age > 60
        self.minutes.append(
            JobMinute(
                came, read, age, busy=1000 * used, busiest=1000 * used, cpu_percent=95 * used,
                hottest_cpu_percent=96 * used, heap_percent=25, uptime_seconds=self.up_seconds,
            )
        )  # fmt: skip

    def decide(self, minute: int) -> None:
        now = NOON + timedelta(minutes=minute)
        changed_at = self.changes[-1].begun_at if self.changes else None
        pipeline = a_flink_pipeline(an_application(self.parallelism, updated_at=changed_at))
        told = JobTold(pipeline, self.minutes[-90:-LATE_MINUTES])
        windows = told.windows(now - timedelta(minutes=LATE_MINUTES))
        series = series_from(pipeline, windows, now)
        seen = Signals(pipeline, series, 60, changed_at, thresholds=in_force({}))
        look = a_look(seen, diagnose(seen), FLINK_SPEC, History(tuple(self.changes)), now)
        for action in decide(look).actions:
            if isinstance(action, UpdateApplication):
                self.change(minute, action.to_parallelism)

    def change(self, minute: int, to: int) -> None:
        at, before = NOON + timedelta(minutes=minute), self.parallelism
        self.changes.append(
            ChangeRecord(
                f"{minute}", "clicks", PARALLELISM, "x:Y", before, to, "", at, Outcome.DONE, at
            )
        )
        self.parallelism, self.down = to, DOWN_MINUTES


def test_a_day_without_a_forecast_has_one_scale_in_and_follows_the_load() -> None:
    """Each restart misses the objective. While the load still falls a scale-in frees half."""
    job = Job()
    for minute in range(-90, 1440):
        job.live(minute)
        if minute >= 0 and minute % 2 == 0:
            job.decide(minute)
    taken = [(each.from_capacity, each.to_capacity) for each in job.changes]
    assert [(before, after) for before, after in taken if after < before] == [(8, 4)]
    assert len(taken) <= 3
    assert job.parallelism >= 8
    assert job.late_minutes <= 30
