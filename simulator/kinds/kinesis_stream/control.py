"""AWS's control plane of a stream: every change that a caller may ask for, and what is refused."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from tidegate.simulator.kinds.kinesis_stream.limits import (
    RETENTION_HOURS,
    SHARDS_MAX,
    UPDATES_PER_DAY,
)
from tidegate.simulator.kinds.kinesis_stream.shard import ShardState
from tidegate.simulator.kinds.kinesis_stream.stream import StreamState
from tidegate.simulator.manners import Refusal

__all__ = ["StreamControl"]

DAY_SECONDS = 86_400
SPLIT_SECONDS = 30
"""How long a split or a merge takes here; AWS says only that it takes a while."""


@dataclass(frozen=True, slots=True)
class StreamControl:
    """Takes changes, refuses what AWS refuses, and counts each refusal as a limit violation."""

    stream: StreamState

    def _check_idle(self) -> None:
        if self.stream.is_updating:
            raise Refusal("ResourceInUseException", f"stream {self.stream.name} is UPDATING")

    def _begin(self, seconds: float, effect: Callable[[], None]) -> None:
        stream, site = self.stream, self.stream.site

        def weighed() -> None:
            effect()
            stream.weigh(stream.traffic)

        site.pending.begin(stream.key, site.second + seconds, weighed)

    def update_shard_count(self, target: int) -> None:
        """UpdateShardCount, uniform scaling; asynchronous. Raises Refusal."""
        stream, second = self.stream, self.stream.site.second
        current = stream.open_count

        def check() -> None:
            self._check_idle()
            _check_shard_target(current, target, stream.shard_count_calls, second)

        stream.site.refusable(check)
        stream.shard_count_calls.append(second)
        self._begin(_reshard_seconds(current, target), lambda: stream.uniform(target))

    def split_shard(self, shard_id: str, new_starting_hash_key: int) -> None:
        """SplitShard; asynchronous. Raises Refusal."""
        shard, at = self.open_shard(shard_id), new_starting_hash_key

        def check() -> None:
            self._check_idle()
            if not shard.start < at <= shard.end:
                raise Refusal("InvalidArgumentException", "the hash key is not inside the shard")

        self.stream.site.refusable(check)
        ranges = [(shard.start, at - 1), (at, shard.end)]
        self._begin(SPLIT_SECONDS, lambda: self.stream.replace([shard], ranges))

    def merge_shards(self, shard_id: str, adjacent_shard_id: str) -> None:
        """MergeShards; asynchronous. Raises Refusal."""
        pair = sorted(
            (self.open_shard(shard_id), self.open_shard(adjacent_shard_id)),
            key=lambda shard: shard.start,
        )

        def check() -> None:
            self._check_idle()
            if pair[0].end + 1 != pair[1].start:
                raise Refusal("InvalidArgumentException", "the shards are not adjacent")

        self.stream.site.refusable(check)
        whole = [(pair[0].start, pair[1].end)]
        self._begin(SPLIT_SECONDS, lambda: self.stream.replace(pair, whole))

    def open_shard(self, shard_id: str) -> ShardState:
        """An open shard by its id. Raises Refusal."""
        found = [each for each in self.stream.open_shards if each.shard_id == shard_id]
        if not found:
            self.stream.site.violations += 1
            raise Refusal("ResourceNotFoundException", f"no open shard {shard_id}")
        return found[0]

    def set_retention_hours(self, hours: int) -> None:
        """IncreaseStreamRetentionPeriod or its opposite; at once. Raises Refusal."""
        least, most = RETENTION_HOURS

        def check() -> None:
            self._check_idle()
            if not least <= hours <= most or hours == self.stream.retention_hours:
                raise Refusal("InvalidArgumentException", f"retention of {hours} hours")

        self.stream.site.refusable(check)
        self.stream.retention_hours = hours


def _check_shard_target(current: int, target: int, calls: list[float], now: float) -> None:
    """UpdateShardCount's limits (API reference): double, half, ten in a rolling day."""
    if target < 1 or target == current:
        raise Refusal("InvalidArgumentException", f"TargetShardCount {target} is not valid")
    if target > SHARDS_MAX:
        raise Refusal("LimitExceededException", f"at most {SHARDS_MAX} shards")
    if target > 2 * current or target < ceil(current / 2):
        raise Refusal(
            "LimitExceededException", f"from {current} shards at most double and at least half"
        )
    if sum(now - at < DAY_SECONDS for at in calls) >= UPDATES_PER_DAY:
        raise Refusal("LimitExceededException", "10 UpdateShardCount calls in 24 hours are spent")


def _reshard_seconds(current: int, target: int) -> float:
    """How long the stream is UPDATING: multiples of 25 % finish sooner (API reference). The
    seconds themselves are this world's own."""
    quick = target * 4 % current == 0
    return (30 + target) * (1 if quick else 2)
