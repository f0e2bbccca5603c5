"""Producers: how many records arrive each second, and where on the key ring they fall."""

from bisect import bisect_left, bisect_right
from hashlib import md5
from math import inf
from random import Random

from tidegate.simulator.scenario import Traffic

__all__ = ["HOT_KEY", "RING", "Keys", "rate_at"]

RING = 2**128
HOT_KEY = "leader"


def rate_at(traffic: Traffic, second: float) -> float:
    """Records per second at a second, on the lines between the points; the last one goes on."""
    points = traffic.points
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
