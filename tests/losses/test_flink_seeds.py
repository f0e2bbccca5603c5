"""Flink jobs of every kind, each by many seeds: the right cause comes first, and what is done makes no
job later than one restart does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import pytest

from tests.losses.test_flink import in_world, operations
from tests.losses.test_flink_graphs import a_job, first_illness, left_alone
from tidegate.rules.cause import Cause
from tidegate.scaling.model.health import Health
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.kinds.flink_application.data import ApplicationData
from tidegate.simulator.kinds.flink_application.operation import UPDATE, Operation
from tidegate.simulator.kinds.foreign.reader import ForeignReaderData
from tidegate.simulator.kinds.kinesis_stream.data import StreamData, TopicData
from tidegate.simulator.kinds.lambda_mapping.data import FunctionData, MappingData
from tidegate.simulator.scenario import Fault, Scenario
from tidegate.simulator.traffic import Points, Traffic
from tidegate.simulator.world import World

MINUTE, DAY = 60, 86_400
SHORT_MINUTES = 35
"""What a world takes that the suite plays."""

CHANGE_AT = 10 * MINUTE
RESTARTED = 30
"""Minutes until a second update is over, after one that failed."""

WELL = None
"""In place of a cause: every sweep finds the job healthy."""

TOO_LOW, SKEWED, SINK = Cause.PARALLELISM_TOO_LOW, Cause.SKEWED_KEY, Cause.SINK_BACK_PRESSURE


def step(low: float, high: float) -> Points:
    return ((0, low), (CHANGE_AT, low), (CHANGE_AT + 1, high))


def spike(low: float, high: float, seconds: int) -> Points:
    end = CHANGE_AT + seconds
    return (*step(low, high), (end, high), (end + 1, low))


LARGE_STATE = {"state_megabytes": 60_000, "restore_megabytes_per_second": 25}
"""A restart takes about 13 minutes."""


def unchanged(scenario: Scenario) -> Scenario:
    return scenario


@dataclass(frozen=True)
class FlinkWorld:
    """A job of four subtasks that do 500 records/s each, in source, operators and sink, but for what
    ``data`` says. ``may_change`` where more or fewer subtasks do some good; otherwise the job is
    left alone. A seed draws the load and the time that a restart takes, within bounds."""

    name: str
    points: Points
    causes: tuple[Cause | None, ...]
    """Each may be the first that isn't healthy."""
    data: Mapping[str, Any] = field(default_factory=dict)
    minutes: int = SHORT_MINUTES
    may_change: bool = False
    changed: Callable[[Scenario], Scenario] = unchanged
    told: Mapping[str, Any] = field(default_factory=dict)
    """What the pipeline file says of the application."""
    is_new: bool = False
    """Its stream has no past before second 0."""

    def scenario(self, seed: int) -> Scenario:
        random = Random(f"{self.name}/{seed}")
        size, restart_seconds = random.uniform(0.95, 1.05), random.uniform(30, 90)
        past = () if self.is_new else ((-DAY, self.points[0][1]),)
        points = tuple((at, rate * size) for at, rate in (*past, *self.points))
        data = {"metrics_level": "TASK", "restart_seconds": restart_seconds, **self.data}
        shards = data.pop("shards", 8)
        scenario = a_job(points, shards=shards, **data)
        noisy = replace(scenario.the(Traffic), noise=0.03)
        file = in_file(scenario, levers=levers(shards))
        return self.changed(replace(scenario.put(noisy), name=self.name, pipeline_file=file))


def in_file(scenario: Scenario, **changes: Any) -> dict[str, Any]:
    """The pipeline file with other keys of its pipeline."""
    (pipeline,) = scenario.pipeline_file["pipelines"]
    return {"pipelines": [{**pipeline, **changes}]}


def levers(shards: int) -> dict[str, Any]:
    """At least as many shards as there are, so that none is too many."""
    bounds = {"parallelism": {"max": 32}, "shard_count": {"min": shards, "max": 16}}
    return {name: {**each, "owner": "tidegate"} for name, each in bounds.items()}


def checkpoints_fail(scenario: Scenario) -> Scenario:
    """From the tenth minute on they take longer than the ten minutes that they may."""
    slow = Fault(CHANGE_AT, "application", {"checkpoint_megabytes_per_second": 5})
    return replace(scenario, faults=(slow,))


def an_update_fails(scenario: Scenario) -> Scenario:
    failure = Fault(0, "update-fails", {"reason": "insufficient free IP addresses"})
    return replace(scenario, faults=(failure,))


