"""Metric windows: what CloudWatch said, minute by minute, with its silences kept."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = ["LATE_SECONDS", "LOOK_BACK", "Metric", "Window", "largest"]

LATE_SECONDS = 180
"""CloudWatch delivers points one to three minutes late (CloudWatch guide); what is missing for
longer than this behind its neighbours is silent, not late."""

LOOK_BACK = timedelta(minutes=90)
"""What a sweep reads: the trailing hour that scale-ins need, and half an hour to learn rates from
before it."""


@dataclass(frozen=True, slots=True, order=True)
class Metric:
    """One CloudWatch metric with the statistic and period it is read at.

    ``dimensions`` are (name, value) pairs in the order CloudWatch documents them.
    ``period_seconds`` is 60 for everything Tidegate reads by itself.
    """

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str
    period_seconds: int = 60


@dataclass(frozen=True, slots=True)
class Window:
    """The samples of one metric from ``start`` (included) to ``end`` (left out).

    One sample a period, oldest first; a period without a data point is ``None``. A gap is never
    a zero: Lambda publishes nothing while nothing is invoked, and late points are not yet there.
    ``unusable`` counts the data points that were left out, since nothing can have measured them.
    ``unread`` is why CloudWatch did not answer in full: then a gap says nothing at all, not even
    what silence means for this metric. None where it answered.
    """

    metric: Metric
    start: datetime
    samples: tuple[float | None, ...]
    unusable: int = 0
    unread: str | None = None

    @property
    def end(self) -> datetime:
        """The moment after the last period."""
        return self.start + timedelta(seconds=self.metric.period_seconds * len(self.samples))

    @property
    def present(self) -> tuple[float, ...]:
        """The samples that exist, oldest first."""
        return tuple([sample for sample in self.samples if sample is not None])

    @property
    def coverage(self) -> float:
        """The share of periods that hold a sample, 0..1; 0 for an empty window."""
        return len(self.present) / len(self.samples) if self.samples else 0.0

    @property
    def latest(self) -> float | None:
        """The newest sample that exists, however old."""
        return next((sample for sample in reversed(self.samples) if sample is not None), None)

    def silenced(self) -> "Window":
        """The same time without a single sample."""
        return Window(self.metric, self.start, (None,) * len(self.samples))

    def last(self, seconds: float) -> "Window":
        """The newest part of the window, at least ``seconds`` long where it reaches that far."""
        count = max(1, -(-int(seconds) // self.metric.period_seconds))
        kept = self.samples[-count:]
        dropped = len(self.samples) - len(kept)
        start = self.start + timedelta(seconds=dropped * self.metric.period_seconds)
        return Window(self.metric, start, kept)

    def points(self) -> Iterator[tuple[datetime, float]]:
        """Each sample that exists with the start of its period."""
        at, period = self.start, timedelta(seconds=self.metric.period_seconds)
        for sample in self.samples:
            if sample is not None:
                yield at, sample
            at += period

    @property
    def total(self) -> float:
        """The sum of the samples that exist; 0 without any."""
        return sum(self.present)

    @property
    def peak(self) -> float | None:
        """The largest sample, None without any."""
        return max(self.present, default=None)


def largest(windows: Iterable[Window]) -> Window:
    """Minute by minute the largest of several windows over the same time."""
    first, *others = windows
    rows = zip(first.samples, *(each.samples for each in others), strict=True)
    samples = tuple(max((each for each in row if each is not None), default=None) for row in rows)
    return Window(first.metric, first.start, samples)
