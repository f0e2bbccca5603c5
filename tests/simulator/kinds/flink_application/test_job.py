"""The job of a Managed Flink application: what Flink's and AWS's documents say of it."""

from contextlib import suppress
from math import ceil
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulator.kinds.flink_application.flink_worlds import (
    backlog,
    metric,
    records_per_second,
    scenario,
    world,
)
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.kinds.flink_application.operation import ApplicationUpdate
from tidegate.simulator.kinds.kinesis_stream.control import StreamControl
from tidegate.simulator.kinds.kinesis_stream.stream import StreamState
from tidegate.simulator.manners import Refusal
from tidegate.simulator.records import fair
from tidegate.simulator.scenario import Fault
from tidegate.simulator.world import World


def update(each: World, **wanted: Any) -> str:
    token = each.the(EmbeddedApplication).service.token
    return each.the(EmbeddedApplication).service.update(ApplicationUpdate(token=token, **wanted))


@pytest.mark.parametrize(
    ("parallelism", "fields", "expected"),
    [
        (1, {}, 500),
        (4, {}, 2000),
        (8, {}, 4000),
        (4, {"skew": 0.5}, 1000),
        (8, {"skew": 0.5}, 1000),
        (1, {"skew": 0.5}, 500),
        (4, {"sink_records_per_second": 700}, 700),
        (8, {"sink_records_per_second": 700}, 700),
        (4, {"is_keyed": False}, 2000),
        (32, {"is_keyed": False}, 4000),
    ],
    ids=str,
)
def test_the_work_of_a_job_is_that_of_its_subtasks_unless_something_holds_it_back(
    parallelism: int, fields: dict[str, Any], expected: float
) -> None:
    """True processing rate x parallelism; a hot key is one subtask's (AWS guide, "Data skew"), and
    a shard is read by one subtask (Flink, Kinesis connector)."""
    busy = world(rate=6000, shards=8, parallelism=parallelism, seconds=60, **fields)
    assert records_per_second(busy, 60) == pytest.approx(expected, rel=0.01)


def test_a_hot_shard_is_read_by_one_subtask_where_records_are_not_keyed() -> None:
    narrow = world(rate=1800, shards=2, parallelism=8, is_keyed=False, seconds=60)
    assert records_per_second(narrow, 60) == pytest.approx(1000, rel=0.01)
    StreamControl(narrow.the(StreamState)).update_shard_count(4)
    narrow.advance(180)
    assert records_per_second(narrow, 60) == pytest.approx(2000, rel=0.05)


@pytest.mark.parametrize(
    ("per_kpu", "vcpu", "expected"), [(1, 0.9, 2000), (2, 0.9, 1111), (4, 0.9, 556), (4, 0.2, 2000)]
)
def test_subtasks_of_one_kpu_share_its_cpu(per_kpu: int, vcpu: float, expected: float) -> None:
    """A KPU is one vCPU; a higher ParallelismPerKPU is for operators that wait (AWS guide,
    "Implement application scaling")."""
    busy = world(rate=6000, shards=8, parallelism_per_kpu=per_kpu, vcpu_per_subtask=vcpu)
    assert records_per_second(busy, 60) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize(
    ("fields", "busy", "busiest", "held_back"),
    [
        ({"rate": 1000}, 500, 500, 0),
        ({"rate": 4000}, 1000, 1000, 0),
        ({"rate": 4000, "sink_records_per_second": 600}, 1000, 1000, 0),
        ({"rate": 4000, "skew": 0.5}, 500, 1000, 0),
        ({"rate": 1900, "shards": 2, "is_keyed": False}, 500, 1000, 0),
    ],
    ids=["idle half the time", "too little", "sink", "hot key", "two shards of four subtasks"],
)
def test_busy_held_back_and_idle_time_make_up_the_second(
    fields: dict[str, Any], busy: float, busiest: float, held_back: float
) -> None:
    """busyTimeMsPerSecond is neither idle nor back-pressured time (AWS guide, metrics)."""
    watched = world(seconds=600, **fields)
    assert metric(watched, "busyTimeMsPerSecond") == pytest.approx(busy, abs=10)
    assert metric(watched, "busyTimeMsPerSecond", "Maximum") == pytest.approx(busiest, abs=10)
    assert metric(watched, "backPressuredTimeMsPerSecond") == pytest.approx(held_back, abs=10)
    names = ("busyTimeMsPerSecond", "backPressuredTimeMsPerSecond", "idleTimeMsPerSecond")
    assert sum(metric(watched, name) or 0 for name in names) == pytest.approx(1000)


