"""A kind of participant: how scenario files name it, how it is built, and how AWS shows it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tidegate.rules.graph import Resource
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
