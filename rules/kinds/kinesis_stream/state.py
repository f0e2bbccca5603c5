"""What is configured of a Kinesis data stream, and what a look into its shards showed."""

from dataclasses import dataclass
from datetime import datetime

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline, Question, Resource, Role
from tidegate.rules.setting_steps import Setting

__all__ = [
    "HASH_KEYS",
    "PARENTS_SECONDS",
    "SHARD_BYTES_PER_SECOND",
    "SHARD_RECORDS_PER_SECOND",
    "KeySample",
    "SampleKeys",
    "Shard",
    "Stream",
    "has_stream",
    "shard_count_of",
    "shards_of",
    "stream_of",
]

HASH_KEYS = 2**128
"""The size of the hash key space (SplitShard, API reference)."""

PARENTS_SECONDS = 600
"""So long a reshard alone explains that readers are late, since they read its parents to their end
first. A choice, which no page of AWS bounds: what waited in them is to be gone within the
objective's ``catch_up_seconds``, 300 by default, and the reshard and its metrics take minutes."""

SHARD_RECORDS_PER_SECOND = 1000
"""Write limit of a shard (Kinesis quotas; AWS blog, Alleycat)."""

SHARD_BYTES_PER_SECOND = 1024 * 1024
"""Write limit of a shard (Kinesis quotas; AWS blog, Alleycat)."""


@dataclass(frozen=True, slots=True)
class Shard:
    """An open or closed shard and its hash key range, both ends included."""

    shard_id: str
    starting_hash_key: int
    ending_hash_key: int
    parent_ids: tuple[str, ...] = ()
    is_open: bool = True

    @property
    def key_share(self) -> float:
        """The part of the whole hash key space that this shard carries, 0..1."""
        return (self.ending_hash_key - self.starting_hash_key + 1) / HASH_KEYS


@dataclass(frozen=True, slots=True)
class KeySample:
    """The partition keys of the newest records put to one shard: how many of each key.

    ``aggregated`` of the records hold several user records each, as the Kinesis Producer Library
    writes them: the key is the aggregate's, and those of its user records are inside it."""

    shard_id: str
    counts: tuple[tuple[str, int], ...]
    aggregated: int = 0

    @property
    def total(self) -> int:
        """How many records were sampled."""
        return sum(count for _, count in self.counts)

    @property
    def top_share(self) -> float:
        """The share of sampled records that carry the most frequent key, 0..1."""
        return max(count for _, count in self.counts) / self.total if self.total else 0.0

    @property
    def key_of_most(self) -> str | None:
        """The partition key that most of the sampled records carry; None where no key does."""
        half = self.total / 2
        return next((key for key, count in self.counts if count > half), None)

    @property
    def is_aggregated(self) -> bool:
        """Whether so many records are aggregates that the most frequent key is of some."""
        return self.aggregated > self.total * (1 - self.top_share)


@dataclass(frozen=True, slots=True)
class SampleKeys(Question[KeySample]):
    """Asks for the partition keys of records put to one shard in the last ``seconds`` before
    ``until``: one GetRecords call, so that a sick stream isn't loaded further."""

    stream: str
    shard_id: str
    seconds: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Stream:
    """A Kinesis data stream. ``status`` and ``mode`` are AWS's own words, ``created`` is when;
    ``key_samples`` are of the shards that were looked into (see ``SampleKeys``), ``consumers`` the
    names of those that are registered for enhanced fan-out."""

    name: str
    arn: str
    status: str
    mode: str
    open_shards: tuple[Shard, ...]
    retention_hours: int
    shard_metrics_enabled: bool = False
    created: str = ""
    key_samples: tuple[KeySample, ...] = ()
    consumers: tuple[str, ...] = ()

    @property
    def roles(self) -> tuple[Role, ...]:
        """Records wait in it; it may be written to as well."""
        return (Role.SOURCE,)

    @property
    def writes(self) -> tuple[Resource, ...]:
        """Nothing: it is read."""
        return ()

    @property
    def shard_count(self) -> int:
        """The number of open shards."""
        return len(self.open_shards)

    @property
    def has_one_key_a_shard(self) -> bool:
        """Whether most records of a shard have one key that is no key of the producers' data:
        that of aggregates of the Kinesis Producer Library, or one that most records of another
        shard have as well. A key alone is in one shard; in several by hash keys of their own
        (ExplicitHashKey)."""
        filled = [each for each in self.key_samples if each.key_of_most is not None]
        several = len({each.key_of_most for each in filled}) < len(filled)
        return several or any(each.is_aggregated for each in filled)

    @property
    def is_provisioned(self) -> bool:
        """Whether shard count is ours to set: not so for on-demand streams."""
        return self.mode == "PROVISIONED"


def has_stream(pipeline: Pipeline) -> bool:
    """Whether the pipeline reads a stream, and not another kind of source."""
    return pipeline.first(Stream) is not None


def shard_count_of(pipeline: Pipeline) -> int:
    """The open shards of the stream that a pipeline reads; 0 where it reads another source."""
    stream = pipeline.first(Stream)
    return 0 if stream is None else stream.shard_count


def shards_of(stream: Stream) -> Setting:
    """The stream's shards, as what limits it."""
    return Setting(LeverKind.SHARD_COUNT, stream.name, stream.shard_count)


def stream_of(pipeline: Pipeline) -> Stream:
    """The stream that a pipeline reads. LookupError where it reads another kind of source."""
    return pipeline.the(Stream)