def test_an_update_restarts_the_job_and_the_age_grows_by_the_time_it_is_down() -> None:
    """When scaling occurs, the application experiences downtime (AWS Big Data Blog, Enhanced
    monitoring and automatic scaling for Apache Flink)."""
    updated = world(restart_seconds=90, seconds=600)
    read = updated.figures().records_read
    update(updated, parallelism=8)
    updated.advance(60)
    assert updated.figures().records_read == read
    assert updated.series[-1].total("seconds_down") == 60
    updated.advance(240)
    figures = updated.figures()
    assert 90 <= figures.seconds_down <= 95
    assert figures.iterator_age_max_seconds == pytest.approx(figures.seconds_down, abs=2)
    assert backlog(updated) == 0
    assert updated.series[-1].total("parallelism") == 8


def test_the_larger_the_state_the_longer_the_restart() -> None:
    def seconds_down(megabytes: float, parallelism: int) -> int:
        updated = world(state_megabytes=megabytes, seconds=60)
        update(updated, parallelism=parallelism)
        updated.advance(600)
        return updated.figures().seconds_down

    assert seconds_down(10, 4) < seconds_down(10_000, 4)
    assert seconds_down(10_000, 16) < seconds_down(10_000, 4)


def test_an_update_goes_on_where_its_snapshot_ends_and_without_one_at_the_last_checkpoint() -> None:
    """Snapshots are taken when an application is updated or scaled (AWS guide, "Manage application
    backups using snapshots")."""

    def read_again(*, snapshots_enabled: bool) -> int:
        updated = world(snapshots_enabled=snapshots_enabled, seconds=119)
        update(updated, parallelism=8)
        updated.advance(180)
        return updated.figures().records_read_again

    assert read_again(snapshots_enabled=True) == 0
    assert read_again(snapshots_enabled=False) == pytest.approx(59 * 1000, abs=2000)


def test_after_a_failure_everything_since_the_last_checkpoint_is_read_again() -> None:
    """Flink restarts from the latest checkpoint: nothing is lost, some of it comes twice."""
    failing = World(scenario(faults=(Fault(300, "crash", {}),)), 1)
    failing.advance(600)
    figures = failing.figures()
    assert 0 < figures.records_read_again <= 62 * 1000
    assert figures.records_written == figures.records_read
    assert metric(failing, "fullRestarts", "Maximum") == 1


def test_a_job_that_fails_before_its_first_checkpoint_never_gets_on() -> None:
    """A crash loop: fullRestarts climbs, uptime never does, and no parallelism helps."""
    looping = world(fails_after_seconds=40, parallelism=32, kpu_quota=64, seconds=1200)
    read = []
    for _ in range(60):
        looping.advance(1)
        read.append(looping.figures().records_read)
    assert min(read) == 0
    assert (metric(looping, "fullRestarts", "Maximum") or 0) >= 15
    assert (metric(looping, "uptime", "Maximum") or 0) <= 40_000
    assert looping.figures().iterator_age_max_seconds > 1100


def test_a_checkpoint_takes_longer_with_a_large_state_and_when_held_back() -> None:
    """Increasing durations tell of back-pressure, increasing sizes of growing state (AWS Big Data
    Blog, Enhanced monitoring and automatic scaling for Apache Flink)."""

    def duration(**fields: Any) -> float:
        return metric(world(seconds=900, **fields), "lastCheckpointDuration", "Maximum") or 0.0

    assert duration() < duration(state_megabytes=5000)
    assert duration() < duration(sink_records_per_second=500)
    growing = world(seconds=900, state_bytes_per_record=1000)
    sizes = [metric(growing, "lastCheckpointSize", "Maximum", minute) or 0 for minute in (3, 6, 10)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2]


