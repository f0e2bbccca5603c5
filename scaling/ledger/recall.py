"""A pipeline's history, read from the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.scaling.config.levers import all_settings
from tidegate.scaling.kinds.kinesis_stream.levers import why_no_call
from tidegate.scaling.kinds.kinesis_stream.limits import UPDATES_PER_DAY
from tidegate.scaling.model.change_record import ChangeRecord, Lever
from tidegate.scaling.model.history import DAY, REMEMBER, History

if TYPE_CHECKING:
    from tidegate.scaling.ports import Ledger

__all__ = ["UpdatesLeft", "remembered", "updates_left"]


def remembered(pipeline: Pipeline, ledger: "Ledger", now: datetime) -> History:
    """The pipeline's own change records, those of its stream's shard count by any caller, and what
    is still open of its levers, whoever began it and however long ago; and the pauses."""
    own = ledger.change_records(pipeline.name, now - REMEMBER)
    others = _of_source(pipeline, ledger, now)
    open_ = ledger.open_change_records(all_settings(pipeline).keys())
    found = {change_record.entry_id: change_record for change_record in (*open_, *own, *others)}
    change_records = sorted(found.values(), key=lambda change_record: change_record.begun_at)
    return History(tuple(change_records), pauses=ledger.pauses())


def _of_source(pipeline: Pipeline, ledger: "Ledger", now: datetime) -> Sequence[ChangeRecord]:
    try:
        shards = Lever.of(LeverKind.SHARD_COUNT, pipeline.source.name)
    except LookupError:
        # What was described alone has no source.
        return ()
    return ledger.change_records_of(shards, now - DAY)


@dataclass(frozen=True, slots=True)
class UpdatesLeft:
    """UpdateShardCount calls left of the rolling day, and why none is where none is."""

    count: int
    why_none: str | None


def updates_left(ledger: "Ledger", stream: str, now: datetime) -> UpdatesLeft:
    """By the ledger and AWS's last refusal."""
    lever = Lever.of(LeverKind.SHARD_COUNT, stream)
    history = History(ledger.change_records_of(lever, now - timedelta(days=1)))
    why_none = why_no_call(history, now)
    left = UPDATES_PER_DAY - history.shard_count_updates(now)
    return UpdatesLeft(left, None) if why_none is None else UpdatesLeft(0, str(why_none.reason))
