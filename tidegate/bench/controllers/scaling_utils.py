"""awslabs/amazon-kinesis-scaling-utils with the example configuration of its README.

Scale out by 20 % of the shards when PUTs are above 80 % of the capacity for 10 minutes; in by one
shard when below 20 % for 60 minutes, at most once in 120 minutes (coolOffMins). At least one shard
is added. It looks at the fuller of records and bytes.

It governs shards alone: the table is static at the load's peak, and the factor at what the peak
needs on the shards of the start.
"""

from dataclasses import dataclass
from math import ceil

from tidegate.bench.account import Account
from tidegate.bench.controllers.base import Samples, at_peak, at_start, shards_resource
from tidegate.bench.controllers.target_tracking import all_above, all_below
from tidegate.bench.loads import Load
from tidegate.bench.plant import FACTOR_MAX, SHARDS_MAX, Setting

__all__ = ["ScalingUtils"]

OUT_AT, OUT_MINUTES, OUT_SHARE = 0.8, 10, 0.2
IN_AT, IN_MINUTES, IN_SHARDS = 0.2, 60, 1
COOL_OFF_SECONDS = 120 * 60


@dataclass(slots=True)
class ScalingUtils:
    """The stream monitor of one stream."""

    _out_at: float = -1e9
    _in_at: float = -1e9

    def setting(self, load: Load) -> Setting:
        """Shards for the start, the rest for the peak."""
        start, peak = at_start(load), at_peak(load)
        factor = min(FACTOR_MAX, -(-peak.lanes // start.shards))
        return Setting(start.shards, factor, peak.write_units)

    def wanted(self, shards: int, use: Samples, second: float) -> int:
        """The shards after this look, the current ones to stay."""
        if all_above(use, OUT_AT, OUT_MINUTES) and second - self._out_at >= OUT_MINUTES * 60:
            return shards + ceil(shards * OUT_SHARE)
        if all_below(use, IN_AT, IN_MINUTES) and second - self._in_at >= COOL_OFF_SECONDS:
            return max(1, shards - IN_SHARDS)
        return shards

    def act(self, account: Account) -> None:
        """Look once, unless the last operation is still under way."""
        if account.is_stream_updating:
            return
        second, shards = account.world.second, account.setting.shards
        wanted = self.wanted(shards, shards_resource.use(account, IN_MINUTES), second)
        if wanted > shards:
            self._out_at = second
        elif wanted < shards:
            self._in_at = second
        account.set_shards(min(wanted, SHARDS_MAX))
