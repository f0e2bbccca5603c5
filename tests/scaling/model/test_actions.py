"""Each action knows its AWS call, the resource that it locks and the levers that it moves."""

import pytest

from tidegate.scaling.model.actions import (
    CapacityTarget,
    MergeShards,
    SplitShard,
    UpdateApplication,
    UpdateBatchingWindow,
    UpdateParallelizationFactor,
    UpdateRetention,
    UpdateShardCount,
    UpdateTableThroughput,
)
from tidegate.scaling.model.plan import Action

BOTH = CapacityTarget(None, 10, 5, 20, 8)
READS = CapacityTarget("by-day", 10, 5, 10, 8)
ACTIONS: list[tuple[Action, str, str, list[str]]] = [
    (UpdateShardCount("s", 1, 2), "kinesis:UpdateShardCount", "stream/s", ["shard_count of s"]),
    (SplitShard("s", "shard-0", 1, 1), "kinesis:SplitShard", "stream/s", ["shard_count of s"]),
    (MergeShards("s", "a", "b", 2), "kinesis:MergeShards", "stream/s", ["shard_count of s"]),
    (
        UpdateRetention("s", 24, 48),
        "kinesis:IncreaseStreamRetentionPeriod",
        "stream/s",
        ["retention_hours of s"],
    ),
    (
        UpdateRetention("s", 48, 24),
        "kinesis:DecreaseStreamRetentionPeriod",
        "stream/s",
        ["retention_hours of s"],
    ),
    (
        UpdateParallelizationFactor("id", "f", 1, 2),
        "lambda:UpdateEventSourceMapping",
        "function/f",
        ["parallelization_factor of f"],
    ),
    (
        UpdateBatchingWindow("id", "f", 0, 2),
        "lambda:UpdateEventSourceMapping",
        "function/f",
        ["batching_window_seconds of f"],
    ),
    (
        UpdateTableThroughput("t", (BOTH, READS)),
        "dynamodb:UpdateTable",
        "table/t",
        ["write_capacity of t", "read_capacity of t", "read_capacity of t/by-day"],
    ),
    (
        UpdateApplication("a", "token", 4, 2, 8, 2),
        "kinesisanalytics:UpdateApplication",
        "application/a",
        ["parallelism of a"],
    ),
    (
        UpdateApplication("a", "token", 4, 2, 8, 1),
        "kinesisanalytics:UpdateApplication",
        "application/a",
        ["parallelism of a", "parallelism_per_kpu of a"],
    ),
]


@pytest.mark.parametrize(("action", "operation", "lease", "levers"), ACTIONS)
def test_an_action_says_what_it_is(
    action: Action, operation: str, lease: str, levers: list[str]
) -> None:
    assert (action.operation, action.lease) == (operation, lease)
    assert list(map(str, action.levers())) == levers


def test_changes_of_one_resource_lock_the_same() -> None:
    leases = {lease for _, _, lease, _ in ACTIONS}
    assert leases == {"stream/s", "function/f", "table/t", "application/a"}
