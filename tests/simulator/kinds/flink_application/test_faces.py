"""Both faces of a world with a Flink application agree, and what is described is as AWS tells it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.simulator.kinds.flink_application.flink_worlds import CHAIN
from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.rules.kinds.kafka_topic.state import Topic
from tidegate.rules.kinds.kinesis_stream.state import has_stream
from tidegate.rules.kinds.signal_series import series_metrics
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.cloud import AwsCloud
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.scaling.config.specification import ApplicationSpec, PipelineSpec
from tidegate.scaling.kinds.flink_application.actions import StartApplication, UpdateApplication
from tidegate.scaling.model.errors import CloudError, ResourceMissing
from tidegate.scaling.ports import Cloud, Metrics
from tidegate.simulator.embedded import embedded
from tidegate.simulator.kinds.flink_application.application import EmbeddedApplication
from tidegate.simulator.kinds.flink_application.data import ApplicationData
from tidegate.simulator.scenario import Fault
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World

SPEC = PipelineSpec("clicks", "clicks", applications=[ApplicationSpec("click-counter")])
TOPIC = PipelineSpec("clicks", topic="clicks", applications=[ApplicationSpec("click-counter")])
Face = tuple[World, Cloud, Metrics]
Faces = Callable[..., list[Face]]


@pytest.fixture
def faces() -> Iterator[Faces]:
    opened = []

    def of(name: str = "flink-lag", **data: Any) -> list[Face]:
        scenario = load_scenario(name)
        assert scenario.find(ApplicationData) is not None
        scenario = scenario.put(replace(scenario.the(ApplicationData), **data))
        direct, behind_moto = (World(scenario, 7) for _ in range(2))
        context = embedded(behind_moto)
        opened.append(context)
        clients = Clients(context.__enter__())
        return [
            (direct, DirectCloud(direct), DirectMetrics(direct)),
            (behind_moto, AwsCloud(clients), AwsMetrics(clients)),
        ]

    yield of
    for context in opened:
        context.__exit__(None, None, None)


def the_application(cloud: Cloud, spec: PipelineSpec = SPEC) -> FlinkApplication:
    (application,) = applications_of(cloud.describe(spec))
    return application


def update(application: FlinkApplication, parallelism: int, per_kpu: int = 1) -> UpdateApplication:
    return UpdateApplication(
        application.name, application.conditional_token, application.parallelism,
        application.parallelism_per_kpu, parallelism, per_kpu,
    )  # fmt: skip


def outcome(cloud: Cloud, action: UpdateApplication | StartApplication) -> str:
    try:
        cloud.apply(action)
    except CloudError as error:
        return type(error).__name__
    return "accepted"


@pytest.mark.parametrize(
    ("parallelism", "per_kpu", "expected"),
    [(8, 1, ("accepted", "ResourceInUse")), (8, 2, ("accepted", "ResourceInUse")),
     (65, 1, ("LimitExceeded", "LimitExceeded")), (8, 9, ("InvalidRequest", "InvalidRequest"))],
)  # fmt: skip
def test_both_faces_take_and_refuse_the_same(
    faces: Faces, parallelism: int, per_kpu: int, expected: tuple[str, str]
) -> None:
    seen = []
    for world, cloud, _ in faces():
        world.advance(60)
        action = update(the_application(cloud), parallelism, per_kpu)
        outcomes = (outcome(cloud, action), outcome(cloud, action))
        during = cloud.describe(SPEC)
        world.advance(300)
        seen.append((outcomes, during, cloud.describe(SPEC), world.figures()))
    assert seen[0] == seen[1]
    assert seen[0][0] == expected


def test_while_it_restarts_it_is_updating_with_the_parallelism_that_it_had(faces: Faces) -> None:
    for world, cloud, _ in faces():
        world.advance(60)
        cloud.apply(update(the_application(cloud), 8))
        during = the_application(cloud)
        assert (during.status, during.parallelism, during.configured_parallelism) == (
            "UPDATING",
            2,
            8,
        )
        world.advance(300)
        after = the_application(cloud)
        assert (after.status, after.parallelism, after.failure) == ("RUNNING", 8, None)


def test_of_two_hands_with_one_token_the_second_is_refused(faces: Faces) -> None:
    for world, cloud, _ in faces():
        world.advance(60)
        token_before = update(the_application(cloud), 8)
        cloud.apply(update(the_application(cloud), 4))
        world.advance(300)
        assert outcome(cloud, token_before) == "ResourceInUse"
        assert the_application(cloud).parallelism == 4


def test_a_failed_update_leaves_its_reason(faces: Faces) -> None:
    seen = []
    for world, cloud, _ in faces(rollback_enabled=True):
        world.advance(60)
        world.the(EmbeddedApplication).strike(
            Fault(0, "update-fails", {"reason": "no such class: Counter"})
        )
        cloud.apply(update(the_application(cloud), 8))
        world.advance(400)
        seen.append(the_application(cloud))
    assert seen[0] == seen[1]
    assert (seen[0].status, seen[0].parallelism) == ("RUNNING", 2)
    assert seen[0].failure == "no such class: Counter"


def test_what_a_failed_update_has_stopped_is_started_as_it_ran(faces: Faces) -> None:
    """At the first try it does not come up; what runs is neither started nor updated."""
    entry = ApplicationSpec("click-counter", start_again_after_failed_update=True)
    allowing = replace(SPEC, applications=[entry])
    seen = []
    for world, cloud, _ in faces(max_parallelism=4, rollback_enabled=False):
        world.advance(60)
        cloud.apply(update(the_application(cloud), 8))
        world.advance(400)
        told = [the_application(cloud, allowing), the_application(cloud)]
        world.the(EmbeddedApplication).service.failures.append("no address")
        for _ in range(2):
            token = the_application(cloud).conditional_token
            cloud.apply(StartApplication("click-counter", token, 2, 1, (LeverKind.PARALLELISM,)))
            told.append(the_application(cloud, allowing))
            assert outcome(cloud, update(told[-1], 4)) == "ResourceInUse"
            world.advance(400)
            told.append(the_application(cloud, allowing))
        token = told[-1].conditional_token
        start = StartApplication("click-counter", token, 4, 1, (LeverKind.PARALLELISM,))
        assert outcome(cloud, start) == "ResourceInUse"
        assert the_application(cloud, allowing) == told[-1]
        seen.append(told)
    assert seen[0] == seen[1]
    shown = [(each.status, each.parallelism, each.is_as_it_failed) for each in seen[0]]
    assert shown == [
        ("READY", 8, True), ("READY", 8, False), ("STARTING", 2, False), ("READY", 2, False),
        ("STARTING", 2, False), ("RUNNING", 2, False),
    ]  # fmt: skip
    assert [each.failure is None for each in seen[0]] == [False, False, True, False, True, True]


@pytest.mark.parametrize("level", ["APPLICATION", "TASK"])
def test_both_faces_tell_the_same_metrics(faces: Faces, level: str) -> None:
    told, tasks = [], []
    for world, cloud, metrics in faces(metrics_level=level):
        world.advance(1200)
        tasks.append(the_application(cloud).tasks)
        wanted = series_metrics(cloud.describe(SPEC))
        told.append(metrics.read(wanted, world.now - timedelta(minutes=15), world.now))
    assert told[0] == told[1]
    assert tasks[0] == tasks[1] == ((CHAIN,) if level == "TASK" else ())
    times = ("busyTimeMsPerSecond",) if level == "TASK" else ()
    for name in (*times, "millisBehindLatest", "numRecordsInPerSecond", "uptime"):
        assert [w for metric, w in told[0].items() if metric.name == name and w.present], name


def test_a_topic_has_no_stream_to_describe(faces: Faces) -> None:
    seen = []
    for world, cloud, _ in faces("flink-kafka"):
        world.advance(60)
        seen.append(cloud.describe(TOPIC))
    assert seen[0] == seen[1]
    assert isinstance(seen[0].source, Topic)
    assert (seen[0].source.name, has_stream(seen[0])) == ("clicks", False)


def test_both_faces_name_what_is_missing(faces: Faces) -> None:
    spec = PipelineSpec("clicks", "clicks", applications=[ApplicationSpec("nobody")])
    for _, cloud, _ in faces():
        with pytest.raises(ResourceMissing, match="nobody"):
            cloud.describe(spec)
