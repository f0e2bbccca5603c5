"""Mappings with a tumbling window in the embedded world."""

from dataclasses import replace

import pytest

from tidegate.direct import DirectCloud
from tidegate.rules.kinds.lambda_mapping.state import EventSourceMapping, consumers_of
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.cloud import AwsCloud
from tidegate.scaling.config.specification import ConsumerSpec, PipelineSpec
from tidegate.simulator.embedded import embedded
from tidegate.simulator.kinds.lambda_mapping.data import MappingData
from tidegate.simulator.kinds.lambda_mapping.mapping import MappingState
from tidegate.simulator.scenario import Scenario
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World

SPEC = PipelineSpec("orders", "orders", [ConsumerSpec("order-writer", tables=["orders"])])


def tumbling(factor: int) -> Scenario:
    scenario = load_scenario("slow-function")
    mapping = scenario.the(MappingData)
    return scenario.put(replace(mapping, parallelization_factor=factor, tumbling_window_seconds=60))


@pytest.mark.parametrize("factor", [1, 10])
def test_there_is_one_batch_of_a_shard_at_a_time_whatever_the_factor(factor: int) -> None:
    """Lambda guide, tumbling windows: the state is given from one invocation to the next."""
    world = World(tumbling(factor), 1)
    mapping = world.the(MappingState)
    for _ in range(600):
        world.advance(1)
        running = [
            lane.batch.executions
            for part in mapping.subscription.readable()
            for lane in part.lanes
            if lane.batch is not None
        ]
        assert all(each == 1 for each in running)
        assert len(running) <= mapping.subscription.source.part_count
    assert mapping.records_read


def test_another_factor_is_taken_and_changes_nothing() -> None:
    world = World(tumbling(1), 1)
    mapping = world.the(MappingState)
    mapping.update(4)
    world.advance(60)
    assert (mapping.factor, mapping.subscription.width) == (4, 1)


def seen(world: World) -> list[EventSourceMapping]:
    with embedded(world) as session:
        clouds = (DirectCloud(world), AwsCloud(Clients(session)))
        return [consumers_of(cloud.describe(SPEC))[0].mapping for cloud in clouds]


def test_the_window_looks_the_same_through_both_faces() -> None:
    mappings = seen(World(tumbling(3), 1))
    assert [each.reading.tumbling_window_seconds for each in mappings] == [60, 60]
    assert [each.parallelization_factor for each in mappings] == [3, 3]
    assert [each.batches_per_shard for each in mappings] == [1, 1]
