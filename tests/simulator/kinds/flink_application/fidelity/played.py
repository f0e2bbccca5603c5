"""A case in the embedded world, and what Tidegate says of a job that shows itself like this."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.flink_builders import JobMinute, a_flink_pipeline, an_application, job_signals
from tests.simulator.kinds.flink_application.fidelity.cases import Case
from tests.simulator.kinds.flink_application.fidelity.seen import Seen, TaskSeen
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.simulator.kinds.flink_application.graph import task_names
from tidegate.simulator.kinds.kinesis_stream.data import StreamData
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.traffic import Traffic
from tidegate.simulator.world import START, World

__all__ = ["causes", "simulated"]

SECONDS, MINUTE = 600, 5
"""How long the world plays, and of which minute its metrics are read."""

MINUTES_JUDGED = 10


def simulated(case: Case) -> Seen:
    """The same job in the embedded world."""
    traffic = Traffic(points=((0, case.rate),), noise=0.0)
    scenario = replace(load_scenario("flink-steady"), faults=())
    world = World(scenario.put(case.job, traffic, StreamData("clicks", case.shards)), 1)
    world.advance(SECONDS)
    application = (("Application", case.job.name),)

    def told(name: str, dimensions: Any = application, statistic: str = "Average") -> float:
        moment = START + timedelta(minutes=MINUTE)
        return world.metric(("AWS/KinesisAnalytics", name, dimensions), statistic, moment) or 0.0

    def tasks() -> Iterator[TaskSeen]:
        for name in task_names(case.job, "clicks"):
            of = (*application, ("Task", name))
            yield TaskSeen(
                name,
                told("busyTimeMsPerSecond", of),
                told("busyTimeMsPerSecond", of, "Maximum"),
                told("backPressuredTimeMsPerSecond", of),
                told("idleTimeMsPerSecond", of),
            )

    behind = (*application, ("Flow", "Input"), ("Id", "clicks"))
    return Seen(
        tuple(tasks()),
        told("numRecordsInPerSecond"),
        told("cpuUtilization"),
        told("millisBehindLatest", tuple(sorted(behind)), "Maximum") / 1000,
    )


def causes(case: Case, seen: Seen) -> tuple[str, ...]:
    """What Tidegate says after ten minutes like this, the first cause in front."""
    application = an_application(
        case.job.parallelism,
        parallelism_per_kpu=case.job.parallelism_per_kpu,
        tasks=tuple(each.name for each in seen.tasks),
    )
    pipeline = a_flink_pipeline(application, shards=case.shards)
    growth = max(0.0, 1 - seen.records_per_second / case.rate) * 60
    minutes = (
        JobMinute(
            arrivals_per_second=case.rate,
            records_per_second=seen.records_per_second,
            behind_seconds=seen.behind_seconds + growth * minute,
            cpu_percent=seen.cpu_percent,
            hottest_cpu_percent=seen.cpu_percent,
            tasks={each.name: (each.busy, each.busiest, each.held_back) for each in seen.tasks},
        )
        for minute in range(MINUTES_JUDGED)
    )
    return tuple(each.cause.value for each in diagnose(job_signals(pipeline, *minutes)))
