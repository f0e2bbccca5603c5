"""A pipeline's history, read from the ledger."""

from datetime import datetime
from typing import TYPE_CHECKING

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.scaling.config.levers import all_settings
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import DAY, REMEMBER, History

if TYPE_CHECKING:
    from tidegate.scaling.ports import Ledger

__all__ = ["remembered"]


def remembered(pipeline: Pipeline, ledger: "Ledger", now: datetime) -> History:
    """The pipeline's own change records, those of its stream's shard count by any caller, and what
    is still open of its levers, whoever began it and however long ago."""
    shards = Lever.of(LeverKind.SHARD_COUNT, pipeline.stream.name)
    own = ledger.change_records(pipeline.name, now - REMEMBER)
    others = ledger.change_records_of(shards, now - DAY)
    open_ = ledger.open_change_records(all_settings(pipeline).keys())
    found = {change_record.entry_id: change_record for change_record in (*open_, *own, *others)}
    return History(tuple(sorted(found.values(), key=lambda change_record: change_record.begun_at)))
