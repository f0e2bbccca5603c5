"""CloudWatch's memory of the world, which goes back to before its start."""

from simulator.publisher import Key, Publisher
from simulator.scenario import Traffic
from simulator.traffic import rate_at

__all__ = ["Archive"]


class Archive:
    """What was published, and the incoming data that the traffic says there was before minute 0."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._kept: dict[tuple[Key, str, int, int], float | None] = {}

    def values(
        self, key: Key, statistic: str, starts: range, traffic: Traffic, now: float
    ) -> list[float | None]:
        """The values of the periods that begin with the minutes ``starts``, each as long as their
        step, as CloudWatch answers at second ``now``; None where it has none."""
        if starts.start >= 0 and starts.step == 1:
            return self._publisher.values(key, statistic, starts, now)
        periods = (range(at, at + starts.step) for at in starts)
        return [self._period(key, statistic, each, traffic, now) for each in periods]

    def _period(
        self, key: Key, statistic: str, minutes: range, traffic: Traffic, now: float
    ) -> float | None:
        if minutes.stop > 0:
            return self._publisher.value(key, statistic, minutes, now)
        memory = (key, statistic, minutes.start, minutes.stop)
        if memory not in self._kept:
            known = [_before(key[1], statistic, minute, traffic) for minute in minutes]
            found = [each for each in known if each is not None]
            self._kept[memory] = sum(found) if found else None
        return self._kept[memory]


def _before(name: str, statistic: str, minute: int, traffic: Traffic) -> float | None:
    """What CloudWatch has kept of the incoming data from before the start, where the traffic says
    what that was."""
    records = {"IncomingRecords": 1, "IncomingBytes": traffic.record_bytes}.get(name)
    if records is None or statistic != "Sum" or minute * 60 < traffic.points[0][0]:
        return None
    return records * 60 * rate_at(traffic, minute * 60 + 30)
