"""What a kind of resource says of itself in the draft of a pipeline file."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import yaml

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline, Resource
from tidegate.scaling.model.proposal import Range

if TYPE_CHECKING:
    from tidegate.survey import Drafted, Survey

__all__ = ["Draft", "DraftKind", "indented", "one_line", "scalar"]


def scalar(text: str) -> str:
    """A name as YAML reads it back: quoted where it would be a number, a date or the like."""
    try:
        plain = yaml.safe_load(f"- {text}") == [text]
    except (yaml.YAMLError, ValueError):
        plain = False
    return text if plain else json.dumps(text)


def one_line(text: str) -> str:
    """What can stand behind a ``#``."""
    return " ".join(text.split())


def indented(lines: Iterable[str], by: str) -> Iterator[str]:
    """The lines, each behind so many spaces."""
    return (f"{by}{line}" for line in lines)


@dataclass(frozen=True, slots=True)
class Draft:
    """A pipeline that is drafted, the survey that found it, and the kinds of its resources."""

    drafted: "Drafted"
    survey: "Survey"
    kinds: "tuple[DraftKind, ...]"

    @property
    def pipeline(self) -> Pipeline:
        """As it was found."""
        return self.drafted.pipeline

    def lever(self, kind: LeverKind, where: str) -> Iterator[str]:
        """The bounds that are proposed for a lever, without an owner; nothing where none are."""
        said = self.drafted.proposal.of(kind, where)
        if said is None:
            return
        units = next(each.units[kind] for each in self.kinds if kind in each.units)
        yield f"{kind.value}: # {units}; {said.current:,} now"
        yield from indented(_bounds(said), "  ")

    def sink(self, resource: Resource, because: str) -> Iterator[str]:
        """The entry of what a processor writes to, with the reason why it is taken for that."""
        for kind in self.kinds:
            yield from kind.sink(resource, one_line(because), self)


def _bounds(said: Range) -> Iterator[str]:
    yield f"min: {said.min.value} # {said.min.because}"
    yield f"max: {said.max.value} # {said.max.because}"
    yield "# owner: tidegate"


class DraftKind:
    """One kind of resource in drafts. A kind says more of these than nothing."""

    units: ClassVar[Mapping[LeverKind, str]] = {}
    """What each of its levers is counted in."""

    terraform: ClassVar[tuple[str, tuple[str, ...]] | None] = None
    """The resource of Terraform's AWS provider, and its arguments that the levers set."""

    def source(self, draft: Draft) -> Iterator[str]:
        """The keys of the pipeline's source, where it is of this kind."""
        return iter(())

    def processors(self, draft: Draft) -> Iterator[str]:
        """The key of the processors of this kind, with their entries."""
        return iter(())

    def sink(self, resource: Resource, because: str, draft: Draft) -> Iterator[str]:
        """The entry of a resource that a processor writes to, where it is of this kind."""
        return iter(())

    def source_levers(self, draft: Draft) -> Iterator[str]:
        """The levers of the pipeline's source, where it is of this kind."""
        return iter(())
