"""How the tasks of a job spend a second: as Flink tells of it."""

from typing import Any

import pytest

from tests.simulator.kinds.flink_application.flink_worlds import (
    APPLICATION,
    metric,
    records_per_second,
    world,
)
from tidegate.simulator.kinds.flink_application.data import ApplicationData
from tidegate.simulator.kinds.flink_application.graph import (
    Flow,
    TaskLoad,
    load_of,
    operators_rate,
    slowest,
    task_names,
)

SOURCE, KEYED, SINK = "Source:_clicks", "Process", "Sink:_out"


def data(**fields: Any) -> ApplicationData:
    return ApplicationData("counter", **fields)


def of(task: str, told: Any, name: str = "busyTimeMsPerSecond", statistic: str = "Average") -> Any:
    return metric(told, name, statistic, dimensions=(*APPLICATION, ("Task", task)))


def test_tasks_are_named_as_flink_names_them() -> None:
    assert task_names(data(), "clicks") == ("Source:_clicks_->_Process_->_Sink:_out",)
    assert task_names(data(tasks=2), "clicks") == (SOURCE, "Process_->_Sink:_out")
    assert task_names(data(tasks=3), "clicks") == (SOURCE, KEYED, SINK)


@pytest.mark.parametrize(
    ("fields", "busy", "held_back"),
    [
        ({"rate": 1000}, (50, 500, 50), (0, 0, 0)),
        ({"rate": 6000}, (100, 1000, 100), (900, 0, 0)),
        ({"rate": 6000, "sink_records_per_second": 600}, (30, 300, 1000), (970, 700, 0)),
        ({"rate": 6000, "skew": 0.5}, (50, 500, 50), (950, 0, 0)),
    ],
    ids=["idle half of the time", "operators too slow", "sink too slow", "a hot key"],
)
def test_a_task_is_back_pressured_by_those_after_it_alone(
    fields: dict[str, Any], busy: tuple[float, ...], held_back: tuple[float, ...]
) -> None:
    """Flink, "Monitoring back pressure": the first task that is not back-pressured is slow."""
    told = world(seconds=600, shards=8, tasks=3, **fields)
    names = (SOURCE, KEYED, SINK)
    assert [of(each, told) for each in names] == pytest.approx(busy, abs=10)
    back = [of(each, told, "backPressuredTimeMsPerSecond") for each in names]
    assert back == pytest.approx(held_back, abs=10)
    idle = [of(each, told, "idleTimeMsPerSecond") for each in names]
    sums = [sum(each) for each in zip(busy, held_back, idle, strict=True)]
    assert sums == pytest.approx([1000] * 3, abs=20)


def test_a_chained_sink_is_part_of_the_task_that_waits_for_it() -> None:
    told = world(seconds=600, tasks=2, rate=4000, sink_records_per_second=600)
    assert of("Process_->_Sink:_out", told) == pytest.approx(1000)
    assert of(SOURCE, told, "backPressuredTimeMsPerSecond") == pytest.approx(970, abs=10)
    assert (metric(told, "cpuUtilization") or 100) < 40


def test_what_waits_for_io_is_busy_and_uses_little_cpu() -> None:
    waits, works = (world(seconds=600, tasks=3, rate=6000, io_share=each) for each in (0.7, 0.0))
    assert of(KEYED, waits) == of(KEYED, works) == pytest.approx(1000)
    assert (metric(waits, "cpuUtilization") or 100) < 50
    assert (metric(works, "cpuUtilization") or 0) > 75


@pytest.mark.parametrize(
    ("parallelism", "expected"),
    [(4, 2000), (43, 21_333), (64, 32_000), (75, 32_000), (128, 64_000)],
)
def test_behind_a_key_by_each_subtask_has_whole_key_groups(
    parallelism: int, expected: float
) -> None:
    """Of 128 two for each of 64 subtasks, and for most of 75 (Flink, KeyGroupRangeAssignment)."""
    assert operators_rate(data(tasks=3), 500, parallelism) == pytest.approx(expected, rel=0.001)
    assert operators_rate(data(tasks=3, is_keyed=False), 500, parallelism) == 500 * parallelism


