"""A pipeline's history, read from the ledger."""

from datetime import datetime
from typing import TYPE_CHECKING

from tidegate.rules.graph import Pipeline
from tidegate.scaling.config.levers import all_settings
from tidegate.scaling.model.history import DAY, REMEMBER, History
from tidegate.scaling.model.roles import plannings

if TYPE_CHECKING:
    from tidegate.scaling.ports import Ledger

__all__ = ["remembered"]


def remembered(pipeline: Pipeline, ledger: "Ledger", now: datetime) -> History:
    """The pipeline's own change records, those by any caller of levers that are changed under other
    names too, and what is still open of its levers, whoever began it and however long ago; and the
    pauses."""
    shared = (lever for planning in plannings(pipeline) for lever in planning.shared_levers)
    own = ledger.change_records(pipeline.name, now - REMEMBER)
    others = [each for lever in shared for each in ledger.change_records_of(lever, now - DAY)]
    open_ = ledger.open_change_records(all_settings(pipeline).keys())
    found = {change_record.entry_id: change_record for change_record in (*open_, *own, *others)}
    change_records = sorted(found.values(), key=lambda change_record: change_record.begun_at)
    return History(tuple(change_records), pauses=ledger.pauses())
