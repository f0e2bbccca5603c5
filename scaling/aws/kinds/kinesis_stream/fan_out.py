"""The consumers of a stream that are registered for enhanced fan-out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.pages import pages
from tidegate.scaling.model.errors import Denied

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient

__all__ = ["registered"]


def registered(kinesis: "KinesisClient", summary: Mapping[str, Any]) -> tuple[str, ...]:
    """Their names, of a stream as DescribeStreamSummary tells it. No sweep ends for want of them:
    where they may not be listed it is told that there are some."""
    try:
        with asking("kinesis:ListStreamConsumers", summary["StreamName"]):
            told = pages(kinesis.list_stream_consumers, {"StreamARN": summary["StreamARN"]})
            return tuple(each["ConsumerName"] for page in told for each in page["Consumers"])
    except Denied:
        return (f"{summary['ConsumerCount']} without kinesis:ListStreamConsumers",)
