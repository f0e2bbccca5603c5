"""What the planner, the executor and the endpoint ask of a kind of resource.

A type answers for all resources of its kind in a pipeline. ``scaling/kinds/registry.py`` has one
line for each; everything else loops over them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.scalable_targets import ScalableTarget
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.in_file import NOTHING_SAID, InFile

if TYPE_CHECKING:
    from tidegate.rules.reason import Reason
    from tidegate.scaling.model.look import Look, Situation
    from tidegate.scaling.model.operations import Operations
    from tidegate.scaling.model.plan import Action, Constraint
    from tidegate.scaling.model.planning import Planning
    from tidegate.scaling.model.recommendation import Recommendation

__all__ = [
    "Changes",
    "ResourceType",
    "Setting",
    "SizedTogether",
    "Status",
    "type_of",
    "types_of",
]

Setting = tuple[Lever, int]
"""A lever and what it is set to."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be set: the new setting of each lever that changes; the action that takes the
    place of the call which its kind would make for a lever; and what the file says."""

    settings: Mapping[Lever, int]
    instead: "Mapping[Lever, Action]" = field(default_factory=dict)
    said: InFile = NOTHING_SAID


@dataclass(frozen=True, slots=True)
class Status:
    """The status of something that a lever depends on, in AWS's own word. Where ``is_passing`` it
    ends by itself; ``trouble`` says why a person must see to it, None where nobody need. A capacity
    that is set says nothing where the resource doesn't work."""

    name: str
    word: str
    is_passing: bool
    trouble: str | None

    @classmethod
    def of(cls, name: str, word: str, works: str, passes: Collection[str]) -> "Status":
        """Of a resource that has one status in which it works, and those that end by themselves."""
        is_passing = word in passes
        is_fine = is_passing or word == works
        return cls(name, word, is_passing, None if is_fine else f"{name} is {word}")


class ResourceType(Protocol):
    """One kind of resource with its levers."""

    @property
    def kind_in_file(self) -> str | None:
        """Its ``kind`` among the ``resources`` of a pipeline file; None where the file has a key of
        its own for it."""
        ...

    @property
    def levers(self) -> Mapping[LeverKind, tuple[int, int]]:
        """The kinds of its levers, each with the least and the most that AWS takes of it, in the
        lever's own unit."""
        ...

    @property
    def latency_levers(self) -> Collection[LeverKind]:
        """Those that trade the age of records for cost, and change no capacity: nothing has to wait
        for a change of one, and a lower setting doesn't say that there was too much."""
        ...

    @property
    def scalable_dimensions(self) -> tuple[LeverKind, ...]:
        """Those of its levers that Application Auto Scaling may own, as they are listed: all that
        give capacity."""
        ...

    def recommendations(self, look: "Look") -> Iterator["Recommendation"]:
        """What is wanted of its levers; nothing where its kind is sized together with others
        (``scaling/recommend``)."""
        ...

    def capacities(self, pipeline: Pipeline) -> Iterator[Setting]:
        """Its levers of capacity that can be set now, with what each is set to."""
        ...

    def other_settings(self, pipeline: Pipeline) -> Iterator[Setting]:
        """Its levers that give no capacity, with what each is set to."""
        ...

    def statuses(self, pipeline: Pipeline, lever: Lever) -> Sequence[Status]:
        """Of all that the lever depends on."""
        ...

    def is_changing(self, pipeline: Pipeline, lever: Lever) -> bool:
        """Whether AWS is still at an earlier change of the lever's resource."""
        ...

    def moves_by_itself(self, pipeline: Pipeline, lever: Lever) -> bool:
        """Whether the service sets the lever too: by an autoscaling of its own, or by an update
        that it has undone. Another value is then no person's change."""
        ...

    def owned_too(self, lever: Lever, target: ScalableTarget) -> "Reason | None":
        """That AWS's own auto scaling sets the lever too, by a scalable target of it; None for a
        lever that none sets."""
        ...

    def identity(self, pipeline: Pipeline, lever: Lever) -> str:
        """Which resource it is: another one after it was deleted and made anew under its name."""
        ...

    def marks(self, pipeline: Pipeline, lever: Lever) -> tuple[str, ...]:
        """What AWS shows of when the lever was last set. A lever that was set and then set back has
        the same setting, but other marks, all of them."""
        ...

    def why_useless(self, pipeline: Pipeline, lever: Lever) -> str | None:
        """Why the lever has no effect although its resource works, None where it has."""
        ...

    def why_undone(self, pipeline: Pipeline, lever: Lever, begun_at: datetime) -> str | None:
        """Why AWS itself has undone the change begun at a moment, None where it hasn't."""
        ...

    def limits(
        self, situation: "Situation", recommendation: "Recommendation"
    ) -> Iterator["Constraint"]:
        """What AWS takes of the lever now."""
        ...

    def actions(self, pipeline: Pipeline, changes: Changes) -> Iterator["Action"]:
        """The fewest calls that make the changes."""
        ...

    def monthly_usd(self, pipeline: Pipeline, lever: Lever, setting: int) -> float:
        """What a setting of the lever costs a month by itself, in US dollars."""
        ...

    def planning(self, pipeline: Pipeline) -> "Planning | None":
        """How its resources take part in a plan of the pipeline; None where they have no part in
        one but their own recommendations, or there are none."""
        ...

    @property
    def operations(self) -> "Operations":
        """Alarms, costs, permissions and what else no plan asks for."""
        ...


class SizedTogether:
    """What the kinds share whose levers are sized with each other, in ``scaling/recommend``, and
    that the pipeline file has keys of their own for; most of them have no other owner."""

    __slots__ = ()

    @property
    def kind_in_file(self) -> None:
        """None: the file has a key of its own for it."""
        return None

    @property
    def latency_levers(self) -> Collection[LeverKind]:
        """None."""
        return ()

    def recommendations(self, _: "Look") -> Iterator["Recommendation"]:
        """None of its own."""
        return iter(())

    def owned_too(self, lever: Lever, target: ScalableTarget) -> "Reason | None":
        """None: AWS's own auto scaling sets none of its levers."""
        return None

    def planning(self, pipeline: Pipeline) -> "Planning | None":
        """None."""
        return None


def types_of(pipeline: Pipeline) -> Sequence[ResourceType]:
    """The types that the pipeline was described with, downstream first."""
    types: Sequence[ResourceType] = pipeline.kinds.types
    return types


def type_of(lever: Lever, pipeline: Pipeline) -> ResourceType:
    """The type of the resource that has the lever, of those that the pipeline was described with.
    KeyError for a lever that none has."""
    for resource_type in types_of(pipeline):
        if lever.kind in resource_type.levers:
            return resource_type
    raise KeyError(f"no kind of resource has {lever}")
