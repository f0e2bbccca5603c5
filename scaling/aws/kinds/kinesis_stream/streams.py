"""Streams as a person looks at them and reshards them, whether a file names them or not."""

from tidegate.rules.kinds.kinesis_stream.state import Shard, Stream
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.cloud import AwsCloud
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.kinds.kinesis_stream.described import (
    described_shards,
    described_stream,
    service,
)

__all__ = ["AwsStreams"]


class AwsStreams(AwsCloud):
    """``Resharder`` (``scaling/execute/kinds/kinesis_stream/reshard.py``) over AWS, and what the
    command line shows."""

    def __init__(self, clients: Clients) -> None:
        super().__init__(clients)
        self._service = service(clients)

    def describe_stream(self, name: str) -> Stream:
        """One stream with its open shards."""
        return described_stream(self._clients, name)

    def all_shards(self, name: str) -> tuple[Shard, ...]:
        """Open and closed shards: closed ones stay readable until the retention has passed."""
        return described_shards(self._clients, name)

    def shards_left_in_quota(self) -> int:
        """Shards that the account may still open in this region."""
        with asking("kinesis:DescribeLimits", "the account"):
            limits = self._service.describe_limits()
        return limits["ShardLimit"] - limits["OpenShardCount"]

    def enable_shard_metrics(self, name: str) -> None:
        """Switch shard-level IncomingRecords and IncomingBytes on; CloudWatch charges for them."""
        with asking("kinesis:EnableEnhancedMonitoring", name):
            self._service.enable_enhanced_monitoring(
                StreamName=name, ShardLevelMetrics=["IncomingRecords", "IncomingBytes"]
            )
