"""CloudWatch's memory of the world, which goes back to before its start."""

from collections import defaultdict

from tidegate.simulator.publisher import Key, Publisher
from tidegate.simulator.scenario import Traffic
from tidegate.simulator.traffic import rate_at

__all__ = ["Archive"]


class Archive:
    """What was published, and the incoming data that the traffic says there was before minute 0.

    What can't change any more is kept, by metric, statistic and period: each sweep asks for days
    of it.
    """

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._kept: dict[tuple[Key, str, int], dict[int, float | None]] = defaultdict(dict)

    def values(
        self, key: Key, statistic: str, starts: range, traffic: Traffic, now: float
    ) -> list[float | None]:
        """The values of the periods that begin with the minutes ``starts``, each as long as their
        step, as CloudWatch answers at second ``now``; None where it has none."""
        kept = self._kept[key, statistic, starts.step]
        return [
            kept[at] if at in kept else self._period(key, statistic, at, starts.step, traffic, now)
            for at in starts
        ]

    def _period(
        self, key: Key, statistic: str, start: int, length: int, traffic: Traffic, now: float
    ) -> float | None:
        minutes = range(start, start + length)
        if minutes.stop > 0:
            value = self._publisher.value(key, statistic, minutes, now)
            is_final = self._publisher.has_delivered(key[0], minutes[-1], now)
        else:
            known = [_before(key[1], statistic, minute, traffic) for minute in minutes]
            found = [each for each in known if each is not None]
            value, is_final = (sum(found) if found else None), True
        if is_final:
            self._kept[key, statistic, length][start] = value
        return value


def _before(name: str, statistic: str, minute: int, traffic: Traffic) -> float | None:
    """What CloudWatch has kept of the incoming data from before the start, where the traffic says
    what that was."""
    records = {"IncomingRecords": 1, "IncomingBytes": traffic.record_bytes}.get(name)
    if records is None or statistic != "Sum" or minute * 60 < traffic.points[0][0]:
        return None
    return records * 60 * rate_at(traffic, minute * 60 + 30)
