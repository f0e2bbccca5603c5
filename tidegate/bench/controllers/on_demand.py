"""Kinesis and DynamoDB on demand: AWS moves the capacity, and bills what is used.

From the Kinesis developer guide, "Choose the right mode to stream in": a new stream takes 4 MB/s
and 4,000 records/s, and later up to double the peak of the last 30 days; more than double within
15 minutes may be throttled. From the DynamoDB developer guide, "On-demand capacity mode": a new
table takes 4,000 writes/s at once, later double the previous peak. The world here has seen the
load's past (as far as it is known), so that its peak counts.

Lambda is not part of that: the factor is static at what the peak needs on the shards there are.
"""

from dataclasses import dataclass

from simulator.scenario import Traffic
from simulator.traffic import rate_at
from tidegate.bench.account import Account
from tidegate.bench.controllers.base import at_peak
from tidegate.bench.loads import Load
from tidegate.bench.plant import FACTOR_MAX, Setting, shards_for

__all__ = ["OnDemand", "capacity_for"]

NEW_RECORDS_PER_SECOND = 4000.0
DOUBLING_SECONDS = 900


def capacity_for(peak: float) -> float:
    """Records or write units a second that are served after a peak of so many."""
    return max(NEW_RECORDS_PER_SECOND, 2 * peak)


@dataclass(slots=True)
class OnDemand:
    """AWS's own hand: it needs no call, and no limit of calls binds it."""

    _peak: float = 0.0
    _raised_at: float = -1e9

    def setting(self, load: Load) -> Setting:
        """What the past peak allows."""
        past = Traffic(load.points)
        first = int(min(0.0, load.points[0][0]))
        self._peak = max(rate_at(past, second) for second in range(first, 1, 300))
        rate = capacity_for(self._peak)
        shards = shards_for(rate)
        factor = min(FACTOR_MAX, -(-at_peak(load).lanes // shards))
        return Setting(shards, factor, int(rate))

    def act(self, account: Account) -> None:
        """Follow the peak: capacity is double the highest rate there has been."""
        world = account.world
        if not world.series:
            return
        self._peak = max(self._peak, world.series[-1].arrivals_per_second)
        rate = capacity_for(self._peak)
        table = world.capacities[None]
        if table.write_units != int(rate):
            table.set_units(int(rate), table.read_units)
        shards = shards_for(rate)
        if shards > world.stream.open_count and (
            world.second - self._raised_at >= DOUBLING_SECONDS
        ):
            self._raised_at = world.second
            world.stream.uniform(shards)
            world.stream.weigh(world.traffic)
