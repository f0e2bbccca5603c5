"""awslabs/amazon-kinesis-scaling-utils with the example configuration of its README.

Scale out by 20 % of the shards when PUTs are above 80 % of the capacity for 10 minutes; in by one
shard when below 20 % for 60 minutes, at most once in 120 minutes (coolOffMins). What "for" means is
in StreamMonitor.java (processCloudwatchMetrics, and run for the window): of the last 60 minutes,
the longer of both, 10 anywhere are enough to go out, whether or not in a row, and all 60 are needed
to go in, where a minute without a data point counts as low. The capacity is that of now, and only
scale-downs cool off. It looks at the fuller of records and bytes, which here are the records.

It governs shards alone: the table is static at the load's peak, and the factor at what the peak
needs on the shards of the start.
"""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from tidegate.bench.account import Account
from tidegate.bench.controllers.base import Samples, at_peak, at_start, shards_resource
from tidegate.bench.loads import Load
from tidegate.bench.plant import FACTOR_MAX, SHARDS_MAX, STREAM, Setting

__all__ = ["ScalingUtils"]

OUT_AT, OUT_MINUTES, OUT_SHARE = 0.8, 10, 0.2
IN_AT, IN_MINUTES, IN_SHARDS = 0.2, 60, 1
COOL_OFF_SECONDS = 120 * 60


@dataclass(slots=True)
class ScalingUtils:
    """The stream monitor of one stream."""

    _in_at: float = -1e9

    def setting(self, load: Load) -> Setting:
        """Shards for the start, the rest for the peak."""
        start, peak = at_start(load), at_peak(load)
        factor = min(FACTOR_MAX, -(-peak.lanes // start.shards))
        return Setting(start.shards, factor, peak.write_units)

    def wanted(self, shards: int, use: Samples, second: float) -> int:
        """The shards after this look, the current ones to stay."""
        present = [each for each in use if each is not None]
        high = sum(each > OUT_AT for each in present)
        low = IN_MINUTES - len(present) + sum(each < IN_AT for each in present)
        if high >= OUT_MINUTES:
            return ceil(shards + shards * OUT_SHARE)
        if low >= IN_MINUTES and second - self._in_at >= COOL_OFF_SECONDS:
            return max(1, shards - IN_SHARDS)
        return shards

    def act(self, account: Account) -> None:
        """Look once, unless the last operation is still under way."""
        if account.is_stream_updating:
            return
        second, shards = account.world.second, account.setting.shards
        wanted = self.wanted(shards, _use(account, shards), second)
        account.set_shards(min(wanted, SHARDS_MAX))
        if wanted < shards and shards_resource.is_changing(account):
            self._in_at = second


def _use(account: Account, shards: int) -> Samples:
    world = account.world
    start = world.now.replace(second=0) - timedelta(minutes=IN_MINUTES)
    dimensions = (("StreamName", STREAM),)
    sums = world.metrics(("AWS/Kinesis", "IncomingRecords", dimensions), "Sum", start, IN_MINUTES)
    return [None if each is None else each / (60 * 1000 * shards) for each in sums]