def test_a_subtask_with_two_shards_is_busier_than_those_with_one() -> None:
    told = world(
        seconds=600, tasks=3, rate=1440, shards=6, parallelism=5, source_share=2,
        records_per_second_per_subtask=1000,
    )  # fmt: skip
    assert of(SOURCE, told, statistic="Maximum") == pytest.approx(960, abs=80)
    assert of(SOURCE, told) == pytest.approx(960 * 0.6, abs=40)
    late = world(
        seconds=600, tasks=3, rate=1800, shards=6, parallelism=5, source_share=2,
        records_per_second_per_subtask=1000,
    )  # fmt: skip
    assert of(SOURCE, late, statistic="Maximum") == pytest.approx(1000)
    assert records_per_second(late, 60) == pytest.approx(300 * 4 + 500, rel=0.05)


@pytest.mark.parametrize(
    "fields",
    [{}, {"parallelism": 8, "sink_records_per_second": 600}],
    ids=["slow operators", "slow sink"],
)
def test_a_subtask_without_a_shard_is_idle_while_the_others_are_held_back(
    fields: dict[str, Any],
) -> None:
    """As a real Flink shows: docs/flink-fidelity.md."""
    slow = {"tasks": 3, "rate": 1900, "shards": 2, "records_per_second_per_subtask": 250}
    told = world(seconds=600, **slow, **fields)
    idle = 1000 - 2 / fields.get("parallelism", 4) * 1000
    assert of(SOURCE, told, "idleTimeMsPerSecond") == pytest.approx(idle, abs=10)
    held_back = of(SOURCE, told, "backPressuredTimeMsPerSecond")
    assert held_back == pytest.approx(1000 - idle - of(SOURCE, told), abs=10)


def test_a_chain_without_a_shard_does_not_wait_for_the_sink() -> None:
    chain = data(parallelism=4, is_keyed=False)
    (task,) = load_of(chain, Flow([100, 100], 500, 4, "sink")).tasks
    assert (task.busy, task.busiest, task.held_back) == (0.5, 1, 0)


@pytest.mark.parametrize(
    ("rate", "busy", "held_back", "cpu"),
    [(1000, 100, 0, 24), (6000, 1000, 0, 42)],
    ids=["half of its requests under way", "at its limit"],
)
def test_what_asks_without_blocking_is_busy_only_while_it_computes_or_at_its_limit(
    rate: float, busy: float, held_back: float, cpu: float
) -> None:
    """As a real Flink shows: docs/flink-fidelity.md. It uses as much CPU as one that blocks."""
    asks, blocks = (
        world(seconds=600, tasks=3, rate=rate, shards=8, io_share=0.8, io_is_async=each)
        for each in (True, False)
    )
    assert of(KEYED, asks) == pytest.approx(busy, abs=10)
    assert of(KEYED, asks, "backPressuredTimeMsPerSecond") == held_back
    told = metric(asks, "cpuUtilization")
    assert told == metric(blocks, "cpuUtilization") == pytest.approx(cpu, abs=4)


def test_what_asks_without_blocking_is_held_back_by_its_sink_for_the_rest() -> None:
    job = data(tasks=3, io_share=0.8, io_is_async=True)
    _, operators, sink = load_of(job, Flow([500, 500], 500, 4, "sink")).tasks
    assert (operators.busy, operators.held_back) == pytest.approx((0.1, 0.9))
    assert sink.busy == 1


def test_the_slowest_part_bounds_the_flow() -> None:
    assert slowest(data(tasks=3), 500, 4) == (2000, "operators")
    assert slowest(data(tasks=3, sink_records_per_second=700), 500, 4) == (700, "sink")
    assert slowest(data(), 500, 4)[0] == float("inf")


def test_a_second_without_records_is_idle_unless_the_sink_is_waited_for() -> None:
    assert load_of(data(tasks=3), Flow([0], 500, 4)).tasks == (TaskLoad(),) * 3
    waits = load_of(data(tasks=3), Flow([], 500, 4, "sink"))
    assert [each.busy for each in waits.tasks] == [0, 0, 1]
    assert waits.held_back == 1
