"""The shards of a stream, as the units that a plan sizes with what reads them."""

from dataclasses import dataclass

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.kinesis_stream.state import (
    SHARD_BYTES_PER_SECOND,
    SHARD_RECORDS_PER_SECOND,
    Stream,
)
from tidegate.scaling.kinds.kinesis_stream.limits import UPDATES_PER_DAY
from tidegate.scaling.model.change_record import Lever

__all__ = ["Shards"]

DAY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Shards:
    """``tidegate.scaling.model.planning.SourceUnits``: the open shards of a stream."""

    stream: Stream

    @property
    def lever(self) -> Lever:
        """The shard count."""
        return Lever.of(LeverKind.SHARD_COUNT, self.stream.name)

    @property
    def count(self) -> int:
        """Those that are open."""
        return self.stream.shard_count

    @property
    def change_takes_seconds(self) -> float:
        """UpdateShardCount takes half a minute at least."""
        return 30.0

    @property
    def change_lasts_seconds(self) -> float:
        """The part of a day that each of its calls has."""
        return DAY_SECONDS / UPDATES_PER_DAY

    def lets_in(self, units: int) -> tuple[float, float]:
        """As many times what a shard takes."""
        return SHARD_RECORDS_PER_SECOND * units, SHARD_BYTES_PER_SECOND * units
