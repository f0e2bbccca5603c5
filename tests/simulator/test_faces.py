"""Both faces of the world agree: the ports directly, and boto3 clients answered by moto."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tidegate.direct import DirectCloud, DirectMetrics
from tidegate.rules.kinds.kinesis_stream.state import SampleKeys, stream_of
from tidegate.rules.kinds.lambda_mapping.metrics import memory_metric
from tidegate.rules.kinds.lambda_mapping.moments import moment_of
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.rules.kinds.signal_series import series_metrics
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.cloud import AwsCloud
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.scaling.config.specification import ConsumerSpec, PipelineSpec
from tidegate.scaling.kinds.dynamodb_table.actions import CapacityTarget, UpdateTableThroughput
from tidegate.scaling.kinds.kinesis_stream.actions import (
    SplitShard,
    UpdateRetention,
    UpdateShardCount,
)
from tidegate.scaling.kinds.lambda_mapping.actions import (
    UpdateBatchingWindow,
    UpdateParallelizationFactor,
)
from tidegate.scaling.model.errors import CloudError, ResourceInUse, ResourceMissing
from tidegate.scaling.model.plan import Action
from tidegate.scaling.ports import Cloud, Metrics
from tidegate.simulator.embedded import embedded
from tidegate.simulator.kinds.lambda_mapping.function import FunctionState
from tidegate.simulator.kinds.lambda_mapping.mapping import uuid_of
from tidegate.simulator.scenario import Fault
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World

SPEC = PipelineSpec("orders", "orders", [ConsumerSpec("order-writer", tables=["orders"])])
Faces = list[tuple[World, Cloud, Metrics]]


@pytest.fixture
def faces() -> Iterator[Faces]:
    direct, behind_moto = (World(load_scenario("index-throttled"), 7) for _ in range(2))
    with embedded(behind_moto) as session:
        clients = Clients(session)
        yield [
            (direct, DirectCloud(direct), DirectMetrics(direct)),
            (behind_moto, AwsCloud(clients), AwsMetrics(clients)),
        ]


def test_a_mapping_by_a_registered_consumer_looks_the_same_through_both() -> None:
    direct, behind_moto = (World(load_scenario("fan-out-slow"), 3) for _ in range(2))
    with embedded(behind_moto) as session:
        clients = Clients(session)
        for world in (direct, behind_moto):
            world.advance(900)
        described = [DirectCloud(direct).describe(SPEC), AwsCloud(clients).describe(SPEC)]
        for pipeline in described:
            (consumer,) = consumers_of(pipeline)
            assert consumer.mapping.reading.fan_out == "fast"
            assert stream_of(pipeline).consumers == ("fast",)
        metrics = tuple(series_metrics(described[0]))
        read = [
            each.read(metrics, direct.now - timedelta(minutes=10), direct.now)
            for each in (DirectMetrics(direct), AwsMetrics(clients))
        ]
    own = [each for each in metrics if ("ConsumerName", "fast") in each.dimensions]
    assert {each.name for each in own} == {
        "SubscribeToShardEvent.Records", "SubscribeToShardEvent.MillisBehindLatest",
    }  # fmt: skip
    for metric in own:
        assert read[0][metric].samples == read[1][metric].samples
        assert read[0][metric].peak


def test_the_memory_of_a_function_with_lambda_insights_looks_the_same_through_both() -> None:
    direct, behind_moto = (World(load_scenario("out-of-memory"), 3) for _ in range(2))
    with embedded(behind_moto) as session:
        clients = Clients(session)
        for world in (direct, behind_moto):
            world.advance(900)
        described = [DirectCloud(direct).describe(SPEC), AwsCloud(clients).describe(SPEC)]
        assert [consumers_of(each)[0].function.has_insights for each in described] == [True, True]
        memory = (memory_metric("order-writer"),)
        read = [
            each.read(memory, direct.now - timedelta(minutes=10), direct.now)
            for each in (DirectMetrics(direct), AwsMetrics(clients))
        ]
    assert read[0] == read[1]
    assert set(read[0][memory[0]].present) == {19, 100}  # 100 of 512 MB, and more than all.


def unit_change(write_units: int, seen_read_units: int = 10) -> UpdateTableThroughput:
    """Read units that are seen otherwise than they are now were moved by another owner since."""
    read = seen_read_units
    return UpdateTableThroughput(
        "orders", (CapacityTarget("by-customer", 450, read, write_units, read),)
    )


ACTIONS: list[Action] = [
    UpdateShardCount("orders", 2, 4),
    UpdateShardCount("orders", 2, 5),
    UpdateShardCount("orders", 2, 2),
    SplitShard("orders", "shardId-000000000001", 3 * 2**126, 2),
    SplitShard("orders", "shardId-000000000001", 5, 2),
    SplitShard("orders", "shardId-000000000009", 5, 2),
    UpdateParallelizationFactor(uuid_of(0), "order-writer", 4, 8),
    UpdateParallelizationFactor(uuid_of(0), "order-writer", 4, 11),
    UpdateParallelizationFactor(uuid_of(1), "order-writer", 4, 8),
    UpdateBatchingWindow(uuid_of(0), "order-writer", 0, 6),
    UpdateBatchingWindow(uuid_of(0), "order-writer", 0, 301),
    UpdateRetention("orders", 24, 48),
    UpdateRetention("orders", 24, 12),
    unit_change(900),
    unit_change(450),
    unit_change(300),
    unit_change(900, seen_read_units=25),
]


def outcome(cloud: Cloud, action: Action) -> str:
    try:
        cloud.apply(action)
    except CloudError as error:
        # What the client sees by itself AWS would have refused alike.
        known = ResourceInUse if isinstance(error, ResourceInUse) else type(error)
        return known.__name__
    return "accepted"


@pytest.mark.parametrize("action", ACTIONS, ids=str)
def test_both_faces_take_and_refuse_the_same(faces: Faces, action: Action) -> None:
    outcomes, seen = [], []
    for world, cloud, _ in faces:
        world.advance(60)
        outcomes.append((outcome(cloud, action), outcome(cloud, action)))
        during = cloud.describe(SPEC)
        world.advance(120)
        figures = world.figures()
        if isinstance(action, UpdateTableThroughput):
            # Over boto3 the client looks first, and asks for nothing that breaks a limit.
            figures = replace(figures, limit_violations=0)
        seen.append((during, cloud.describe(SPEC), figures))
    assert outcomes[0] == outcomes[1]
    assert seen[0] == seen[1]


def test_both_faces_tell_the_same_metrics(faces: Faces) -> None:
    told = []
    for world, cloud, metrics in faces:
        world.advance(1200)
        wanted = series_metrics(cloud.describe(SPEC))
        told.append(metrics.read(wanted, world.now - timedelta(minutes=30), world.now))
    assert told[0] == told[1]
    assert any(window.present for window in told[0].values())
    assert any(not window.present for window in told[0].values())


def test_both_faces_add_minutes_up_to_longer_periods(faces: Faces) -> None:
    told = []
    for world, cloud, metrics in faces:
        world.advance(1200)
        minutes = series_metrics(cloud.describe(SPEC))[0]
        periods = replace(minutes, period_seconds=300)
        start, end = world.now - timedelta(minutes=20), world.now - timedelta(minutes=5)
        sums = metrics.read((minutes,), start, end)[minutes].samples
        wanted = [sum(each or 0 for each in sums[at : at + 5]) for at in (0, 5, 10)]
        found = metrics.read((periods,), start + timedelta(seconds=70), end)[periods]
        assert (list(found.samples), found.start) == (wanted, start)
        told.append(found)
    assert told[0] == told[1]


def test_both_faces_tell_when_a_version_was_deployed(faces: Faces) -> None:
    found = []
    for world, cloud, _ in faces:
        world.advance(90)
        assert world.the(FunctionState).strike(Fault(90, "deploy", {"failing_share": 1.0}))
        (consumer,) = consumers_of(cloud.describe(SPEC))
        assert moment_of(consumer.function.modified) == world.now
        found.append(consumer)
    assert found[0] == found[1]


def test_both_faces_sample_the_same_keys(faces: Faces) -> None:
    found = []
    for world, cloud, _ in faces:
        world.advance(60)
        found.append(cloud.ask(SampleKeys("orders", "shardId-000000000000", 3, world.now)))
    assert found[0] == found[1]
    assert found[0].total > 100


@pytest.mark.parametrize("where", [None, "orders", "orders/by-customer"])
def test_both_faces_know_of_no_scalable_target_in_a_world(faces: Faces, where: str | None) -> None:
    assert [cloud.scalable_targets(where) for _, cloud, _ in faces] == [(), ()]


@pytest.mark.parametrize(
    "spec",
    [
        PipelineSpec("p", "nowhere", [ConsumerSpec("order-writer")]),
        PipelineSpec("p", "orders", [ConsumerSpec("nobody")]),
        PipelineSpec("p", "orders", [ConsumerSpec("order-writer", tables=["nothing"])]),
    ],
    ids=["stream", "function", "table"],
)
def test_both_faces_name_what_is_missing(faces: Faces, spec: PipelineSpec) -> None:
    for _, cloud, _ in faces:
        with pytest.raises(ResourceMissing, match=r"nowhere|nobody|nothing"):
            cloud.describe(spec)
