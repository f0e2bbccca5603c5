"""What is decided of a job's parallelism for what its tasks show, through the whole decision."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, Samples, newest
from tests.flink_builders import (
    FLINK_SPEC,
    JobMinute,
    a_flink_pipeline,
    an_application,
    job_signals,
    with_applications,
)
from tests.looks import a_look
from tidegate.rules.cause import Cause, LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.config.specification import ApplicationSpec
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.plan.decide import decide

Times = tuple[float, float, float]

SOURCE, KEYED, SINK = "Source:_clicks", "Count", "Sink:_scores"
IDLE: Times = (150, 170, 0)
HELD: Times = (90, 110, 900)
SLOW: Times = (980, 1000, 0)
HOT: Times = (220, 1000, 0)


def late(
    times: dict[str, Times], cpu: float, application: FlinkApplication, *, shards: int = 8
) -> Signals:
    """2,000 records/s come for twelve minutes, and half as many are read."""
    application = replace(application, tasks=tuple(times))
    minute = JobMinute(
        arrivals_per_second=2000, cpu_percent=cpu, hottest_cpu_percent=cpu, tasks=times
    )
    minutes = [replace(minute, behind_seconds=20 + 30.0 * at) for at in range(12)]
    return job_signals(a_flink_pipeline(application, shards=shards), *minutes)


def decisions(seen: Signals, *changes: ChangeRecord) -> dict[str, Decision]:
    """Of the parallelism, by application."""
    names = ("counter", "second")
    spec = replace(FLINK_SPEC, applications=[ApplicationSpec(each) for each in names])
    plan = decide(a_look(seen, diagnose(seen), spec, History(changes), NOON))
    of = {Lever.of(LeverKind.PARALLELISM, each): each for each in names}
    return {of[each.lever]: each for each in plan.decisions if each.lever in of}


def raised_at(minutes_ago: float, before: int, after: int) -> ChangeRecord:
    at = NOON - timedelta(minutes=minutes_ago)
    lever = Lever.of(LeverKind.PARALLELISM, "counter")
    operation = "kinesisanalytics:UpdateApplication"
    return ChangeRecord("e", "clicks", lever, operation, before, after, "", at, Outcome.DONE)


@pytest.mark.parametrize(
    ("times", "cpu"),
    [
        ({SOURCE: HELD, KEYED: HELD, SINK: SLOW}, 15),
        ({"Source:_clicks_->_Sink:_scores": SLOW}, 20),
        ({SOURCE: HELD, KEYED: HOT, SINK: IDLE}, 40),
    ],
    ids=["its sink", "a chained sink", "a hot key"],
)
def test_a_job_that_more_subtasks_would_not_help_gets_none(
    times: dict[str, Times], cpu: float
) -> None:
    found = decisions(late(times, cpu, an_application(8)))["counter"]
    assert (found.wanted, found.allowed) == (8, 8)


def test_subtasks_that_wait_for_io_get_a_quarter_more_first() -> None:
    waits = {SOURCE: HELD, KEYED: SLOW, SINK: IDLE}
    assert decisions(late(waits, 12, an_application(8)))["counter"].allowed == 10
    works = decisions(late(waits, 95, an_application(8)))["counter"]
    assert works.allowed > 20


def test_they_get_what_the_load_needs_once_more_were_seen_to_help() -> None:
    seen = late({SOURCE: HELD, KEYED: SLOW, SINK: IDLE}, 12, an_application(10))
    seen = newest(seen, incoming_records=[120_000] * 90)
    helped = newest(seen, "counter", records_per_second=[800] * 40 + [1000] * 30)
    assert decisions(helped, raised_at(30, 8, 10))["counter"].allowed > 20
    in_vain = newest(seen, "counter", records_per_second=[1000] * 70)
    found = decisions(in_vain, raised_at(30, 8, 10))["counter"]
    assert found.allowed == 10
    assert "did not help: 1,000 records/s processed before" in str(found.held_by[0])


def test_six_shards_get_six_subtasks_and_no_more() -> None:
    seen = late({SOURCE: (600, 1000, 0), KEYED: IDLE}, 70, an_application(5), shards=6)
    assert decisions(seen)["counter"].allowed == 6


# ---- several readers


def two(minute: JobMinute, other: JobMinute) -> Signals:
    """The first application's newest twelve minutes, and those of the second."""
    first, second = an_application(4), an_application(6, name="second")
    one, two = (
        job_signals(a_flink_pipeline(first), *[
            replace(each, behind_seconds=(each.behind_seconds or 0.0) * (1 + at))
            for at in range(12)
        ])
        for each in (minute, other)
    )  # fmt: skip
    of = {"flink_application": {"counter": one.of(first), "second": two.of(first)}}
    pipeline = with_applications(one.pipeline, first, second)
    return replace(one, pipeline=pipeline, series=replace(one.series, of=of))


BUSY = JobMinute(arrivals_per_second=2000, busy=980, busiest=1000, cpu_percent=95)


def test_one_applications_backlog_restarts_no_other() -> None:
    """Both are busy, and only the first falls behind."""
    seen = two(replace(BUSY, behind_seconds=30), replace(BUSY, behind_seconds=0.1))
    causes = [(each.cause, each.where) for each in diagnose(seen)]
    assert causes == [(Cause.PARALLELISM_TOO_LOW, "counter")]
    found = decisions(seen)
    assert found["counter"].allowed > 4
    assert found["second"].wanted == 6
    other_way = decisions(two(replace(BUSY, behind_seconds=0.1), replace(BUSY, behind_seconds=30)))
    assert other_way["counter"].wanted == 4
    assert other_way["second"].allowed > 6


def test_each_is_sized_for_its_own_backlog() -> None:
    seen = two(replace(BUSY, behind_seconds=30), replace(BUSY, behind_seconds=6))
    backlogs: dict[str, Any] = {
        name: dict(each.because.numbers)["backlog_records"]
        for name, each in decisions(seen).items()
    }
    assert backlogs["counter"] > 3 * backlogs["second"] > 0


# ---- no age


@pytest.mark.parametrize(
    ("read", "cause"), [(2000.0, Cause.PARALLELISM_TOO_LOW), (2800.0, Cause.UNKNOWN)]
)
def test_a_job_that_publishes_no_age_is_judged_by_what_it_does_not_read(
    read: float, cause: Cause
) -> None:
    minute = JobMinute(
        arrivals_per_second=2800, records_per_second=read, behind_seconds=None, busy=990,
        busiest=1000, cpu_percent=96,
    )  # fmt: skip
    seen = job_signals(a_flink_pipeline(an_application(4)), *[minute] * 90)
    silent: Samples = [None] * 90
    seen = newest(seen, iterator_age_milliseconds=silent)
    assert diagnose(seen)[0].cause is cause
    assert (decisions(seen)["counter"].allowed > 4) is (cause is Cause.PARALLELISM_TOO_LOW)
