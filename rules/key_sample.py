"""What a look into one shard's records showed."""

from dataclasses import dataclass

__all__ = ["KeySample"]


@dataclass(frozen=True, slots=True)
class KeySample:
    """The partition keys of the newest records put to one shard: how many of each key."""

    shard_id: str
    counts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """How many records were sampled."""
        return sum(count for _, count in self.counts)

    @property
    def top_share(self) -> float:
        """The share of sampled records that carry the most frequent key, 0..1."""
        return max(count for _, count in self.counts) / self.total if self.total else 0.0
