"""CloudWatch as the world has it: metrics by the minute, late, and silent where nothing was."""

from dataclasses import dataclass, field
from hashlib import blake2b
from math import inf

__all__ = ["Chosen", "Delay", "Dimensions", "Key", "Metric", "Publisher", "Statistics"]

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


@dataclass(frozen=True, slots=True)
class Chosen:
    """Some metrics: of one namespace, of one name, with one value among their dimensions; None
    where that doesn't matter."""

    namespace: str | None = None
    metric: str | None = None
    resource: str | None = None

    def has(self, key: Key) -> bool:
        """Whether it is one of them."""
        namespace, name, dimensions = key
        return (
            self.namespace in (None, namespace)
            and self.metric in (None, name)
            and (self.resource is None or any(self.resource == value for _, value in dimensions))
        )


@dataclass(frozen=True, slots=True)
class Delay:
    """What of some metrics' minutes begins from ``start`` to ``end`` comes so much later than it
    would; never with an infinite delay."""

    chosen: Chosen
    start: float
    end: float
    by_seconds: float

    def concerns(self, key: Key, minute: int) -> bool:
        """Whether a minute of a metric is one of those."""
        return self.start <= minute * MINUTE < self.end and self.chosen.has(key)


@dataclass(slots=True)
class Publisher:
    """Collects a minute at a time and delivers it when CloudWatch would."""

    seed: int
    silences: list[tuple[float, float]] = field(default_factory=list)
    delays: list[Delay] = field(default_factory=list)
    minute: int = 0
    _late: dict[tuple[str, int], float] = field(default_factory=dict)
    _metrics: dict[Key, Metric] = field(default_factory=dict)
    _in_any_order: dict[Key, Metric] = field(default_factory=dict)

    def metric(self, key: Key) -> Metric:
        """A metric to add to; nothing is published of it before anything is added."""
        known = self._metrics.get(key)
        if known is None:
            known = self._metrics[key] = self._in_any_order[_in_order(key)] = Metric()
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
            if minute in series and self._delivered_at(key, minute) <= now:
                whole.take_in(series[minute])
        return whole.of(statistic) if whole.count else None

    def _series(self, key: Key) -> dict[int, Statistics]:
        metric = self._metrics.get(key)
        if metric is None:
            metric = self._in_any_order.get(_in_order(key))
        return {} if metric is None else metric.closed

    def has_delivered(self, key: Key, minutes: range, now: float) -> bool:
        """Whether CloudWatch has all of some minutes that it will ever have of a metric. Nothing
        overtakes what was published before it, unless that is delayed by itself."""
        last = minutes[-1]
        if last >= self.minute or self._delivered_at((key[0], "", ()), last) > now:
            return False
        if not self.delays:
            return True
        moments = [self._delivered_at(key, minute) for minute in minutes]
        return all(at <= now or at == inf for at in moments)

    def _delivered_at(self, key: Key, minute: int) -> float:
        at = (minute + 1) * MINUTE + self._lateness(key[0], minute)
        for start, end in self.silences:
            if start <= at < end:
                at = end
                break
        for delay in self.delays:
            if delay.concerns(key, minute):
                at += delay.by_seconds
        return at

    def _lateness(self, namespace: str, minute: int) -> float:
        known = self._late.get((namespace, minute))
        if known is None:
            digest = blake2b(f"{self.seed}/{namespace}/{minute}".encode(), digest_size=2).digest()
            known = LATE_MIN_SECONDS + LATE_SPREAD_SECONDS * int.from_bytes(digest) / 65535
            self._late[namespace, minute] = known
        return known


def _in_order(key: Key) -> Key:
    """The metric whichever way its dimensions are ordered, as CloudWatch knows it."""
    return (*key[:2], tuple(sorted(key[2])))
