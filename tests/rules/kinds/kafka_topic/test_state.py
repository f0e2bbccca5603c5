"""A topic is a source of which nothing is ours to set."""

from tests.flink_builders import ARN, a_flink_pipeline
from tidegate.rules.graph import Role
from tidegate.rules.kinds.kafka_topic.state import Topic


def test_a_topic_is_where_records_wait_and_where_its_reader_is() -> None:
    source = a_flink_pipeline(topic=True).source
    assert source == Topic("racers", ARN)
    assert (source.roles, source.writes) == ((Role.SOURCE,), ())
