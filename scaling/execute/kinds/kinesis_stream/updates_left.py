"""The calls of UpdateShardCount that the day has left for a stream."""

from dataclasses import dataclass
from datetime import datetime

from tidegate.rules.cause import LeverKind
from tidegate.scaling.kinds.kinesis_stream.actions import UPDATE_SHARD_COUNT
from tidegate.scaling.kinds.kinesis_stream.levers import why_no_call
from tidegate.scaling.kinds.kinesis_stream.limits import UPDATES_PER_DAY
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import DAY, History
from tidegate.scaling.ports import Ledger

__all__ = ["UpdatesLeft", "updates_left"]


@dataclass(frozen=True, slots=True)
class UpdatesLeft:
    """UpdateShardCount calls left of the rolling day, and why none is where none is."""

    count: int
    why_none: str | None


def updates_left(ledger: Ledger, stream: str, now: datetime) -> UpdatesLeft:
    """By the ledger and AWS's last refusal."""
    lever = Lever.of(LeverKind.SHARD_COUNT, stream)
    history = History(ledger.change_records_of(lever, now - DAY))
    why_none = why_no_call(history, now)
    left = UPDATES_PER_DAY - history.calls(UPDATE_SHARD_COUNT, now)
    return UpdatesLeft(left, None) if why_none is None else UpdatesLeft(0, str(why_none.reason))
