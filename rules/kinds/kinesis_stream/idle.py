"""Minutes in which nothing came in, and what is silent because of it.

A minute without a point is not a zero: but DynamoDB publishes no consumption of a table that nobody
uses, and Kinesis no arrivals of a stream that nobody writes. Silence there is a zero where another
metric of the same minute says so.
"""

from tidegate.rules.kinds.source import SourceSeries
from tidegate.rules.window import Window

__all__ = ["arrivals_told", "consumption_told"]


def arrivals_told(stream: SourceSeries) -> Window:
    """The records that came in, 0 where no point tells and readers found the stream empty."""
    incoming = stream.incoming_records
    if None not in incoming.samples:
        return incoming
    samples = [
        0.0 if came is None and read == 0 and age == 0 else came
        for came, read, age in zip(
            incoming.samples,
            stream.read_records.samples,
            stream.iterator_age_milliseconds.samples,
            strict=True,
        )
    ]
    return Window(incoming.metric, incoming.start, tuple(samples))


def consumption_told(consumed: Window, stream: SourceSeries) -> Window:
    """The units consumed, 0 where no point tells, nothing came in and nothing was read."""
    if None not in consumed.samples:
        return consumed
    arrivals = arrivals_told(stream).samples
    samples = [
        0.0 if units is None and came == 0 and not read else units
        for units, came, read in zip(
            consumed.samples, arrivals, stream.read_records.samples, strict=True
        )
    ]
    return Window(consumed.metric, consumed.start, tuple(samples))
