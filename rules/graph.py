"""A pipeline as it is configured now: resources with their roles, and what each writes to."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Generic, Protocol, TypeVar, cast

from tidegate.rules.scalable_targets import ScalableTargets

__all__ = ["Kinds", "Measured", "Pipeline", "Question", "Resource", "Role", "Source"]

A = TypeVar("A")
R = TypeVar("R")


class Role(Enum):
    """What a resource is to a pipeline: records wait in a source, a processor reads it, and a sink
    takes what processors write."""

    SOURCE = "source"
    PROCESSOR = "processor"
    SINK = "sink"


class Resource(Protocol):
    """What is configured of one resource; each kind has a class of its own."""

    @property
    def name(self) -> str:
        """What a person knows it by."""
        ...

    @property
    def roles(self) -> tuple[Role, ...]:
        """What it is to the pipeline; none where no record passes through it."""
        ...

    @property
    def writes(self) -> "tuple[Resource, ...]":
        """What it writes to: the edges of the graph."""
        ...


class Source(Resource, Protocol):
    """A resource that records wait in."""

    @property
    def arn(self) -> str:
        """Its ARN, or that of who reads it: where in AWS it is."""
        ...


class Measured(ABC, Generic[A]):
    """What a kind reads metrics of, such as a function; an ``A`` is the class of its series."""

    __slots__ = ()

    @property
    @abstractmethod
    def series_key(self) -> tuple[str, str]:
        """The name of its kind, and what its series is known by there."""


class Question(Generic[A]):
    """What a kind asks of a resource beyond its description, such as a sample of its records. Each
    is a class of its kind's; the answer is an ``A``."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Kinds:
    """The registry that a pipeline was described with: ``types`` are of
    ``tidegate.scaling.model.resource_type.ResourceType``, downstream first. ``load_signals`` gives
    those of ``tidegate.rules.kinds.signal_kind.SignalKind``: who judges nothing, such as a GET of
    the endpoint, needs none, and a cold start is shorter without."""

    load_signals: Callable[[], tuple[Any, ...]] = tuple
    types: tuple[Any, ...] = ()

    @property
    def signals(self) -> tuple[Any, ...]:
        """The kinds as diagnosis sees them."""
        return self.load_signals()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What one sweep sees of a pipeline's configuration: its source and who reads it; sinks
    are reached through who writes to them. A resource may be in several pipelines. Of what others
    own, ``scalable_targets`` are known where they were asked for."""

    name: str
    resources: tuple[Resource, ...]
    scalable_targets: ScalableTargets = field(default_factory=ScalableTargets)
    kinds: Kinds = field(default_factory=Kinds)
    _seen: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was worked out of the resources: a sweep asks for the same many hundred times."""

    @property
    def source(self) -> Source:
        """Where the records wait. LookupError without one."""
        return self.view(_source)

    @property
    def processors(self) -> tuple[Resource, ...]:
        """Who reads the source, each of its records once."""
        return tuple(each for each in self.resources if Role.PROCESSOR in each.roles)

    def all(self, kind: type[R]) -> tuple[R, ...]:
        """The resources of one class, without those that are only written to."""
        found: tuple[R, ...] | None = self._seen.get(kind)
        if found is None:
            found = tuple([each for each in self.resources if isinstance(each, kind)])
            self._seen[kind] = found
        return found

    def first(self, kind: type[R]) -> R | None:
        """The first resource of one class, None without one."""
        found = self.all(kind)
        return found[0] if found else None

    def the(self, kind: type[R]) -> R:
        """The resource of one class. LookupError without one."""
        found: tuple[R, ...] = self._seen.get(kind) or self.all(kind)
        if not found:
            raise LookupError(f"{self.name} has no {kind.__name__}")
        return found[0]

    def view(self, work_out: Callable[["Pipeline"], R]) -> R:
        """What a function of the pipeline alone comes to, worked out once."""
        if work_out not in self._seen:
            self._seen[work_out] = work_out(self)
        found: R = self._seen[work_out]
        return found

    def replaced(self, old: Resource, new: Resource) -> "Pipeline":
        """The same pipeline with another state of one of its resources."""
        return replace(
            self, resources=tuple(new if each is old else each for each in self.resources)
        )


def _source(pipeline: Pipeline) -> Source:
    for each in pipeline.resources:
        if Role.SOURCE in each.roles:
            return cast(Source, each)
    raise LookupError(f"{pipeline.name} has no source")
