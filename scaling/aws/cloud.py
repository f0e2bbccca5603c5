"""The cloud port over boto3: what is configured now, a sample of keys, and changes."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tidegate.rules.graph import Kinds, Pipeline
from tidegate.rules.kinds.kinesis_stream.state import KeySample, Shard, Stream
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.describe import described, described_alone
from tidegate.scaling.aws.errors import asking
from tidegate.scaling.aws.kinds.kinesis_stream import described_shards, described_stream
from tidegate.scaling.aws.kinds.registry import AWS_KINDS, AwsKind
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.registry import KINDS
from tidegate.scaling.model.change_record import Lever

if TYPE_CHECKING:
    from tidegate.scaling.model.plan import Action

__all__ = ["AwsCloud"]

SAMPLED_RECORDS_MAX = 1000


class AwsCloud:
    """``tidegate.scaling.ports.Cloud`` over AWS, or whatever AWS_ENDPOINT_URL names."""

    def __init__(
        self,
        clients: Clients,
        aws_kinds: Sequence[AwsKind] = AWS_KINDS,
        kinds: Kinds = KINDS,
    ) -> None:
        self._clients = clients
        self._aws_kinds = aws_kinds
        self._kinds = kinds

    def describe(self, spec: PipelineSpec) -> Pipeline:
        """Everything of one pipeline, looked up anew."""
        return described(self._clients, spec, self._aws_kinds, self._kinds)

    def describe_alone(self, spec: PipelineSpec, lever: Lever) -> Pipeline:
        """The resource of one lever, and nothing beside it."""
        return described_alone(self._clients, (spec, lever), self._aws_kinds, self._kinds)

    def describe_stream(self, name: str) -> Stream:
        """One stream with its open shards."""
        return described_stream(self._clients, name)

    def all_shards(self, name: str) -> tuple[Shard, ...]:
        """Open and closed shards: closed ones stay readable until the retention has passed."""
        return described_shards(self._clients, name)

    def shards_left_in_quota(self) -> int:
        """Shards that the account may still open in this region."""
        with asking("kinesis:DescribeLimits", "the account"):
            limits = self._clients.kinesis.describe_limits()
        return limits["ShardLimit"] - limits["OpenShardCount"]

    def enable_shard_metrics(self, name: str) -> None:
        """Switch shard-level IncomingRecords and IncomingBytes on; CloudWatch charges for them."""
        with asking("kinesis:EnableEnhancedMonitoring", name):
            self._clients.kinesis.enable_enhanced_monitoring(
                StreamName=name, ShardLevelMetrics=["IncomingRecords", "IncomingBytes"]
            )

    def sample_keys(self, stream: str, shard_id: str, seconds: int, now: datetime) -> KeySample:
        """The partition keys of at most a thousand records, from one GetRecords call."""
        kinesis = self._clients.kinesis
        with asking("kinesis:GetShardIterator", stream):
            iterator = kinesis.get_shard_iterator(
                StreamName=stream,
                ShardId=shard_id,
                ShardIteratorType="AT_TIMESTAMP",
                Timestamp=now - timedelta(seconds=seconds),
            )["ShardIterator"]
        with asking("kinesis:GetRecords", stream):
            records = kinesis.get_records(ShardIterator=iterator, Limit=SAMPLED_RECORDS_MAX)
        counts = Counter(record["PartitionKey"] for record in records["Records"])
        return KeySample(shard_id, tuple(counts.most_common()))

    def scalable_targets(self, where: str | None = None) -> tuple[ScalableTarget, ...]:
        """Capacities that AWS's own auto scaling sets."""
        owners = (each.other_owners for each in self._aws_kinds if each.other_owners is not None)
        return tuple(target for asked in owners for target in asked(self._clients, where))

    def apply(self, action: "Action") -> None:
        """One AWS call; what it starts goes on after it returns."""
        # Imported here: the endpoint's cold start is shorter without what only a change needs.
        from tidegate.scaling.aws.apply import apply

        apply(action, self._clients, self._aws_kinds)
