"""A Flink job is not restarted for more of what its last raise was not seen to help with."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

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
from tests.losses.account import Account
from tests.losses.test_flink import FILE, PARALLELISM, PER_KPU, Application
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.packs import in_force
from tidegate.rules.kinds.signal_series import series_from
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.kinds.flink_application.actions import UpdateApplication
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.model.change_record import TAKEN_BACK, ChangeRecord, Lever, Outcome
from tidegate.scaling.model.effect import is_take_back
from tidegate.scaling.model.history import History
from tidegate.scaling.plan.decide import decide

UPDATE = "kinesisanalytics:UpdateApplication"
RESTART_MINUTES = 2


# ---- through the command line


def raised(account: Account, lever: Lever, before: int, after: int, minutes_ago: int) -> str:
    """Written into the ledger, as an earlier sweep did; at what time."""
    begun = account.minute - timedelta(minutes=minutes_ago)
    ledger = SqliteLedger(str(account.folder / "ledger.sqlite"))
    assert ledger.begin(ChangeRecord("e", "clicks", lever, UPDATE, before, after, "", begun))
    ledger.complete("e", Outcome.DONE, begun, None)
    ledger.close()
    return f"{begun:%H:%M}"


def tell(account: Account, minute: Callable[[int], JobMinute]) -> None:
    """An hour and a half, each minute by how many minutes ago it was."""
    for back in range(89, 0, -1):
        told = minute(back)
        came = told.arrivals_per_second * 60
        incoming = {"IncomingRecords": came, "IncomingBytes": came * 300}
        account.put("AWS/Kinesis", {"StreamName": "clicks"}, back, incoming)
        application = {"Application": "counter"}
        behind = {**application, "Flow": "Input", "Id": "clicks"}
        values = {
            "numRecordsInPerSecond": told.records_per_second, "cpuUtilization": told.cpu_percent,
            "uptime": told.uptime_seconds * 1000, "downtime": told.downtime_seconds * 1000,
            "heapMemoryUtilization": told.heap_percent, "fullRestarts": told.restarts,
            "oldGenerationGCTime": (told.collected_seconds or 0.0) * 1000,
            "lastCheckpointSize": 1e8, "lastCheckpointDuration": 2000,
            "numberOfFailedCheckpoints": 0,
        }  # fmt: skip
        known = {name: value for name, value in values.items() if value is not None}
        account.put("AWS/KinesisAnalytics", application, back, known)
        if told.behind_seconds is not None:
            age = {"millisBehindLatest": told.behind_seconds * 1000}
            account.put("AWS/KinesisAnalytics", behind, back, age)


def restarted(back: int, ago: int, before: JobMinute, after: JobMinute) -> JobMinute:
    """``before`` an update of so many minutes ago, down for some minutes, and ``after`` it."""
    if back > ago:
        return before
    if back > ago - RESTART_MINUTES:
        return replace(DOWN, arrivals_per_second=after.arrivals_per_second)
    return replace(after, uptime_seconds=60.0 * (ago - RESTART_MINUTES - back) + 30)


def full(back: int, kpus: int = 8) -> JobMinute:
    """The heap is full, and half of the time goes into emptying it."""
    return JobMinute(heap_percent=97, collected_seconds=30.0 * kpus * (90 - back))


@pytest.mark.sampled(2)
@pytest.mark.parametrize("ago", [10, 30, 80])
def test_a_heap_that_is_as_full_after_a_raise_gets_no_more_kpus(account: Account, ago: int) -> None:
    application = Application(account, 8)
    at = raised(account, PARALLELISM, 4, 8, ago)
    tell(account, lambda back: restarted(back, ago, full(back), full(back)))
    told = account.swept(FILE)["pipelines"][0]
    assert [each["cause"] for each in told["diagnoses"]] == ["heap-pressure"]
    assert application.asked == []
    words = (
        f"the increase from 4 to 8 KPUs at {at} did not help: the heap was 97% full before and 97% "
        "full after the increase"
    )
    assert any(words in each for each in told["held_back"])


def test_nor_when_the_windows_no_longer_tell_of_before_the_raise(account: Account) -> None:
    application = Application(account, 8)
    raised(account, PARALLELISM, 4, 8, 88)
    tell(account, full)
    told = account.swept(FILE)["pipelines"][0]
    assert application.asked == []
    assert any("from 4 to 8" in each and "is allowed at" in each for each in told["held_back"])


def test_nor_while_a_raise_has_not_shown_in_a_job_that_runs_out_of_memory(
    account: Account,
) -> None:
    application = Application(account, 8)
    raised(account, PARALLELISM, 4, 8, 4)
    tell(
        account,
        lambda back: restarted(
            back, 4, full(back), replace(full(back), restarts=max(0.0, 3.0 - back))
        ),
    )
    told = account.swept(FILE)["pipelines"][0]
    assert application.asked == []
    assert any("KPUs" in each for each in told["held_back"])


def test_a_heap_that_a_raise_emptied_and_that_has_filled_since_gets_more(account: Account) -> None:
    application = Application(account, 8)
    raised(account, PARALLELISM, 4, 8, 60)

    def growing(back: int) -> JobMinute:
        return replace(full(back), heap_percent=min(97.0, 50 + (58 - back)))

    tell(account, lambda back: restarted(back, 60, full(back), growing(back)))
    account.sweep(FILE)
    assert application.asked == [(16, 1)]


def test_a_raise_for_records_beside_a_cool_heap_is_none_for_the_heap(account: Account) -> None:
    application = Application(account, 8)
    raised(account, PARALLELISM, 4, 8, 30)
    tell(
        account,
        lambda back: restarted(back, 30, replace(full(back), heap_percent=40), full(back)),
    )
    account.sweep(FILE)
    assert application.asked == [(16, 1)]


def slow(back: int, slope: float, records: float = 1900) -> JobMinute:
    """Late by more than a quarter of an hour; the age grows by ``slope`` seconds a minute."""
    age = 1000 - slope * back
    return JobMinute(records * (1 + slope / 60), records, age, busy=None, cpu_percent=95)


@pytest.mark.parametrize("slope", [-2.0, -1.0, -0.2, 0.0, 2.0])
@pytest.mark.parametrize("ago", [15, 40])
def test_a_job_that_processes_no_more_after_a_raise_gets_no_more_subtasks(
    account: Account, ago: int, slope: float
) -> None:
    application = Application(account, 8)
    at = raised(account, PARALLELISM, 4, 8, ago)
    tell(account, lambda back: restarted(back, ago, slow(back, slope), slow(back, slope)))
    told = account.swept(FILE)["pipelines"][0]
    assert [each["cause"] for each in told["diagnoses"]] == ["parallelism-too-low"]
    # After half an hour in which the age did not fall it is taken back.
    assert application.asked == ([(4, 1)] if ago > 30 and slope >= 0 else [])
    words = (
        f"the increase of the parallelism of counter from 4 to 8 at {at} did not help: 1,900 "
        "records/s processed before and 1,900 after the increase"
    )
    assert application.asked or any(words in each for each in told["held_back"])


@pytest.mark.parametrize("ago", [10, 20])
def test_nor_for_a_load_that_has_grown_while_records_waited(account: Account, ago: int) -> None:
    application = Application(account, 8)
    raised(account, PARALLELISM, 4, 8, ago)
    tell(account, lambda back: restarted(back, ago, slow(back, -1), grown(back)))
    told = account.swept(FILE)["pipelines"][0]
    assert application.asked == []
    assert any("did not help" in each for each in told["held_back"])


def grown(back: int) -> JobMinute:
    """The same, for a tenth more."""
    return replace(slow(back, -1), arrivals_per_second=2100)


def well_for(minutes: int) -> Callable[[int], JobMinute]:
    """So long ago the job had caught up."""
    caught_up = replace(slow(0, 0), behind_seconds=5.0)
    return lambda back: caught_up if back > minutes else grown(back)


@pytest.mark.parametrize(
    ("after", "ago"),
    [(lambda back: slow(back, -1, 2100), 30), (well_for(15), 30), (well_for(5), 12)],
    ids=["it-helped", "the-load-has-grown", "and-at-once"],
)
def test_a_job_is_raised_again_after_a_raise_that_helped_or_for_a_load_that_has_grown(
    account: Account, after: Callable[[int], JobMinute], ago: int
) -> None:
    application = Application(account, 8)
    raised(account, PARALLELISM, 4, 8, ago)
    tell(account, lambda back: restarted(back, ago, slow(back, -1), after(back)))
    account.sweep(FILE)
    assert [parallelism > 8 for parallelism, _ in application.asked] == [True]


# ---- over hours, each minute judged and what is decided done


@dataclass
class Job:
    """A job of which each minute follows from what it is set to and how long it has been up."""

    minute: Callable[["Job"], JobMinute]
    parallelism: int = 4
    per_kpu: int = 1
    topic: bool = False
    up: int = 1000
    at: int = -90
    told: list[JobMinute] = field(default_factory=list)
    change_records: list[ChangeRecord] = field(default_factory=list)
    updates: list[tuple[int, int, int]] = field(default_factory=list)
    """In which minute, to which parallelism and parallelism per KPU."""

    @property
    def kpus(self) -> int:
        return -(-self.parallelism // self.per_kpu)

    @property
    def settings(self) -> list[tuple[int, int]]:
        return [update[1:] for update in self.updates]

    def play(self, minutes: int) -> "Job":
        while self.at < minutes:
            self.told.append(self._minute())
            self.at, self.up = self.at + 1, self.up + 1
            if self.at >= 0:
                self._sweep(NOON + timedelta(minutes=self.at))
        return self

    def _minute(self) -> JobMinute:
        told = self.minute(self)
        if self.up < 0:
            return replace(DOWN, arrivals_per_second=told.arrivals_per_second)
        # Collecting the old generation: for nearly a third of the time while the heap is full.
        before = (self.told[-1].collected_seconds or 0.0) if self.told else 0.0
        took = 18.0 * self.kpus if (told.heap_percent or 0) >= 85 else 0.0
        return replace(told, collected_seconds=before + took, uptime_seconds=self.up * 60 + 30)

    def _sweep(self, now: datetime) -> None:
        application = an_application(
            self.parallelism, parallelism_per_kpu=self.per_kpu, partitions=8 if self.topic else None,
            status="UPDATING" if self.up < 0 else "RUNNING",
            updated_at=self.change_records[-1].begun_at if self.change_records else None,
        )  # fmt: skip
        pipeline = a_flink_pipeline(application, topic=self.topic)
        windows = JobTold(pipeline, self.told[-90:]).windows(now)
        signals = Signals(
            pipeline, series_from(pipeline, windows, now), 60, thresholds=in_force({})
        )
        plan = decide(
            a_look(signals, diagnose(signals), FLINK_SPEC, History(tuple(self.change_records)), now)
        )
        is_back = any(map(is_take_back, plan.decisions))
        for action in plan.actions:
            if isinstance(action, UpdateApplication):
                self._update(action, now, TAKEN_BACK if is_back else "")

    def _update(self, action: UpdateApplication, now: datetime, mark: str) -> None:
        for lever, before, after in (
            (PARALLELISM, self.parallelism, action.to_parallelism),
            (PER_KPU, self.per_kpu, action.to_parallelism_per_kpu),
        ):
            if before != after:
                name = f"{lever}{now}{mark}"
                change_record = ChangeRecord(
                    name, "clicks", lever, UPDATE, before, after, "", now, Outcome.DONE
                )
                self.change_records.append(change_record)
        self.parallelism, self.per_kpu = action.to_parallelism, action.to_parallelism_per_kpu
        self.up = -RESTART_MINUTES
        self.updates.append((self.at, self.parallelism, self.per_kpu))


def always_full(_: Job) -> JobMinute:
    return JobMinute(heap_percent=97)


def leaking(job: Job) -> JobMinute:
    """A restart empties the heap, and ten minutes later it is full of what is never freed."""
    return JobMinute(heap_percent=min(97, 30 + 8 * job.up), lag_records=100)


@pytest.mark.parametrize("topic", [False, True], ids=["stream", "topic"])
@pytest.mark.parametrize("minute", [always_full, leaking])
def test_kpus_do_not_run_away_while_the_heap_stays_full(
    minute: Callable[[Job], JobMinute], topic: bool
) -> None:
    assert Job(minute, topic=topic).play(85).settings == [(8, 1)]


def test_over_five_hours_a_raise_that_did_not_help_is_tried_again_ever_later() -> None:
    updates = Job(always_full).play(300).updates
    assert [update[1:] for update in updates] == [(8, 1), (16, 1), (32, 1)]
    first, second, third = (update[0] for update in updates)
    assert (second - first >= 90, third - second >= 180) == (True, True)


@pytest.mark.parametrize(("parallelism", "per_kpu", "to"), [(8, 4, 2), (4, 2, 1), (6, 8, 4)])
def test_nor_by_fewer_subtasks_a_kpu_and_then_by_more_of_them(
    parallelism: int, per_kpu: int, to: int
) -> None:
    job = Job(always_full, parallelism, per_kpu).play(85)
    assert job.settings == [(parallelism, to)]


def test_state_that_grows_is_followed_by_kpus_as_long_as_they_empty_the_heap() -> None:
    job = Job(lambda it: JobMinute(heap_percent=min(100, 25 + (200 + it.at) / it.kpus)))
    job.parallelism, job.per_kpu = 4, 2
    assert job.play(270).settings == [(4, 1), (8, 1)]


@pytest.mark.parametrize("slope", [-2.0, -0.5, 1.0])
def test_subtasks_do_not_run_away_while_they_process_no_more(slope: float) -> None:
    raised, *back = Job(lambda it: slow(-it.at, slope)).play(85).settings
    assert raised > (4, 1)
    assert back == ([(4, 1)] if slope > 0 else [])


def test_for_a_topic_whose_load_has_grown_a_job_is_raised_within_minutes() -> None:
    """What comes in shows only in the lag of each of eight partitions. The first raise ended it."""

    def minute(job: Job) -> JobMinute:
        lag = 250_000.0 - 100 * job.at if job.parallelism == 4 else 0.0
        lag += 0.15 * 1900 * 60 / 8 * max(0, job.at - 40)
        return replace(slow(0, 0), lag_records=lag, behind_seconds=None)

    first, second = Job(minute, topic=True).play(85).updates
    assert first[0] < 5
    assert 40 < second[0] <= 45


def test_subtasks_are_added_until_they_process_what_comes_in() -> None:
    waiting = 60 * 1000.0

    def minute(job: Job) -> JobMinute:
        nonlocal waiting
        came, most = 1900.0, 0.0 if job.up < 0 else 300.0 * job.parallelism
        read = min(most, came + waiting / 60)
        waiting += (came - read) * 60
        busy = 1000 * read / max(most, 1)
        return JobMinute(came, read, waiting / 1900, busy=busy, busiest=busy, cpu_percent=busy / 12)

    assert Job(minute).play(120).parallelism * 300 > 1900
    assert waiting == 0
