"""Flink applications: learnt, sized, bounded, and changed as rarely as can be."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, a_table
from tests.flink_builders import (
    DOWN,
    FLINK_SPEC,
    JobMinute,
    a_flink_pipeline,
    an_application,
    job_signals,
)
from tests.looks import a_look
from tidegate.rules.cause import Cause, LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import (
    ApplicationSpec,
    LeverSpec,
    Objective,
    PipelineSpec,
)
from tidegate.scaling.kinds.dynamodb_table.actions import UpdateTableThroughput
from tidegate.scaling.kinds.flink_application.actions import UpdateApplication
from tidegate.scaling.kinds.flink_application.levers import (
    application_constraints,
    scale_in_constraints,
)
from tidegate.scaling.kinds.flink_application.price import kpus_monthly_usd
from tidegate.scaling.kinds.flink_application.recommendations import application_recommendations
from tidegate.scaling.kinds.flink_application.service_autoscaling import conflicts
from tidegate.scaling.kinds.flink_application.sizing import arrivals, learn_job
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.look import Look, Situation
from tidegate.scaling.model.plan import Constraint, Decision
from tidegate.scaling.model.reason import ReasonKind
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation
from tidegate.scaling.plan.decide import decide

PARALLELISM = Lever.of(LeverKind.PARALLELISM, "counter")
PER_KPU = Lever.of(LeverKind.PARALLELISM_PER_KPU, "counter")
FULL = JobMinute(arrivals_per_second=2000, busy=980, busiest=1000, cpu_percent=95)
NOTHING = History(())


def change_record(
    minutes_ago: float,
    before: int,
    after: int,
    outcome: Outcome = Outcome.DONE,
    lever: Lever = PARALLELISM,
) -> ChangeRecord:
    begun = NOON - timedelta(minutes=minutes_ago)
    operation = "kinesisanalytics:UpdateApplication"
    return ChangeRecord(
        f"e{minutes_ago}", "clicks", lever, operation, before, after, "", begun, outcome
    )


def growing(minute: JobMinute, count: int = 12, *, each: float = 30.0) -> list[JobMinute]:
    return [replace(minute, behind_seconds=20 + each * at) for at in range(count)]


def parallelism(
    signals: Signals, spec: PipelineSpec = FLINK_SPEC, history: History = NOTHING
) -> Decision:
    plan = decide(a_look(signals, diagnose(signals), spec, history, NOON))
    (found,) = [each for each in plan.decisions if each.lever == PARALLELISM]
    return found


@pytest.mark.parametrize(
    "minute",
    [
        JobMinute(records_per_second=1000, busy=500),
        JobMinute(records_per_second=1000, busy=None, busiest=None, cpu_percent=50),
        JobMinute(records_per_second=3000, arrivals_per_second=1000, busy=500),
    ],
    ids=["by busy time", "by cpu", "counted by three operators"],
)
def test_a_subtask_does_so_many_records_of_the_source_a_busy_second(minute: JobMinute) -> None:
    signals = job_signals(a_flink_pipeline(an_application(2)), *[minute] * 90)
    model = learn_job(signals, an_application(2))
    assert model is not None
    assert model.records_per_busy_second == pytest.approx(1000)


def test_only_minutes_since_the_job_was_started_count() -> None:
    before = [JobMinute(arrivals_per_second=200, records_per_second=200, busy=900)] * 70
    after = [
        JobMinute(records_per_second=1000, busy=500, uptime_seconds=60.0 * at) for at in range(12)
    ]
    signals = job_signals(a_flink_pipeline(an_application(2)), *before, *after)
    model = learn_job(signals, an_application(2))
    assert model is not None
    assert model.records_per_busy_second == pytest.approx(1000)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ([JobMinute(checkpoint_seconds=10, checkpoint_megabytes=1000)], 60 + 20 + 10),
        ([*[DOWN] * 4, *[JobMinute(uptime_seconds=60.0 * at) for at in range(5)]], 240),
        ([replace(DOWN, downtime_seconds=300), JobMinute(uptime_seconds=30)], 300),
    ],
    ids=["expected of its state", "seen as silence", "told as downtime"],
)
def test_a_restart_takes_as_long_as_the_last_or_as_its_state_lets_expect(
    minutes: list[JobMinute], expected: float
) -> None:
    signals = job_signals(a_flink_pipeline(an_application(2)), *minutes)
    model = learn_job(signals, an_application(2))
    assert model is not None
    assert model.restart_seconds == expected


def test_what_comes_into_a_topic_is_what_is_read_and_what_joins_the_lag() -> None:
    minutes = [
        JobMinute(behind_seconds=None, lag_records=600.0 * at, records_per_second=1000)
        for at in range(5)
    ]
    application = an_application(2, partitions=4)
    signals = job_signals(a_flink_pipeline(application, topic=True), *minutes)
    (reader,) = applications_of(signals.pipeline)
    assert arrivals(signals, reader).samples[-3:] == (62_400.0,) * 3


def test_one_change_covers_load_backlog_and_the_restart_itself() -> None:
    found = parallelism(job_signals(a_flink_pipeline(an_application(2)), *growing(FULL)))
    # 2,000 records/s, 510 a subtask; a restart of 65 s; 440 s behind by when it is judged.
    assert found.changes
    rate = 1000 / (0.98 * 2)
    backlog = 2000 * (20 + 30 * 11 + 0.5 * 180 + 65)
    assert found.allowed == pytest.approx((2000 + backlog / 300) / (rate * 0.95), abs=1)
    assert "a restart of about 65 s" in str(found.because)
    assert found.usd_per_month == pytest.approx(kpus_monthly_usd(found.allowed - 2))


def test_a_load_that_still_grows_is_met_where_it_will_be() -> None:
    steady = growing(replace(FULL, arrivals_per_second=1200), 6, each=5)
    ramp = [replace(each, arrivals_per_second=700 + 100.0 * at) for at, each in enumerate(steady)]
    now, ahead = (
        parallelism(job_signals(a_flink_pipeline(an_application(2)), *minutes)).allowed
        for minutes in (steady, ramp)
    )
    assert ahead > now


@given(st.floats(100, 5000), st.floats(100, 5000))
def test_never_less_for_a_larger_load(one: float, other: float) -> None:
    less, more = sorted((one, other))
    asked = [
        parallelism(
            job_signals(
                a_flink_pipeline(an_application(2)),
                *growing(replace(FULL, arrivals_per_second=load)),
            )
        ).wanted
        for load in (less, more)
    ]
    assert asked[0] <= asked[1]


@pytest.mark.parametrize(
    "application",
    [
        an_application(2, status="UPDATING"),
        an_application(2, status="AUTOSCALING"),
        an_application(2, status="MAINTENANCE"),
        an_application(2, status="READY"),
        an_application(2, status="ROLLED_BACK"),
        an_application(2, status="a status of the future"),
        an_application(2, autoscaling_enabled=True),
        an_application(2, updated_at=NOON - timedelta(minutes=2)),
    ],
    ids=lambda each: f"{each.status}-{each.autoscaling_enabled}-{each.updated_at is not None}",
)
def test_nothing_is_changed_when_it_must_not_be(application: FlinkApplication) -> None:
    signals = job_signals(a_flink_pipeline(application), *growing(FULL))
    assert not parallelism(signals).changes


def test_a_job_that_has_just_begun_is_not_restarted_again() -> None:
    young = [replace(each, uptime_seconds=60.0) for each in growing(FULL)]
    assert not parallelism(job_signals(a_flink_pipeline(an_application(2)), *young)).changes


def test_the_quota_of_kpus_holds_and_says_so() -> None:
    pipeline = a_flink_pipeline(an_application(2, kpus_max=4))
    found = parallelism(job_signals(pipeline, *growing(FULL)))
    assert found.allowed == 4
    assert tuple(map(str, found.held_by)) == (
        "the quota of counter is 4 KPUs, which allow a parallelism of 4",
    )


FULL_HEAP = [JobMinute(heap_percent=92, collected_seconds=30.0 * at) for at in range(6)]


def test_a_full_heap_gets_twice_the_kpus_in_one_call() -> None:
    dense = an_application(8, parallelism_per_kpu=4)
    signals = job_signals(a_flink_pipeline(dense), *FULL_HEAP)
    plan = decide(a_look(signals, diagnose(signals), FLINK_SPEC, NOTHING, NOON))
    assert plan.actions == (UpdateApplication("counter", "token-1", 8, 4, 8, 2),)
    thin = job_signals(a_flink_pipeline(an_application(4)), *FULL_HEAP)
    plan = decide(a_look(thin, diagnose(thin), FLINK_SPEC, NOTHING, NOON))
    assert plan.actions == (UpdateApplication("counter", "token-1", 4, 1, 8, 1),)


def test_the_services_autoscaling_ends_with_the_change_where_the_file_says_so() -> None:
    spec = replace(FLINK_SPEC, applications=[ApplicationSpec("counter", service_autoscaling="off")])
    signals = job_signals(
        a_flink_pipeline(an_application(2, autoscaling_enabled=True)), *growing(FULL)
    )
    (action,) = decide(a_look(signals, diagnose(signals), spec, NOTHING, NOON)).actions
    assert isinstance(action, UpdateApplication)
    assert action.ends_autoscaling
    applications = applications_of(signals.pipeline)
    assert list(conflicts(applications, in_file(spec))) == []
    (told,) = conflicts(applications, in_file(FLINK_SPEC))
    assert "automatic scaling is on" in told


QUIET = JobMinute(
    arrivals_per_second=400, records_per_second=400, busy=200, busiest=200, cpu_percent=22,
    heap_percent=20,
)  # fmt: skip


def test_an_hour_with_little_to_do_frees_kpus_at_the_price_of_a_restart() -> None:
    found = parallelism(job_signals(a_flink_pipeline(an_application(8)), *[QUIET] * 90))
    assert found.allowed == 2  # By the busiest subtask; 100 MB of state need one KPU.
    assert found.usd_per_month < 0
    assert "its restarts cost about" in str(found.because)


@pytest.mark.parametrize(
    ("application", "minutes", "history"),
    [
        (an_application(8), [*[QUIET] * 60, *[FULL] * 20], NOTHING),
        (an_application(8), [*[QUIET] * 70, *[DOWN] * 10, *[QUIET] * 10], NOTHING),
        (an_application(8), [QUIET] * 90, History((change_record(50, 4, 8),))),
        (an_application(8, parallelism_per_kpu=8), [QUIET] * 90, NOTHING),
        (an_application(4), [replace(QUIET, busy=700)] * 90, NOTHING),
        (an_application(8), [replace(QUIET, behind_seconds=50)] * 90, NOTHING),
        (
            an_application(8),
            [replace(QUIET, heap_percent=65, checkpoint_megabytes=20_000)] * 90,
            NOTHING,
        ),
    ],
    ids=["a busy hour", "gaps", "changed lately", "no KPU is freed", "used", "late", "heap"],
)
def test_a_scale_in_needs_a_reason_that_is_worth_a_restart(
    application: FlinkApplication, minutes: list[JobMinute], history: History
) -> None:
    signals = job_signals(a_flink_pipeline(application), *minutes)
    assert parallelism(signals, history=history).wanted == application.parallelism


def test_a_day_has_one_scale_in_that_misses_the_objective() -> None:
    recommendation = Recommendation(
        PARALLELISM, 8, 4, Reason.of("scale-in", "less is enough"), price_seconds=3
    )
    once = History((change_record(120, 8, 4), change_record(60, 4, 8)))
    raised = History((change_record(60, 4, 8),))
    (held,) = scale_in_constraints(recommendation, once, NOON)
    assert held.reason is not None
    assert "the next one is allowed at 06 January 10:00" in str(held.reason)
    for allowed in (NOTHING, raised):
        assert list(scale_in_constraints(recommendation, allowed, NOON)) == []
    free = replace(recommendation, price_seconds=0.0)
    assert list(scale_in_constraints(free, once, NOON)) == []
    assert list(scale_in_constraints(recommendation, once, NOON + timedelta(days=1))) == []
    assert list(scale_in_constraints(replace(recommendation, wanted=16), once, NOON)) == []


def limits(application: FlinkApplication, history: History) -> Iterator[Constraint]:
    signals = job_signals(a_flink_pipeline(application))
    recommendation = Recommendation(PARALLELISM, 2, 2, UNCHANGED)
    return application_constraints(application, recommendation, Situation(signals, history, NOON))


@pytest.mark.parametrize(
    ("tries", "minutes", "held"), [(1, 9, True), (1, 11, False), (2, 19, True), (2, 21, False)]
)
def test_an_update_that_failed_waits_longer_each_time(tries: int, minutes: int, held: bool) -> None:
    application = an_application(2, failure="no such class")
    history = History(
        tuple(change_record(minutes + 60 * at, 2, 8) for at in reversed(range(tries)))
    )
    bounds = [
        each for each in limits(application, history) if each.reason.kind is ReasonKind.ROLLED_BACK
    ]
    assert bool(bounds) == held
    assert all("no such class" in str(each.reason) for each in bounds)


def test_what_was_read_of_a_stranger_is_no_failure_of_ours() -> None:
    application = an_application(2, failure="an old failure of someone else's")
    bounds = limits(application, NOTHING)
    assert not [each for each in bounds if each.reason.kind is ReasonKind.ROLLED_BACK]


def test_levers_without_an_owner_are_advised_only() -> None:
    spec = PipelineSpec("clicks", "racers", applications=[ApplicationSpec("counter")])
    found = parallelism(job_signals(a_flink_pipeline(an_application(2)), *growing(FULL)), spec)
    assert not found.changes
    assert found.wanted > 2
    assert found.held_by[0].kind is ReasonKind.NO_OWNER


def test_a_longer_catch_up_needs_less() -> None:
    signals = job_signals(a_flink_pipeline(an_application(2)), *growing(FULL))
    soon, later = (replace(FLINK_SPEC, objective=Objective(60, seconds)) for seconds in (120, 1200))
    assert parallelism(signals, soon).wanted > parallelism(signals, later).wanted


def test_a_wish_is_told_for_both_levers_of_each_application() -> None:
    signals = job_signals(a_flink_pipeline(an_application(2)))
    look = Look(signals, diagnose(signals), in_file(FLINK_SPEC), NOTHING, NOON)
    recommendations = application_recommendations(look)
    assert [(each.lever, each.current, each.wanted) for each in recommendations] == [
        (PER_KPU, 1, 1), (PARALLELISM, 2, 2),
    ]  # fmt: skip


def test_a_sink_that_throttles_is_raised_and_explains_the_back_pressure() -> None:
    table = a_table(1000)
    pipeline = a_flink_pipeline(an_application(4, writes=(table,)))
    minute = JobMinute(
        arrivals_per_second=2000, records_per_second=1000, busy=250, back_pressured=700,
        units_per_record=2.0, table_throttles=6000,
    )  # fmt: skip
    spec = replace(
        FLINK_SPEC,
        applications=[ApplicationSpec("counter", tables=["scores"])],
        levers=replace(FLINK_SPEC.levers, write_capacity=LeverSpec(max=40_000, owner="tidegate")),
    )
    signals = job_signals(pipeline, *growing(minute))
    diagnoses = diagnose(signals)
    assert [each.cause for each in diagnoses] == [Cause.TABLE_THROTTLED]
    (action,) = decide(a_look(signals, diagnoses, spec, NOTHING, NOON)).actions
    assert isinstance(action, UpdateTableThroughput)
    # 2,000 records/s of 2 units each at 70 %, and the backlog besides.
    assert action.targets[0].to_write_units > 2000 * 2 / 0.7
