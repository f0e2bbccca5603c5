"""A Kafka topic, of which AWS describes nothing."""

from collections.abc import Iterator, Sequence

from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.kafka_topic.state import Topic
from tidegate.scaling.config.specification import PipelineSpec

__all__ = ["topics"]


def topics(spec: PipelineSpec, readers: Sequence[FlinkApplication]) -> Iterator[Topic]:
    """The topic that the file names, with the ARN of the first application that reads it."""
    if spec.topic is not None:
        yield Topic(spec.topic, readers[0].arn)
