"""A kind of participant: how scenario files name it, how it is built, and how AWS shows it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tidegate.rules.graph import Resource
from tidegate.scaling.model.errors import ResourceMissing
from tidegate.simulator.participant import Answer, Call, Participant
from tidegate.simulator.site import Site

if TYPE_CHECKING:
    from boto3.session import Session

__all__ = ["REGION", "Correction", "Face", "Kind", "Kinds", "entries"]

REGION = "us-east-1"
Correction = Callable[..., None]


class Face:
    """How AWS shows everything of one kind in a world. Each kind says more of these than
    nothing."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def describe(self, spec: Any) -> Iterable[Resource]:
        """The resources of this kind that a pipeline file's entry names; a sink is described with
        who writes to it. Raises ResourceMissing."""
        return ()

    def sinks(self, spec: Any, reader: Any) -> tuple[Resource, ...]:
        """What a reader in the file writes to: its tables, and the sinks that its pipeline lists.
        Raises ResourceMissing."""
        named = [each.name for each in reader.table_specs]
        listed = [each.name for each in spec.resources if each.name != spec.source]
        sinks = self.site.sinks
        missing = [name for name in named if name not in sinks]
        if missing:
            raise ResourceMissing("describe", missing[0], "there is no such resource")
        return tuple(sinks[name].described() for name in (*named, *listed) if name in sinks)

    def answer(self, question: Any) -> Any:
        """What AWS says to a question of the kind's own, None where it is none of this kind's.
        Raises Refusal."""
        return None

    def apply(self, action: Any) -> bool:
        """Do what a plan asks for; False where that is none of this kind's. Raises Refusal."""
        return False

    def put(self, session: "Session") -> None:
        """Give moto the resources."""

    def answers(self) -> Mapping[str, Call]:
        """What the world answers instead of moto, by ``service.Operation``."""
        return {}

    def corrections(self) -> Mapping[str, Correction]:
        """What the world changes of moto's answers, by ``service.Operation``; each is given the
        ``parsed`` answer."""
        return {}


@dataclass(frozen=True, slots=True)
class Kind:
    """``read`` finds its resources in a scenario file, as ``data``; ``build`` makes a participant
    of one of those."""

    name: str
    data: tuple[type, ...]
    read: Callable[[Mapping[str, Any]], Iterable[Any]]
    build: Callable[[Site, Any], Participant]
    face: Callable[[Site], Face] = Face


Kinds = tuple[Kind, ...]


def entries(file: Mapping[str, Any], kind: str) -> Iterable[Answer]:
    """A scenario file's ``resources`` of one kind, without that word."""
    for entry in file.get("resources", []):
        if entry["kind"] == kind:
            yield {key: value for key, value in entry.items() if key != "kind"}