def test_a_checkpoint_that_times_out_counts_as_failed_and_leaves_the_last_one_standing() -> None:
    slow = Fault(300, "application", {"checkpoint_megabytes_per_second": 0.001})
    failing = World(scenario(checkpoint_timeout_seconds=120, faults=(slow,)), 1)
    failing.advance(1200)
    failed = [metric(failing, "numberOfFailedCheckpoints", "Maximum", at) for at in (4, 10, 16)]
    durations = {metric(failing, "lastCheckpointDuration", "Maximum", at) for at in (8, 16)}
    assert failed[0] == 0
    assert (failed[1] or 0) < (failed[2] or 0)
    assert len(durations) == 1


def test_a_full_heap_eats_the_time_and_then_the_job_and_more_kpus_relieve_it() -> None:
    """Unbounded state growth ends in out-of-memory errors (AWS guide, "Unbounded state growth")."""
    fields: dict[str, Any] = {"heap_state_share": 1.0, "parallelism": 2, "rate": 800}
    tight, full = (world(state_megabytes=size, seconds=600, **fields) for size in (4200, 6000))
    assert (metric(tight, "heapMemoryUtilization") or 0) > 85
    assert (metric(tight, "oldGenerationGCTime", "Maximum") or 0) > 30_000
    assert (metric(tight, "busyTimeMsPerSecond") or 0) > 900
    assert (metric(full, "fullRestarts", "Maximum") or 0) > 2
    update(full, parallelism=4)
    full.advance(1200)
    assert (metric(full, "heapMemoryUtilization") or 0) < 85
    assert backlog(full) == 0


def test_records_as_old_as_the_retention_are_lost_while_the_job_is_down() -> None:
    down = world(rate=10, fails_after_seconds=40)
    down.the(StreamState).retention_hours = 1
    down.advance(3 * 3600)
    figures = down.figures()
    assert figures.records_lost > 0
    read_or_there = figures.records_read + figures.records_lost + backlog(down)
    assert figures.records_written == read_or_there


UPDATES = {
    "more": {"parallelism": 8},
    "fewer": {"parallelism": 1},
    "denser": {"parallelism_per_kpu": 2},
}
FAULTS = {
    "crash": Fault(0, "crash", {}),
    "loop": Fault(0, "application", {"fails_after_seconds": 30}),
    "mend": Fault(0, "application", {"fails_after_seconds": None}),
    "slow sink": Fault(0, "application", {"sink_records_per_second": 123.4}),
}
SHARES = {"widen": 2.0, "narrow": 0.5}


@settings(max_examples=40, deadline=None)
@given(
    rate=st.integers(0, 3000),
    seed=st.integers(0, 99),
    snapshots_enabled=st.booleans(),
    is_keyed=st.booleans(),
    skew=st.sampled_from([0.0, 0.4]),
    changes=st.lists(st.sampled_from([*UPDATES, *FAULTS, *SHARES]), max_size=6),
)
def test_no_record_appears_or_vanishes_whatever_befalls_the_job(
    rate: int, seed: int, snapshots_enabled: bool, is_keyed: bool, skew: float, changes: list[str]
) -> None:
    fields: dict[str, Any] = {
        "snapshots_enabled": snapshots_enabled,
        "is_keyed": is_keyed,
        "skew": skew,
    }
    each = World(scenario(rate=rate, **fields), seed)
    for change in changes:
        each.advance(77)
        befall(each, change)
    each.advance(100)
    figures = each.figures()
    assert figures.records_written == figures.records_read + backlog(each)
    assert figures.records_lost == 0


def befall(each: World, change: str) -> None:
    with suppress(Refusal):
        if change in UPDATES:
            update(each, **UPDATES[change])
        elif change in SHARES:
            StreamControl(each.the(StreamState)).update_shard_count(
                ceil(each.the(StreamState).open_count * SHARES[change])
            )
        else:
            assert each.the(EmbeddedApplication).strike(FAULTS[change])


@given(wanted=st.lists(st.integers(0, 50), max_size=8), budget=st.integers(0, 300))
def test_a_budget_is_shared_out_to_the_end_and_evenly(wanted: list[int], budget: int) -> None:
    given = fair(wanted, budget)
    assert sum(given) == min(budget, sum(wanted))
    assert all(got <= want for got, want in zip(given, wanted, strict=True))
    unsated = [got for got, want in zip(given, wanted, strict=True) if got < want]
    assert not unsated or max(given) - min(unsated) <= 1
