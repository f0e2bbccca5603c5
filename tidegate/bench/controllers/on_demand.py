"""Kinesis and DynamoDB on demand: AWS moves the capacity, and bills what is used.

From the Kinesis developer guide, "Choose the right mode to stream in": a new stream takes 4 MB/s
and 4,000 records/s, and later up to double the peak of the last 30 days; more than double within
15 minutes may be throttled. From the DynamoDB developer guide, "On-demand capacity mode": a new
table takes 4,000 writes/s at once, later double the previous peak, however long ago that was; more
than double within 30 minutes may be throttled. So what is served is raised no sooner than so long
after the last time. The world here has seen the load's past (as far as it is known), so that its
peak counts; nothing is taken away while a load lasts.

Lambda is not part of that: the factor is static at what the peak needs on the shards there are.
"""

from dataclasses import dataclass

from tidegate.bench.account import Account
from tidegate.bench.controllers.base import at_peak
from tidegate.bench.loads import Load
from tidegate.bench.plant import FACTOR_MAX, Setting, shards_for
from tidegate.simulator.kinds.dynamodb_table.table import TableState
from tidegate.simulator.kinds.kinesis_stream.stream import StreamState
from tidegate.simulator.traffic import rate_at

__all__ = ["OnDemand", "capacity_for", "past_peak"]

NEW_RECORDS_PER_SECOND = 4000.0
STREAM_SECONDS, TABLE_SECONDS = 900, 1800
STREAM_REMEMBERS_SECONDS = 30 * 86_400


def capacity_for(peak: float) -> float:
    """Records or write units a second that are served after a peak of so many."""
    return max(NEW_RECORDS_PER_SECOND, 2 * peak)


def past_peak(load: Load, since: float) -> float:
    """The highest rate from a second on until the load begins; between points it is on a line."""
    inside = (rate for second, rate in load.points if since <= second <= 0)
    return max(rate_at(load.points, since), *inside, rate_at(load.points, 0))


@dataclass(slots=True)
class OnDemand:
    """AWS's own hand: it needs no call, and no limit of calls binds it."""

    _stream_peak: float = 0.0
    _table_peak: float = 0.0
    _units: int = 0
    _stream_raised_at: float = -1e9
    _table_raised_at: float = -1e9

    def setting(self, load: Load) -> Setting:
        """What the past peak allows."""
        first = min(0.0, load.points[0][0])
        self._table_peak = past_peak(load, first)
        self._stream_peak = past_peak(load, max(first, -STREAM_REMEMBERS_SECONDS))
        self._units = int(capacity_for(self._table_peak))
        shards = shards_for(capacity_for(self._stream_peak))
        factor = min(FACTOR_MAX, -(-at_peak(load).lanes // shards))
        return Setting(shards, factor, self._units)

    def act(self, account: Account) -> None:
        """Follow the peak towards double the highest rate there has been, as often as the guides
        allow."""
        world = account.world
        if not world.series:
            return
        newest = world.series[-1].arrivals_per_second
        self._stream_peak = max(self._stream_peak, newest)
        self._table_peak = max(self._table_peak, newest)
        self._serve_units(account)
        shards = shards_for(capacity_for(self._stream_peak))
        waited = world.second - self._stream_raised_at >= STREAM_SECONDS
        stream = world.the(StreamState)
        if shards > stream.open_count and waited:
            self._stream_raised_at = world.second
            stream.uniform(shards)
            stream.weigh(stream.traffic)

    def _serve_units(self, account: Account) -> None:
        world = account.world
        units = int(capacity_for(self._table_peak))
        if units > self._units and world.second - self._table_raised_at >= TABLE_SECONDS:
            self._table_raised_at = world.second
            self._units = units
        table = world.the(TableState).capacities[None]
        if table.write_units != self._units:
            table.set_units(self._units, table.read_units)
