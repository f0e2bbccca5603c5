"""The action that carries out one operation of a reshard."""

from tests.builders import a_stream
from tidegate.rules.kinds.kinesis_stream.state import HASH_KEYS
from tidegate.scaling.kinds.kinesis_stream.actions import MergeShards, SplitShard, UpdateShardCount
from tidegate.scaling.kinds.kinesis_stream.reshard.actions import action_for
from tidegate.scaling.kinds.kinesis_stream.reshard.planner import Merge, Split, Uniform
from tidegate.scaling.kinds.kinesis_stream.reshard.shard_map import ShardMap

HALF, QUARTER = HASH_KEYS // 2, HASH_KEYS // 4


def test_an_operation_is_carried_out_on_the_shards_that_are_there_now() -> None:
    shape = ShardMap.of(a_stream(2).open_shards)
    assert action_for("racers", shape, Uniform(4)) == UpdateShardCount("racers", 2, 4)
    assert action_for("racers", shape, Split(QUARTER)) == SplitShard(
        "racers", "shard-0", QUARTER, 2
    )
    assert action_for("racers", shape, Merge(HALF)) == MergeShards(
        "racers", "shard-0", "shard-1", 2
    )
