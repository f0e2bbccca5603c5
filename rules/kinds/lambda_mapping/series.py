"""What is measured of a function."""

from dataclasses import KW_ONLY, dataclass

from tidegate.rules.kinds.ages import TIP_SECONDS
from tidegate.rules.window import Window

__all__ = ["FunctionSeries"]


@dataclass(frozen=True, slots=True)
class FunctionSeries:
    """One function's metrics, per minute: sums, and maxima where the name says so; the age is the
    maximum of all its sources. Events dropped, those given to the on-failure destination, polled,
    filtered out, invoked for, and those of failed attempts are None where the mapping doesn't count
    them. ``is_shared`` where other sources invoke it as well. ``memory_percent`` is None without
    Lambda Insights."""

    invocations: Window
    errors: Window
    throttles: Window
    duration_sum_milliseconds: Window
    duration_maximum_milliseconds: Window
    iterator_age_milliseconds: Window
    dropped_events: Window | None = None
    kept_events: Window | None = None
    polled_events: Window | None = None
    filtered_events: Window | None = None
    invoked_events: Window | None = None
    failed_events: Window | None = None
    _: KW_ONLY
    memory_percent: Window | None = None
    is_shared: bool = False

    @property
    def own_age_milliseconds(self) -> Window:
        """The age of what the stream's mapping hands on. Of a function with other sources it isn't
        told; nor is a low one beside throttles, since what is throttled publishes none."""
        age = self.iterator_age_milliseconds
        if self.is_shared:
            return age.silenced()
        if not any(self.throttles.samples):
            return age
        pairs = zip(age.samples, self.throttles.samples, strict=True)
        most = 1000 * TIP_SECONDS
        samples = [
            None if throttled and (each or 0.0) <= most else each for each, throttled in pairs
        ]
        return Window(age.metric, age.start, tuple(samples))
