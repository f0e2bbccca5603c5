"""aws-samples/kinesis-auto-scaling: two alarms over five-minute points of the fuller of records
and bytes; the shards are doubled or halved.

From the repository (terraform/scale.tf, kinesis_scaling_cf.yaml, golang/scale.go): out after 5 of
5 points (25 min) at or above the high threshold, in after 57 of 60 (285 of 300 min) below the low
one; missing points count as zero; not in while the iterator age is above 30 min, which is scaled
into the same factor. The thresholds of the article that introduced it are 0.25 and 0.075, those of
the repository's templates 0.75 and 0.25: both are measured.

Alarms are evaluated each minute over points that slide along, as scale.tf tells. After a scaling,
both are written anew with the new count and set to INSUFFICIENT_DATA, so that they tell all of
their points against it, those from before the scaling too, and may fire again at once: the pause
between scalings is "unused right now and set to 0" (checkLastScaledTimestamp). While the stream is
UPDATING the call is refused and the alarm set to OK, to try again.

It governs shards alone: the table is static at the load's peak, and the factor at what the peak
needs on the shards of the start, so that concurrency never is what it lacks.
"""

from dataclasses import dataclass

from tidegate.bench.account import Account
from tidegate.bench.controllers.base import Samples, at_peak, at_start
from tidegate.bench.loads import Load
from tidegate.bench.plant import FACTOR_MAX, SHARDS_MAX, Setting

__all__ = ["KinesisAutoScaling", "scaled"]

PERIOD_MINUTES = 5
OUT_POINTS = 5
IN_POINTS, IN_POINTS_OF = 57, 60
AGE_MINUTES_BLOCKING = 30


def scaled(direction: str, shards: int) -> int:
    """Twice the shards, or half of them rounded down, at least one; ``direction`` is Up or Down.
    Of an odd count AWS takes no less than half rounded up, which is what the account asks for."""
    return shards * 2 if direction == "Up" else max(1, shards // 2)


def periods(minutes: Samples, *, largest: bool = False) -> list[float]:
    """Five-minute points, sums or largest values, the last ending with the newest minute; a
    missing minute counts as nothing."""
    filled = [0.0 if each is None else each for each in minutes]
    groups = [
        filled[max(0, end - PERIOD_MINUTES) : end] for end in range(len(filled), 0, -PERIOD_MINUTES)
    ]
    return [max(group) if largest else sum(group) for group in reversed(groups)]


@dataclass(slots=True)
class KinesisAutoScaling:
    """Both alarms and the function that they call."""

    out_at: float
    in_at: float

    def setting(self, load: Load) -> Setting:
        """Shards for the start, the rest for the peak."""
        start, peak = at_start(load), at_peak(load)
        factor = min(FACTOR_MAX, -(-peak.lanes // start.shards))
        return Setting(start.shards, factor, peak.write_units)

    def act(self, account: Account) -> None:
        """Evaluate both alarms; the lower one never fires at one shard."""
        if account.is_stream_updating:
            return
        shards = account.setting.shards
        if self._is_high(_use(account, shards, OUT_POINTS)):
            account.set_shards(min(scaled("Up", shards), SHARDS_MAX))
        elif shards > 1:
            ages = account.kinesis(
                "GetRecords.IteratorAgeMilliseconds", "Maximum", PERIOD_MINUTES * IN_POINTS_OF
            )
            if self._is_low(_use(account, shards, IN_POINTS_OF), periods(ages, largest=True)):
                account.set_shards(scaled("Down", shards))

    def _is_high(self, use: list[float]) -> bool:
        newest = use[-OUT_POINTS:]
        return len(newest) == OUT_POINTS and all(each >= self.out_at for each in newest)

    def _is_low(self, use: list[float], ages_milliseconds: list[float]) -> bool:
        by_age = [age / 60_000 * self.in_at / AGE_MINUTES_BLOCKING for age in ages_milliseconds]
        by_age = [0.0] * (len(use) - len(by_age)) + by_age
        below = sum(max(pair) < self.in_at for pair in zip(use, by_age, strict=True))
        return len(use) == IN_POINTS_OF and below >= IN_POINTS


def _use(account: Account, shards: int, points: int) -> list[float]:
    minutes = PERIOD_MINUTES * points
    records = periods(account.kinesis("IncomingRecords", "Sum", minutes))
    sizes = periods(account.kinesis("IncomingBytes", "Sum", minutes))
    seconds = 60 * PERIOD_MINUTES * shards
    return [
        max(count / (1000 * seconds), size / (1024 * 1024 * seconds))
        for count, size in zip(records, sizes, strict=True)
    ]
