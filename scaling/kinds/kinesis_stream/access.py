"""What a role needs to read and to change streams: pure functions."""

from collections.abc import Iterator, Sequence

from tidegate.scaling.model.permission import Arn, Permission, PipelineNames

__all__ = ["stream_permissions"]

DESCRIBED = ("DescribeStreamSummary", "ListShards", "ListStreamConsumers")
RESHARDED = ("SplitShard", "MergeShards")
SAMPLED = ("GetShardIterator", "GetRecords")
RETENTION = ("IncreaseStreamRetentionPeriod", "DecreaseStreamRetentionPeriod")


def stream_permissions(pipelines: Sequence[PipelineNames], *, sweeps: bool) -> Iterator[Permission]:
    """Only a sweep samples keys and sets the retention."""
    arns = tuple(Arn("kinesis", f"stream/{each.stream}") for each in pipelines if each.stream)
    if not arns:
        return
    calls = (*DESCRIBED, *RESHARDED, *((*SAMPLED, *RETENTION) if sweeps else ()))
    yield Permission(tuple(f"kinesis:{call}" for call in calls), arns)
    # It knows no narrower resource (service authorization reference).
    yield Permission(("kinesis:UpdateShardCount",))
