"""What shows that an application reads: that it tells how far it is behind."""

from tidegate.rules.flow import Flow, Grade, ReaderHealth
from tidegate.rules.kinds.flink_application import words
from tidegate.rules.kinds.flink_application.failures import SILENT_SECONDS
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.rates import highest
from tidegate.rules.kinds.signals import Signals

__all__ = ["reader_health"]


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
    return ReaderHealth(name, Grade.INFERRED, told, flow, None if age is None else age / 1000)
