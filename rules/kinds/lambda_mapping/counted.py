"""The records of a consumer by its mapping's own counts (EventCount).

Lambda counts an event as polled once, and as invoked for each attempt (Lambda developer guide,
event source mapping metrics).
"""

from dataclasses import dataclass

from tidegate.rules.kinds.lambda_mapping.series import FunctionSeries
from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.window import Window

__all__ = ["Counts", "counts", "polled_lately"]

COUNTED_SECONDS = 1800
"""So long that the records which are on their way at its ends are a small part of all."""
EDGE_SECONDS = 60
"""A record may come in at the end of one minute and be counted in the next."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Events of the newest ``seconds``. ``on_the_way`` is how many of those that came in may not be
    counted any further yet."""

    seconds: int
    incoming: float
    polled: float
    filtered: float
    invoked: float
    failed: float
    discarded: float
    on_the_way: float

    @property
    def unpolled(self) -> float:
        """Records that came in and were not read, beyond those on their way."""
        return max(0.0, self.incoming - self.polled - self.on_the_way)

    @property
    def not_handed_on(self) -> float:
        """Records that were read, neither left out by the filter nor handed to the function, beyond
        those on their way."""
        handed = self.filtered + self.invoked + self.discarded
        return max(0.0, self.polled - handed - self.on_the_way)

    @property
    def succeeded(self) -> float:
        """Records that the function was invoked for, without the attempts that failed."""
        return max(0.0, min(self.invoked - self.failed, self.polled - self.filtered))

    @property
    def is_every_record_done(self) -> bool:
        """Whether each record that came in was left out by the filter, or processed at once: what
        was retried or failed may be done or not."""
        retried = self.invoked - (self.polled - self.filtered)
        lost = self.unpolled + self.not_handed_on + self.failed + self.discarded
        return not lost and retried <= self.on_the_way


def counts(signals: Signals, consumer: Consumer) -> Counts | None:
    """From the first minute on in which the mapping counted; None where it doesn't tell lately."""
    series = signals.of(consumer.function)
    polled = series.polled_events
    if polled is None or not polled_lately(series):
        return None
    told = polled.last(COUNTED_SECONDS).samples
    minutes = len(told) - next(n for n, each in enumerate(told) if each is not None)
    seconds = minutes * polled.metric.period_seconds
    incoming, discarded = signals.series.source.incoming_records, series.dropped_events
    return Counts(
        seconds,
        incoming.last(seconds).total,
        polled.last(seconds).total,
        _total(series.filtered_events, seconds),
        _total(series.invoked_events, seconds),
        _total(series.failed_events, seconds),
        _total(discarded, seconds) + _total(series.kept_events, seconds),
        incoming.last(_on_the_way_seconds(signals, consumer)).total,
    )


def polled_lately(series: FunctionSeries) -> bool:
    """Whether the mapping tells how much it polled, be it nothing."""
    polled = series.polled_events
    return polled is not None and bool(polled.last(RECENT_SECONDS).present)


def _total(window: Window | None, seconds: int) -> float:
    return 0.0 if window is None else window.last(seconds).total


def _on_the_way_seconds(signals: Signals, consumer: Consumer) -> float:
    """How old a record may be that isn't done, where nothing is wrong."""
    series, window = signals.of(consumer.function), consumer.mapping.batching_window_seconds
    longest = (series.duration_maximum_milliseconds.last(RECENT_SECONDS).peak or 0.0) / 1000
    return EDGE_SECONDS + window + longest + (signals.age_seconds or 0.0)
