"""CloudWatch as a caller meets it: late, in part, with errors, or not at all.

Faults of its own, each for ``seconds`` and with ``namespace``, ``metric`` or ``resource`` (a value
among the dimensions) for some metrics alone, silence excepted:

``silence``  nothing is delivered until it is over
``late``     points of those minutes come ``by_seconds`` later than they would
``missing``  points of those minutes never come
``partial``  an answer leaves out the newer half of the points and says PartialData
             (MetricDataResult, API reference)
``unread``   an answer has no points, and the ``status`` Forbidden or InternalError
             (MetricDataResult, API reference)
``error``    a request is refused with ``code``, InternalServiceFault unless given (Common Error
             Types, API reference)
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from tidegate.simulator.archive import Archive, Past
from tidegate.simulator.manners import Refusal
from tidegate.simulator.publisher import Chosen, Delay, Key, Publisher
from tidegate.simulator.scenario import Fault

__all__ = ["COMPLETE", "PARTIAL", "CloudWatch", "Result"]

INTERNAL = "InternalServiceFault"
COMPLETE, PARTIAL = "Complete", "PartialData"
"""StatusCode of a MetricDataResult (API reference)."""


@dataclass(frozen=True, slots=True)
class Result:
    """What an answer holds of one metric."""

    values: list[float | None]
    status: str = COMPLETE


@dataclass(frozen=True, slots=True)
class _Trouble:
    chosen: Chosen
    until: float
    code: str = ""


@dataclass(slots=True)
class CloudWatch:
    """Asked at a second of the world's."""

    publisher: Publisher
    past_of: Callable[[Key], Past | None]
    _archive: Archive = field(init=False)
    _partial: list[_Trouble] = field(default_factory=list)
    _unread: list[_Trouble] = field(default_factory=list)
    _errors: list[_Trouble] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._archive = Archive(self.publisher, self.past_of)

    def strike(self, fault: Fault) -> bool:
        """Let a fault begin; False for one that is not CloudWatch's."""
        values = dict(fault.values)
        at, until = float(fault.at), fault.at + float(values.get("seconds", inf))
        names = ("namespace", "metric", "resource")
        chosen = Chosen(**{name: values[name] for name in names if name in values})
        match fault.what:
            case "silence":
                self.publisher.silences.append((at, until))
            case "late":
                self.publisher.delays.append(Delay(chosen, at, until, values["by_seconds"]))
            case "missing":
                self.publisher.delays.append(Delay(chosen, at, until, inf))
            case "partial":
                self._partial.append(_Trouble(chosen, until))
            case "unread":
                self._unread.append(_Trouble(chosen, until, values["status"]))
            case "error":
                self._errors.append(_Trouble(chosen, until, values.get("code", INTERNAL)))
            case _:
                return False
        return True

    def values(self, key: Key, statistic: str, starts: range, now: float) -> Result:
        """The values of the periods that begin with the minutes ``starts``, each as long as their
        step. Raises Refusal."""
        for trouble in self._errors:
            if now < trouble.until and trouble.chosen.has(key):
                status = 500 if trouble.code == INTERNAL else 400
                raise Refusal(trouble.code, "CloudWatch could not answer", status)
        values = self._archive.values(key, statistic, starts, now)
        for trouble in self._unread:
            if now < trouble.until and trouble.chosen.has(key):
                return Result([None] * len(values), trouble.code)
        if any(now < trouble.until and trouble.chosen.has(key) for trouble in self._partial):
            known = len(values) // 2
            return Result(values[:known] + [None] * (len(values) - known), PARTIAL)
        return Result(values)