def with_topic(scenario: Scenario) -> Scenario:
    """Of eight partitions, in place of the stream."""
    (pipeline,) = scenario.pipeline_file["pipelines"]
    (entry,) = pipeline["applications"]
    file = in_file(
        scenario,
        topic="clicks",
        applications=[{**entry, "partitions": 8}],
        levers={"parallelism": pipeline["levers"]["parallelism"]},
    )
    del file["pipelines"][0]["stream"]
    resources = tuple(each for each in scenario.resources if not isinstance(each, StreamData))
    return replace(scenario, resources=(TopicData("clicks", 8), *resources), pipeline_file=file)


def with_slow_reader(scenario: Scenario) -> Scenario:
    """That no pipeline file names, and that reads 95 % of what comes in at the end."""
    of_each_shard = 0.95 * scenario.the(Traffic).points[-1][1] / 8
    slow = ForeignReaderData("archiver", "clicks", 1, int(of_each_shard))
    return replace(scenario, resources=(*scenario.resources, slow))


def with_polling_reader(calls_per_second: float) -> Callable[[Scenario], Scenario]:
    """That no pipeline file names, that others are throttled by, and that takes 1,200 records/s."""
    polls = ForeignReaderData("archiver", "clicks", calls_per_second, 150)
    return lambda given: replace(given, resources=(*given.resources, polls))


def with_slow_function(scenario: Scenario) -> Scenario:
    """Of the same file, with reads of its own: it does 380 records/s."""
    function = FunctionData("archiver", 30, seconds_per_record=0.02, writes=())
    mapping = MappingData(function="archiver", source="clicks", fan_out="archive")
    file = in_file(scenario, consumers=[{"function": "archiver"}])
    return replace(scenario, resources=(*scenario.resources, function, mapping), pipeline_file=file)


def with_slow_job(scenario: Scenario) -> Scenario:
    """Of the same file; what it writes to takes 1,200 records/s."""
    other = replace(
        scenario.the(ApplicationData),
        name="archiver",
        records_per_second_per_subtask=500,
        sink_records_per_second=1200,
    )
    (pipeline,) = scenario.pipeline_file["pipelines"]
    (entry,) = pipeline["applications"]
    file = in_file(scenario, applications=[entry, {**entry, "application": "archiver"}])
    return replace(scenario, resources=(*scenario.resources, other), pipeline_file=file)


