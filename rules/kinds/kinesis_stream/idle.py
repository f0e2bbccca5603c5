"""Minutes in which nothing came in.

A minute without a point is not a zero: but Kinesis publishes no arrivals of a stream that nobody
writes. Silence there is a zero where another metric of the same minute says so.
"""

from tidegate.rules.kinds.source import SourceSeries
from tidegate.rules.window import Window

__all__ = ["arrivals_told"]


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
