"""What is measured of the source of a pipeline, of whatever kind it is."""

from collections.abc import Callable
from dataclasses import dataclass

from tidegate.rules.window import Metric, Window

__all__ = ["Cut", "SourceSeries"]

Cut = Callable[[Metric], Window]
"""The window of a metric, cut where the slowest layer has reported."""


@dataclass(frozen=True, slots=True)
class SourceSeries:
    """A source's metrics, per minute: sums, and the maximum of the age of the oldest unread record,
    which is that of the reader furthest behind; of puts the mean share that succeeded. What a kind
    of source has no metric of is silent, or None.
    """

    incoming_records: Window
    incoming_bytes: Window
    write_throttles: Window
    read_throttles: Window
    read_records: Window
    iterator_age_milliseconds: Window
    put_record_success: Window | None = None
    put_records_success: Window | None = None
