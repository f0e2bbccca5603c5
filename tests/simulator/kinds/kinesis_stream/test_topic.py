"""A topic takes what a stream takes, and AWS knows nothing of it."""

import pytest

from tests.simulator.graphs import played, stream
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateShardCount
from tidegate.simulator.kinds.kinesis_stream.data import TopicData
from tidegate.simulator.kinds.kinesis_stream.face import StreamFace
from tidegate.simulator.kinds.kinesis_stream.stream import StreamState
from tidegate.simulator.kinds.kinesis_stream.topic import TopicState
from tidegate.simulator.manners import Refusal
from tidegate.simulator.world import World


@pytest.fixture(scope="module")
def world() -> World:
    """A stream and a topic that producers bring the same to, more than two shards take."""
    (clicks, traffic), orders = stream("clicks", 2500), stream("orders", 2500, shards=2)
    return played(TopicData(clicks.name, 2), traffic, *orders, seconds=180)


def test_a_partition_takes_what_a_shard_takes(world: World) -> None:
    topic, orders = world.the(TopicState), world.the(StreamState)
    assert topic.records_written == orders.records_written == 180 * 2 * 1000


def test_nobody_is_billed_for_a_topic(world: World) -> None:
    assert world.the(TopicState).tally().usd == 0
    assert world.the(StreamState).tally().usd > 0


def test_the_truth_of_a_topic_has_its_partitions_too(world: World) -> None:
    facts = world.the(TopicState).facts()
    assert facts["partitions"] == facts["shard_count"] == {"clicks": 2}
    assert "partitions" not in world.the(StreamState).facts()


def test_cloudwatch_hears_of_a_stream_and_never_of_a_topic(world: World) -> None:
    assert world.the(StreamState).publishes
    assert not world.the(TopicState).publishes
    heard = {
        value for _, _, dimensions in world.site.publisher.published for _, value in dimensions
    }
    assert heard == {"orders"}


def test_aws_knows_no_stream_by_the_name_of_a_topic(world: World) -> None:
    face = StreamFace(world.site)
    assert face.stream("clicks") is None
    with pytest.raises(Refusal, match="no stream clicks"):
        face.apply(UpdateShardCount("clicks", 2, 4))
