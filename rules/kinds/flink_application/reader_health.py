"""What shows that an application reads: that it tells how far it is behind."""

from statistics import median

from tidegate.rules.flow import Flow, Grade, ReaderHealth
from tidegate.rules.kinds.ages import TIP_SECONDS
from tidegate.rules.kinds.flink_application import words
from tidegate.rules.kinds.flink_application.failures import SILENT_SECONDS
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.rates import RECENT_SECONDS, highest
from tidegate.rules.kinds.signals import Signals

__all__ = ["reader_health"]

KNOWN_MINUTES = 10
"""As many as a job's rate is learnt from."""


def reader_health(signals: Signals, application: FlinkApplication) -> ReaderHealth:
    """Inferred by its own age, which is held against the objective elsewhere."""
    name, incoming = application.name, signals.series.source.incoming_records
    own = signals.of(application).behind_milliseconds
    behind = own.last(SILENT_SECONDS).latest
    came = incoming.last(SILENT_SECONDS)
    flow = Flow(SILENT_SECONDS, came.total if came.present else None)
    if behind is None:
        return ReaderHealth(name, None, words.BEHIND_UNKNOWN(name=name), flow)
    told = words.TELLS_HOW_FAR(name=name, behind_seconds=behind / 1000)
    age = highest(own)
    keeps_up = (
        age is not None and age <= 1000 * TIP_SECONDS and _reads_as_usual(signals, application)
    )
    own_age = None if age is None else age / 1000
    return ReaderHealth(name, Grade.INFERRED, told, flow, own_age, keeps_up)


def _reads_as_usual(signals: Signals, application: FlinkApplication) -> bool:
    """Whether in each of the newest minutes as much was read of what came in as in the minutes
    before in which it was not behind. A low age alone shows nothing: it stays where it was when a
    subtask stops to fetch. Nor do counts: each operator that receives a record counts it."""
    series, came = signals.of(application), signals.series.source.incoming_records
    least = 1 - signals.thresholds["read-less-than-came"]
    rows = zip(
        came.samples,
        series.records_per_second.samples,
        series.behind_milliseconds.samples,
        strict=False,
    )
    shares = [
        read * came.metric.period_seconds / arrived
        if arrived and read is not None and age is not None and age <= 1000 * TIP_SECONDS
        else None
        for arrived, read, age in rows
    ]
    newest = RECENT_SECONDS // came.metric.period_seconds
    before = [share for share in shares[:-newest] if share is not None]
    if len(before) < KNOWN_MINUTES:
        return False
    usual = median(before)
    return all(share is not None and share >= least * usual for share in shares[-newest:])
