"""CloudWatch as the world has it: metrics by the minute, late, and silent where nothing was."""

from dataclasses import dataclass, field
from hashlib import blake2b
from math import inf

__all__ = ["Dimensions", "Key", "Metric", "Publisher", "Statistics"]

Dimensions = tuple[tuple[str, str], ...]
Key = tuple[str, str, Dimensions]
"""Namespace, name, dimensions."""

MINUTE = 60
LATE_MIN_SECONDS, LATE_SPREAD_SECONDS = 60, 60
"""Points arrive one to two minutes after their minute (CloudWatch guide says up to three)."""


@dataclass(slots=True)
class Statistics:
    """A statistic set of one minute."""

    total: float = 0.0
    count: int = 0
    most: float = 0.0
    least: float = inf

    def take_in(self, other: "Statistics") -> None:
        """Another minute's."""
        self.total += other.total
        self.count += other.count
        self.most = max(self.most, other.most)
        self.least = min(self.least, other.least)

    def of(self, statistic: str) -> float:
        """One of CloudWatch's statistics; KeyError for one it doesn't have."""
        match statistic:
            case "Sum":
                return self.total
            case "Maximum":
                return self.most
            case "Minimum":
                return self.least
            case "Average":
                return self.total / max(1, self.count)
            case "SampleCount":
                return float(self.count)
        raise KeyError(statistic)


@dataclass(slots=True)
class Metric(Statistics):
    """One metric: the minute under way, and those that are over, where anything was."""

    closed: dict[int, Statistics] = field(default_factory=dict)

    def add(self, value: float, count: int = 1) -> None:
        """``count`` data points of the minute under way that sum up to ``value``; the largest and
        the smallest of them are taken for their mean."""
        self.total += value
        self.count += count
        mean = value / count if count > 1 else value
        if mean > self.most:
            self.most = mean
        if mean < self.least:
            self.least = mean

    def close(self, minute: int) -> None:
        """The minute is over."""
        if self.count:
            self.closed[minute] = Statistics(self.total, self.count, self.most, self.least)
            self.total, self.count, self.most, self.least = 0.0, 0, 0.0, inf


@dataclass(slots=True)
class Publisher:
    """Collects a minute at a time and delivers it when CloudWatch would."""

    seed: int
    silences: list[tuple[float, float]] = field(default_factory=list)
    minute: int = 0
    _late: dict[tuple[str, int], float] = field(default_factory=dict)
    _metrics: dict[Key, Metric] = field(default_factory=dict)

    def metric(self, key: Key) -> Metric:
        """A metric to add to; nothing is published of it before anything is added."""
        known = self._metrics.get(key)
        if known is None:
            known = self._metrics[key] = Metric()
        return known

    def add(self, key: Key, value: float, count: int = 1) -> None:
        """Data points of one metric."""
        self.metric(key).add(value, count)

    def close_minute(self) -> None:
        """The minute is over: what was added is published, late."""
        for metric in self._metrics.values():
            metric.close(self.minute)
        self.minute += 1

    def true_sum(self, key: Key, minute: int) -> float:
        """What really was in a minute that is over, whether delivered yet or not; 0 for none."""
        statistics = self._series(key).get(minute)
        return 0.0 if statistics is None else statistics.total

    @property
    def published(self) -> tuple[Key, ...]:
        """Every metric there has been."""
        return tuple(key for key, metric in self._metrics.items() if metric.closed)

    def value(self, key: Key, statistic: str, minutes: range, now: float) -> float | None:
        """The value over some minutes as CloudWatch answers at second ``now``, from those that it
        has; None where it has none yet."""
        series = self._series(key)
        whole = Statistics()
        for minute in minutes:
            if minute in series and self._delivered_at(key[0], minute) <= now:
                whole.take_in(series[minute])
        return whole.of(statistic) if whole.count else None

    def _series(self, key: Key) -> dict[int, Statistics]:
        metric = self._metrics.get(key)
        return {} if metric is None else metric.closed

    def has_delivered(self, namespace: str, minute: int, now: float) -> bool:
        """Whether CloudWatch has all that it will ever have up to the end of a minute: nothing
        overtakes what was published before it."""
        return minute < self.minute and self._delivered_at(namespace, minute) <= now

    def _delivered_at(self, namespace: str, minute: int) -> float:
        at = (minute + 1) * MINUTE + self._lateness(namespace, minute)
        for start, end in self.silences:
            if start <= at < end:
                return end
        return at

    def _lateness(self, namespace: str, minute: int) -> float:
        known = self._late.get((namespace, minute))
        if known is None:
            digest = blake2b(f"{self.seed}/{namespace}/{minute}".encode(), digest_size=2).digest()
            known = LATE_MIN_SECONDS + LATE_SPREAD_SECONDS * int.from_bytes(digest) / 65535
            self._late[namespace, minute] = known
        return known
