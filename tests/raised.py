"""Raises that were made, and a pipeline that is late after them."""

from datetime import timedelta

from tests.builders import NOON, a_pipeline, a_table, newest, signals
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History


def record(lever: Lever, minutes_ago: float, before: int = 2, after: int = 4) -> ChangeRecord:
    at = NOON - timedelta(minutes=minutes_ago)
    return ChangeRecord(
        f"{lever} {minutes_ago}", "race", lever, "x:Y", before, after, "", at, Outcome.DONE
    )


def history(*records: ChangeRecord) -> History:
    return History(records)


def late(per_minute: float = 60) -> Signals:
    """An age over the objective all the time, which changes by so many seconds a minute; 100
    records/s come in, are read and written."""
    seen = signals(a_pipeline(shards=4, factor=4, table=a_table(400)))
    ages = [(10_000 + per_minute * at) * 1000 for at in range(90)]
    return newest(seen, iterator_age_milliseconds=ages)
