"""The toy kind's physics: what comes in waits until one of its consumers takes it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.toy.scaling import CONSUMERS_MAX, SetConsumers
from tests.toy.signals import NAMESPACE, PER_CONSUMER, Queue, Waiting
from tidegate.rules.graph import Resource
from tidegate.scaling.model.errors import ResourceMissing
from tidegate.simulator.kind import Face, Kind, entries
from tidegate.simulator.manners import Refusal
from tidegate.simulator.participant import Participant, Phase, Step, Tally
from tidegate.simulator.site import Site

ARN = "arn:aws:sqs:us-east-1:123456789012:{}"


@dataclass(frozen=True)
class QueueData:
    """``rates`` are records a second, one for each ten minutes; the last goes on."""

    name: str
    rates: tuple[int, ...]
    consumers: int


@dataclass(eq=False)
class QueueState(Participant):
    data: QueueData
    site: Site
    consumers: int
    second: int = 0
    sent: int = 0
    taken: int = 0
    waiting: list[tuple[float, int]] = field(default_factory=list)
    publishes = True

    @property
    def name(self) -> str:
        return self.data.name

    def steps(self) -> Mapping[Phase, Step]:
        return {Phase.ARRIVE: self._arrive, Phase.SETTLE: self._settle}

    def _arrive(self, now: float) -> None:
        rates = self.data.rates
        came = rates[min(len(rates) - 1, self.second // 600)]
        self.second += 1
        self.sent += came
        self.waiting.append((now, came))
        self._tell("Sent", came)

    def _settle(self, now: float) -> None:
        left = self.consumers * PER_CONSUMER
        taken = 0
        while left and self.waiting:
            since, count = self.waiting[0]
            part = min(left, count)
            left, taken = left - part, taken + part
            if part == count:
                self.waiting.pop(0)
            else:
                self.waiting[0] = (since, count - part)
        self.taken += taken
        age = now - self.waiting[0][0] if self.waiting else 0.0
        self._tell("Taken", taken)
        self._tell("AgeMilliseconds", age * 1000)
        self.site.objective.note(age, 0.0)

    def _tell(self, metric: str, value: float) -> None:
        self.site.publisher.add((NAMESPACE, metric, (("Queue", self.name),)), value)

    def set_consumers(self, count: int) -> None:
        def check() -> None:
            if count > CONSUMERS_MAX:
                raise Refusal("LimitExceededException", f"at most {CONSUMERS_MAX}")

        self.site.refusable(check)
        self.consumers = count

    def tally(self) -> Tally:
        return Tally(records_written=self.sent, records_read=self.taken)


class QueueFace(Face):
    def describe(self, spec: Any) -> Iterable[Resource]:
        return [self._described(each.name) for each in spec.resources if each.kind == "queue"]

    def _described(self, name: str) -> Queue:
        found = self.site.named(QueueState, name)
        if found is None:
            raise ResourceMissing("describe", name, "there is no such resource")
        return Queue(name, ARN.format(name), found.consumers)

    def answer(self, question: Any) -> int | None:
        if not isinstance(question, Waiting):
            return None
        found = self.site.named(QueueState, question.queue)
        if found is None:
            raise Refusal("ResourceNotFoundException", "there is no such queue")
        return sum(count for _, count in found.waiting)

    def apply(self, action: Any) -> bool:
        if not isinstance(action, SetConsumers):
            return False
        found = self.site.named(QueueState, action.queue)
        assert found is not None
        found.set_consumers(action.to_count)
        return True


def _read(file: Mapping[str, Any]) -> Iterator[QueueData]:
    for entry in entries(file, "queue"):
        yield QueueData(entry["name"], tuple(entry["rates"]), entry["consumers"])


def _build(site: Site, data: Any) -> QueueState:
    return QueueState(data, site, data.consumers)


QUEUES = Kind("queue", (QueueData,), _read, _build, QueueFace)
