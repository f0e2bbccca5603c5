"""A Kafka topic, of which AWS describes nothing."""

from collections.abc import Iterator

from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.kafka_topic.state import Topic
from tidegate.scaling.aws.looked import Looked

__all__ = ["topics"]


def topics(looked: Looked) -> Iterator[Topic]:
    """The topic that the file names, with the ARN of the first application that reads it."""
    if looked.spec.topic is not None:
        arns = (each.arn for each in looked.resources if isinstance(each, FlinkApplication))
        yield Topic(looked.spec.topic, next(arns))
