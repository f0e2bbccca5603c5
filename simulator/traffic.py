"""Producers: how many records arrive each second, and where on the key ring they fall."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import md5
from math import inf
from random import Random
from typing import Any

__all__ = ["HOT_KEY", "RING", "Keys", "Points", "Traffic", "points_of", "rate_at", "traffic_of"]

Points = tuple[tuple[float, float], ...]
"""(second, records per second)."""

RING = 2**128
HOT_KEY = "leader"
AGGREGATE_KEY = "a"
"""Of a record with several user records in it; the hash key is given apart from it
(amazon-kinesis-producer, aggregator)."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What producers write to a ``source``, or to the only one.

    ``points`` are (second, records per second): a step where the next point has the same rate, a
    straight line in between otherwise; those before second 0 are the past that CloudWatch knows.
    ``hot_key_share`` of the records carry one key, and
    ``hot_range_share`` of them many keys of one part (``hot_range``, 0..1) of the key ring.
    Where the records are aggregates of the Kinesis Producer Library (``is_aggregated``), each
    carries the library's own key, whatever the keys inside it.
    """

    points: Points
    record_bytes: int = 300
    keys: int = 1000
    noise: float = 0.03
    hot_key_share: float = 0.0
    hot_range_share: float = 0.0
    hot_range: tuple[float, float] = (0.5, 0.75)
    source: str = ""
    is_aggregated: bool = False


def points_of(data: list[list[float]]) -> Points:
    """The points of a scenario file."""
    return tuple((float(at), float(rate)) for at, rate in data)


def traffic_of(data: Mapping[str, Any], source: str) -> Traffic:
    """The traffic of a scenario file."""
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in data.items()
    }
    return Traffic(**{**given, "points": points_of(data["points"]), "source": source})


def rate_at(points: Points, second: float) -> float:
    """Records per second at a second, on the lines between the points; the last one goes on."""
    after = bisect_right(points, (second, inf))
    if after == 0:
        return points[0][1]
    if after == len(points):
        return points[-1][1]
    (left, low), (right, high) = points[after - 1 : after + 1]
    return low + (high - low) * (second - left) / (right - left)


def _position(key: str) -> int:
    return int.from_bytes(md5(key.encode(), usedforsecurity=False).digest())


class Keys:
    """The producers' partition keys on the ring: which share of the records falls into a range."""

    def __init__(self, traffic: Traffic) -> None:
        names = [f"rider-{number}" for number in range(traffic.keys)]
        self._names = sorted(names, key=_position)
        self._positions = [_position(name) for name in self._names]
        self._hot_position = _position(HOT_KEY)

    def _count(self, start: int, end: int) -> int:
        return bisect_right(self._positions, end) - bisect_left(self._positions, start)

    def shares(self, traffic: Traffic, start: int, end: int) -> tuple[float, float]:
        """The shares of all records that fall into the range, both ends included: (of ordinary
        keys, of the hot key)."""
        low, high = (int(edge * RING) for edge in traffic.hot_range)
        overlap = max(0, min(end + 1, high) - max(start, low)) / (high - low)
        even = self._count(start, end) / len(self._positions)
        ordinary = 1 - traffic.hot_key_share - traffic.hot_range_share
        is_hot = start <= self._hot_position <= end
        return (
            ordinary * even + traffic.hot_range_share * overlap,
            traffic.hot_key_share if is_hot else 0.0,
        )

    def sample(
        self, traffic: Traffic, start: int, end: int, count: int, random: Random
    ) -> tuple[str, ...]:
        """Keys of ``count`` records of the range, as its readers would meet them."""
        ordinary, hot = self.shares(traffic, start, end)
        if ordinary + hot == 0:
            return ()
        if traffic.is_aggregated:
            return (AGGREGATE_KEY,) * count
        low, high = (int(edge * RING) for edge in traffic.hot_range)
        first, last = bisect_left(self._positions, start), bisect_right(self._positions, end)
        inside = self._names[first:last]
        crowd = [key for key in inside if low <= _position(key) < high]
        overlap = max(0, min(end + 1, high) - max(start, low)) / (high - low)
        in_range = traffic.hot_range_share * overlap
        picked = []
        for _ in range(count):
            draw = random.random() * (ordinary + hot)
            if draw < hot:
                picked.append(HOT_KEY)
            elif draw < hot + in_range and crowd:
                picked.append(random.choice(crowd))
            elif inside:
                picked.append(random.choice(inside))
        return tuple(picked)
