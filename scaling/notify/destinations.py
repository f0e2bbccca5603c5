"""The destinations that a pipeline file names for notifications."""

from collections.abc import Iterator

from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.model.notification import Destination

__all__ = ["destinations"]


def destinations(spec: PipelineSpec) -> Iterator[Destination]:
    """The places that the file names."""
    if spec.notices.sns_topic_arn is not None:
        yield Destination.SNS
    if spec.notices.ops_items:
        yield Destination.OPS_ITEM
    if spec.notices.event_bus is not None:
        yield Destination.EVENT_BUS
