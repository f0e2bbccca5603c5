"""The shard map: the 128-bit key ring as a value, and how even it is."""

from collections.abc import Iterable
from dataclasses import dataclass

from tidegate.rules.kinds.kinesis_stream.state import HASH_KEYS, Shard
from tidegate.scaling.model.errors import BetweenShapes

__all__ = ["EVEN_WITHIN", "ShardMap", "uniform", "width_range"]

EVEN_WITHIN = 0.1
"""A shard a tenth wider or narrower than its fair share is even enough by default."""


def width_range(count: int, tolerance: float) -> tuple[int, int]:
    """The widths, in hash keys, that count as even among ``count`` shards: within ``tolerance``
    of an equal share, and never stricter than whole hash keys allow."""
    fair = HASH_KEYS / count
    low = min(HASH_KEYS // count, int(fair * (1 - tolerance)) + 1)
    high = max(-(-HASH_KEYS // count), int(fair * (1 + tolerance)))
    return max(1, low), high


def uniform(count: int) -> tuple[int, ...]:
    """The inner boundaries of ``count`` equal shards, as UpdateShardCount makes them."""
    return tuple(HASH_KEYS * at // count for at in range(1, count))


@dataclass(frozen=True, slots=True)
class ShardMap:
    """Open shards in key order. They cover the ring without gap or overlap."""

    shards: tuple[Shard, ...]

    @classmethod
    def of(cls, shards: Iterable[Shard]) -> "ShardMap":
        """The map of the open ones among ``shards``; BetweenShapes where they don't cover the
        ring."""
        opened = sorted(
            (each for each in shards if each.is_open), key=lambda each: each.starting_hash_key
        )
        expected = 0
        for shard in opened:
            if shard.starting_hash_key != expected:
                kind = "overlap" if shard.starting_hash_key < expected else "gap"
                raise _between(f"have a {kind} at hash key {expected}")
            expected = shard.ending_hash_key + 1
        if expected != HASH_KEYS:
            raise _between(f"end at hash key {expected}, not at {HASH_KEYS}")
        return cls(tuple(opened))

    @property
    def count(self) -> int:
        """How many shards are open."""
        return len(self.shards)

    @property
    def boundaries(self) -> tuple[int, ...]:
        """Where one shard ends and the next begins: the starting hash keys but the first."""
        return tuple(shard.starting_hash_key for shard in self.shards[1:])

    @property
    def unevenness(self) -> float:
        """How far the widest or narrowest shard is from its fair share; 0 is even."""
        return max(abs(shard.key_share * self.count - 1) for shard in self.shards)

    def at(self, hash_key: int) -> Shard:
        """The shard that a hash key falls into."""
        return next(
            shard
            for shard in self.shards
            if shard.starting_hash_key <= hash_key <= shard.ending_hash_key
        )

    def named(self, shard_id: str) -> Shard | None:
        """An open shard by its id; the digits at the end are enough."""
        exact = [shard for shard in self.shards if shard.shard_id == shard_id]
        if exact or not shard_id.isdigit():
            return exact[0] if exact else None
        number = int(shard_id)
        found = (each for each in self.shards if int(each.shard_id.rpartition("-")[2]) == number)
        return next(found, None)


def _between(words: str) -> BetweenShapes:
    return BetweenShapes(f"the open shards {words}: a reshard is in progress; try again afterwards")
