"""Changing a stream's shards one at a time, where UpdateShardCount is not the way."""

from tidegate.scaling.kinds.kinesis_stream.reshard.hot_split import split_for, widest_split

__all__ = ["split_for", "widest_split"]
