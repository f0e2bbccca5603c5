"""CloudWatch's memory of the world, which goes back to before its start."""

from collections import defaultdict
from collections.abc import Callable

from tidegate.simulator.publisher import Key, Publisher

__all__ = ["Archive", "Past"]

Past = Callable[[int], float | None]
"""A metric's sum in a minute before the start, None where CloudWatch kept none."""


class Archive:
    """What was published, and the past that there was before minute 0, of metrics with one.

    What can't change any more is kept, by metric, statistic and period: each sweep asks for days
    of it.
    """

    def __init__(self, publisher: Publisher, past_of: Callable[[Key], Past | None]) -> None:
        self._publisher = publisher
        self._past_of = past_of
        self._pasts: dict[Key, Past | None] = {}
        self._kept: dict[tuple[Key, str, int], dict[int, float | None]] = defaultdict(dict)

    def values(self, key: Key, statistic: str, starts: range, now: float) -> list[float | None]:
        """The values of the periods that begin with the minutes ``starts``, each as long as their
        step, as CloudWatch answers at second ``now``; None where it has none."""
        kept = self._kept[key, statistic, starts.step]
        return [
            kept[at]
            if at in kept
            else self._period(key, statistic, range(at, at + starts.step), now)
            for at in starts
        ]

    def _period(self, key: Key, statistic: str, minutes: range, now: float) -> float | None:
        if minutes.stop > 0:
            value = self._publisher.value(key, statistic, minutes, now)
            is_final = self._publisher.has_delivered(key, minutes, now)
        else:
            value, is_final = self._before(key, statistic, minutes), True
        if is_final:
            self._kept[key, statistic, len(minutes)][minutes.start] = value
        return value

    def _before(self, key: Key, statistic: str, minutes: range) -> float | None:
        if key not in self._pasts:
            self._pasts[key] = self._past_of(key)
        past = self._pasts[key]
        if past is None or statistic != "Sum":
            return None
        found = [value for minute in minutes if (value := past(minute)) is not None]
        return sum(found) if found else None