WORLDS = (
    FlinkWorld("sink of its own", step(1000, 1600), (SINK,), {"sink_records_per_second": 1200}),
    *(
        FlinkWorld(
            f"sink at {share} % of the operators", step(1000, 1950), (SINK,),
            {"sink_records_per_second": 20 * share}, minutes=minutes,
        )
        for share, minutes in ((75, 110), (82, 35), (86, 35), (88, 110), (90, 35), (92, 110))
    ),
    FlinkWorld(
        "chained sink", step(1000, 1600), (SINK,), {"sink_records_per_second": 1200, "tasks": 2}
    ),
    FlinkWorld(
        "one chain", step(1000, 1600), (SINK,), {"sink_records_per_second": 1200, "tasks": 1}
    ),
    FlinkWorld("hot key", step(1000, 1600), (SKEWED,), {"skew": 0.42}),
    FlinkWorld(
        "hot key beside few key groups", step(1000, 1700), (SKEWED,),
        {"skew": 0.34, "max_parallelism": 6},
    ),
    FlinkWorld("few key groups", step(1000, 1800), (SKEWED,), {"max_parallelism": 6}),
    FlinkWorld(
        "more subtasks than shards", step(600, 1400), (Cause.SOURCE_TOO_NARROW,),
        {"tasks": 1, "is_keyed": False, "shards": 2},
    ),
    FlinkWorld(
        "uneven shards", step(900, 1800), (TOO_LOW,),
        {"source_share": 1.1, "sink_share": 0.01, "shards": 6}, may_change=True,
    ),
    FlinkWorld(
        "waits for I/O, no task metrics", ((0, 1400),), (WELL,),
        {"io_share": 0.7, "metrics_level": "APPLICATION"}, minutes=75,
    ),
    FlinkWorld(
        "waits for I/O, too slow", step(1000, 2800), (TOO_LOW,), {"io_share": 0.7},
        may_change=True,
    ),
    FlinkWorld(
        "asks without blocking, half loaded", ((0, 1000),), (WELL,),
        {"io_share": 0.88, "io_is_async": True}, minutes=75,
    ),
    *(
        FlinkWorld(
            f"asks without blocking, new, {parallelism} subtasks", ((0, rate),), (WELL,),
            {"parallelism": parallelism, "io_share": io_share, "io_is_async": True}, minutes=120,
            is_new=True,
        )
        for rate, io_share, parallelism in ((1000, 0.88, 4), (900, 0.92, 4), (1500, 0.95, 6))
    ),
    FlinkWorld("step", step(1400, 2800), (TOO_LOW,), may_change=True),
    FlinkWorld(
        "ramp", ((0, 1200), (CHANGE_AT, 1200), (60 * MINUTE, 4800)), (TOO_LOW,), minutes=75,
        may_change=True,
    ),
    FlinkWorld("short spike, 60 GB", spike(1400, 4000, 150), (TOO_LOW, WELL), LARGE_STATE),
    FlinkWorld(
        "long spike, 60 GB", spike(1400, 4200, 240), (TOO_LOW,), LARGE_STATE, minutes=50,
    ),
    FlinkWorld(
        "high spike, 60 GB", spike(1200, 5000, 180), (TOO_LOW,), LARGE_STATE, minutes=50,
    ),
    FlinkWorld(
        "longer spike, 60 GB", spike(1400, 4200, 300), (TOO_LOW,), LARGE_STATE, minutes=50,
        may_change=True,
    ),
    FlinkWorld(
        "checkpoints fail", ((0, 1200),), (Cause.CHECKPOINT_TROUBLE,),
        {"state_megabytes": 20_000}, minutes=50, changed=checkpoints_fail,
    ),
    FlinkWorld(
        "checkpoints fail, and the load rises",
        ((0, 1200), (50 * MINUTE, 1200), (50 * MINUTE + 1, 2600)), (Cause.CHECKPOINT_TROUBLE,),
        {"state_megabytes": 20_000}, minutes=70, changed=checkpoints_fail,
    ),
    FlinkWorld(
        "checkpoints each half an hour fail, and the load rises",
        ((0, 1200), (50 * MINUTE, 1200), (50 * MINUTE + 1, 2600)), (Cause.CHECKPOINT_TROUBLE,),
        {"state_megabytes": 20_000, "checkpoint_interval_seconds": 1800}, minutes=80,
        changed=checkpoints_fail,
    ),
    FlinkWorld("rollback is off", step(1400, 2800), (TOO_LOW,), {"rollback_enabled": False}),
    FlinkWorld(
        "an update fails", step(1400, 2800), (TOO_LOW,), minutes=45, changed=an_update_fails,
        may_change=True,
    ),
    FlinkWorld(
        "maximum parallelism", step(1400, 3400), (TOO_LOW,), {"max_parallelism": 8}, minutes=45,
        may_change=True,
    ),
    FlinkWorld(
        "maximum parallelism in the file", step(1400, 3400), (TOO_LOW,), {"max_parallelism": 8},
        told={"max_parallelism": 8}, may_change=True,
    ),
    *(
        FlinkWorld(
            f"{parallelism} subtasks for {groups} key groups", step(2600, high), (TOO_LOW,),
            {"parallelism": parallelism, "max_parallelism": groups, "shards": parallelism},
            minutes=45, told={"max_parallelism": groups}, may_change=True,
        )
        for parallelism, groups, high in ((8, 16, 4400), (12, 20, 5400))
    ),
    FlinkWorld(
        "quota of 7 KPUs", step(1400, 3000), (TOO_LOW,), {"kpu_quota": 7}, minutes=45,
        may_change=True,
    ),
    FlinkWorld(
        "a function is behind", step(300, 600), (Cause.CONSUMER_TOO_SLOW,),
        {"records_per_second_per_subtask": 175}, changed=with_slow_function,
    ),
    FlinkWorld(
        "another job is behind", step(1000, 1450), (SINK,),
        {"records_per_second_per_subtask": 420},
        changed=lambda scenario: with_slow_job(with_topic(scenario)),
    ),
    *(
        FlinkWorld(
            f"an unnamed reader polls {calls} times a second", step(low, high),
            (Cause.OTHER_READER_BEHIND,), {"records_per_second_per_subtask": 380},
            changed=with_polling_reader(calls),
        )
        for calls, low, high in ((10, 600, 1350), (20, 800, 1350), (40, 700, 1350))
    ),
    *(
        FlinkWorld(
            f"another job of the stream is behind at {high} records/s", step(1000, high), (SINK,),
            {"records_per_second_per_subtask": 450}, changed=with_slow_job,
        )
        for high in (1450, 1500, 1600)
    ),
    FlinkWorld("topic", step(1400, 2800), (TOO_LOW,), changed=with_topic, may_change=True),
    *(
        FlinkWorld(
            f"the lag of a topic grows fast at {high} records/s", step(low, high), (TOO_LOW,),
            changed=with_topic, may_change=True,
        )
        for low, high in ((600, 3600), (700, 4200), (800, 4000))
    ),
    FlinkWorld(
        "the load falls", step(2800, 700), (Cause.OVERSIZED,), {"parallelism": 8}, minutes=130,
        may_change=True,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """A world's figures under sweeps, its jobs taken together."""

    first: Cause | None
    late_seconds: int
    late_alone_seconds: int
    restart_seconds: float
    updates: tuple[str, ...]
    runs: bool


def play(world: FlinkWorld, seed: int) -> Run:
    scenario = world.scenario(seed)
    there, reports = in_world(scenario, world.minutes, seed=seed, **world.told)
    # What nobody changed is what it would be alone.
    is_changed = any(report.changes for report in reports)
    alone = left_alone(scenario, there.second, seed) if is_changed else there
    jobs = tuple(there.site.all(EmbeddedApplication))
    return Run(
        first_illness(reports),
        there.figures().seconds_out_of_objective,
        alone.figures().seconds_out_of_objective,
        restart_seconds(scenario, seed),
        tuple(each.status for job in jobs for each in updates_of(job)),
        all(job.service.status == "RUNNING" and job.state.down_since is None for job in jobs),
    )


def updates_of(job: EmbeddedApplication) -> list[Operation]:
    return [each for each in job.service.operations if each.kind == UPDATE]


def restart_seconds(scenario: Scenario, seed: int) -> float:
    """What one costs: the time down, and as long to catch up, as a job does that can do twice what
    comes in."""
    state = World(scenario, seed).the(EmbeddedApplication).state
    fixed = state.data.restart_seconds + state.snapshot_seconds()
    return 2 * state.restart_seconds(fixed, state.kpus)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """``make verify`` plays all worlds, the suite those that are over soonest."""
    if "world" in metafunc.fixturenames:
        every = metafunc.config.getoption("--all-seeds")
        worlds = [each for each in WORLDS if every or each.minutes <= SHORT_MINUTES]
        metafunc.parametrize("world", worlds, ids=[each.name for each in worlds])


@pytest.mark.sampled(2)
@pytest.mark.by_seed(20)
def test_the_right_cause_comes_first_and_no_job_is_worse_off_by_more_than_a_restart(
    world: FlinkWorld, seed: int
) -> None:
    run = play(world, seed)
    assert run.first in world.causes, run
    assert run.late_seconds <= run.late_alone_seconds + run.restart_seconds, run
    assert run.runs, run
    assert world.may_change or run.updates == (), run


AT_ITS_MAXIMUM = tuple(
    FlinkWorld(
        f"{high} records/s at a maximum of {most}", step(low, high), (TOO_LOW,),
        {"max_parallelism": most, "parallelism": most // 2, "shards": most}, minutes=50,
    )
    for most, low, high in ((8, 1400, 3400), (8, 1400, 3500), (12, 2000, 5100))
)  # fmt: skip


@pytest.mark.by_seed(20)
@pytest.mark.parametrize("each", AT_ITS_MAXIMUM, ids=[each.name for each in AT_ITS_MAXIMUM])
def test_a_job_that_drains_slowly_at_its_maximum_is_late_for_a_known_cause(
    each: FlinkWorld, seed: int
) -> None:
    there, reports = in_world(each.scenario(seed), each.minutes, seed=seed)
    found = {diagnosis.cause for report in reports for diagnosis in report.diagnoses}
    assert found == {Cause.HEALTHY, TOO_LOW}
    most = there.the(EmbeddedApplication).state.parallelism
    at_most = [
        report.health is Health.SICK
        for report in reports[RESTARTED:]
        if any(f"the maximum parallelism of its job, {most}" in told for told in report.advice)
    ]
    assert at_most
    assert all(at_most)


@pytest.mark.by_seed(20)
def test_a_reader_that_no_file_names_is_told_when_it_is_behind_and_restarts_nothing(
    seed: int,
) -> None:
    data = {"records_per_second_per_subtask": 350}
    world = FlinkWorld("another reader", step(600, 1200), (), data, changed=with_slow_reader)
    there, reports = in_world(world.scenario(seed), world.minutes, seed=seed)
    assert operations(there) == []
    assert reports[-1].diagnoses[0].cause is Cause.OTHER_READER_BEHIND
