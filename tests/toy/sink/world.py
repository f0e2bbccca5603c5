"""The toy sink's physics: it takes so many records a second, and its writers wait for the rest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.toy.sink.scaling import SLOTS_MAX, SetSlots
from tests.toy.sink.signals import NAMESPACE, Shelf
from tidegate.simulator.bucket import Bucket
from tidegate.simulator.kind import Face, Kind, entries
from tidegate.simulator.manners import Refusal
from tidegate.simulator.participant import TAKEN, Participant, Phase, Step, Write
from tidegate.simulator.site import Site

ARN = "arn:aws:sqs:us-east-1:123456789012:{}"


@dataclass(frozen=True)
class ShelfData:
    name: str
    slots: int


@dataclass
class ShelfWrite:
    """A batch that its writer waits for; what it gives up for is written all the same."""

    seconds: float

    def settle(self, late_seconds: float) -> None:
        pass


@dataclass(eq=False)
class ShelfState(Participant):
    data: ShelfData
    site: Site
    bucket: Bucket
    records_written: int = 0

    @property
    def name(self) -> str:
        return self.data.name

    @property
    def slots(self) -> int:
        return int(self.bucket.units_per_second)

    def steps(self) -> Mapping[Phase, Step]:
        return {Phase.REFILL: self._fill}

    def _fill(self, now: float) -> None:
        self.bucket.fill()
        self._tell("Written", 0)

    def offer(self, records: int, hot: int) -> Write:
        waits = self.bucket.spend(records)
        self._tell("Written", records)
        if not waits:
            return TAKEN
        self._tell("Refused", min(records, waits * self.slots))
        return ShelfWrite(waits)

    def accept(self, records: int) -> None:
        self.records_written += records

    def compete(self, records: float) -> float:
        raise NotImplementedError

    def described(self) -> Shelf:
        return Shelf(self.name, ARN.format(self.name), self.slots)

    def _tell(self, metric: str, value: float) -> None:
        self.site.publisher.add((NAMESPACE, metric, (("Shelf", self.name),)), value)

    def set_slots(self, count: int) -> None:
        def check() -> None:
            if count > SLOTS_MAX:
                raise Refusal("LimitExceededException", f"at most {SLOTS_MAX}")

        self.site.refusable(check)
        self.bucket.units_per_second = count


class ShelfFace(Face):
    """A shelf is described with who writes to it."""

    def apply(self, action: Any) -> bool:
        if not isinstance(action, SetSlots):
            return False
        found = self.site.named(ShelfState, action.shelf)
        assert found is not None
        found.set_slots(action.to_slots)
        return True


def _read(file: Mapping[str, Any]) -> Iterator[ShelfData]:
    return (ShelfData(**entry) for entry in entries(file, "shelf"))


def _build(site: Site, data: Any) -> ShelfState:
    shelf = ShelfState(data, site, Bucket(data.slots, 1.0))
    site.sinks[shelf.name] = shelf
    return shelf


SHELVES = Kind("shelf", (ShelfData,), _read, _build, ShelfFace)
