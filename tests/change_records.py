"""Change records for tests."""

from datetime import datetime, timedelta

from tests.builders import NOON
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History


def change(
    lever: Lever,
    before: int,
    after: int,
    *,
    minutes_ago: float = 30,
    operation: str = "",
    outcome: Outcome = Outcome.DONE,
    detail: str | None = None,
    pipeline: str = "race",
    now: datetime = NOON,
) -> ChangeRecord:
    """A lever's change, begun some minutes before noon."""
    at = now - timedelta(minutes=minutes_ago)
    entry_id = f"{pipeline} {lever} {at.isoformat()}"
    return ChangeRecord(
        entry_id, pipeline, lever, operation, before, after, "", at, outcome, detail=detail
    )


def history(*records: ChangeRecord) -> History:
    return History(tuple(sorted(records, key=lambda record: record.begun_at)))
