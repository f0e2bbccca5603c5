"""What is measured of a function."""

from dataclasses import dataclass

from tidegate.rules.window import Window

__all__ = ["FunctionSeries"]


@dataclass(frozen=True, slots=True)
class FunctionSeries:
    """One function's metrics, per minute: sums, and maxima where the name says so; the age is the
    maximum of all its sources. Events dropped, and those given to the on-failure destination, are
    None where the mapping doesn't count them."""

    invocations: Window
    errors: Window
    throttles: Window
    duration_sum_milliseconds: Window
    duration_maximum_milliseconds: Window
    iterator_age_milliseconds: Window
    dropped_events: Window | None = None
    kept_events: Window | None = None
