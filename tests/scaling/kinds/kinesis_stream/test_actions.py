"""Each action of a stream knows its AWS call, the resource that it locks and the levers that it moves."""

import pytest

from tidegate.scaling.kinds.kinesis_stream.actions import (
    MergeShards,
    SplitShard,
    UpdateRetention,
    UpdateShardCount,
)
from tidegate.scaling.model.plan import Action


@pytest.mark.parametrize(
    ("action", "operation", "levers"),
    [
        (UpdateShardCount("s", 1, 2), "kinesis:UpdateShardCount", ["shard_count of s"]),
        (SplitShard("s", "shard-0", 1, 1), "kinesis:SplitShard", ["shard_count of s"]),
        (MergeShards("s", "a", "b", 2), "kinesis:MergeShards", ["shard_count of s"]),
        (
            UpdateRetention("s", 24, 48),
            "kinesis:IncreaseStreamRetentionPeriod",
            ["retention_hours of s"],
        ),
        (
            UpdateRetention("s", 48, 24),
            "kinesis:DecreaseStreamRetentionPeriod",
            ["retention_hours of s"],
        ),
    ],
)
def test_an_action_says_what_it_is(action: Action, operation: str, levers: list[str]) -> None:
    assert (action.operation, action.lease) == (operation, "stream/s")
    assert list(map(str, action.levers())) == levers
