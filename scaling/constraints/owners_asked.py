"""The cloud of one sweep: it asks once which levers AWS's own auto scaling sets, and a resource
that does not answer only once."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from tidegate.rules.graph import Pipeline, Question
from tidegate.rules.scalable_targets import ScalableTarget, ScalableTargets
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.levers import resources_of
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.errors import Unreachable, as_known
from tidegate.scaling.model.roles import plannings
from tidegate.scaling.ports import Cloud

if TYPE_CHECKING:
    from tidegate.scaling.model.plan import Action

__all__ = ["OwnersAsked"]

A = TypeVar("A")


@dataclass(slots=True)
class OwnersAsked:
    """``Cloud`` over another one. It asks for the scalable targets when the first
    pipeline is described that they matter to, and no second time: AWS limits how often an account
    may ask, and one answer is of all resources of the region."""

    inner: Cloud
    _known: ScalableTargets | None = field(default=None, init=False)
    _silent: dict[frozenset[str], Unreachable] = field(default_factory=dict, init=False)

    def describe(self, spec: PipelineSpec) -> Pipeline:
        """The pipeline, with the scalable targets where they matter to it. What has not answered
        in this sweep is not waited for again: it would keep the other pipelines waiting. A table
        may have the name of a function that does not answer: only resources of the same kind are
        the same one, and where a pipeline has two of that name, either may be the silent one."""
        own = resources_of(spec)
        for silent, error in self._silent.items():
            if silent.issubset(own):
                raise error
        try:
            pipeline = self.inner.describe(spec)
        except Unreachable as error:
            named = frozenset(each for each in own if each.partition("/")[2] == error.resource)
            if named:
                self._silent[named] = error
            raise
        said = in_file(spec)
        if not any(each.needs_other_owners(said) for each in plannings(pipeline)):
            return pipeline
        if self._known is None:
            self._known = self._asked()
        return replace(pipeline, scalable_targets=self._known)

    def describe_alone(self, spec: PipelineSpec, lever: Lever) -> Pipeline:
        """As the other one."""
        return self.inner.describe_alone(spec, lever)

    def _asked(self) -> ScalableTargets:
        try:
            return ScalableTargets(self.inner.scalable_targets())
        except Exception as error:
            # Whatever it is, it is no pipeline's own: each goes on without what others may set.
            return ScalableTargets(unread=str(as_known(error)))

    def scalable_targets(self, where: str | None = None) -> tuple[ScalableTarget, ...]:
        """As the other one."""
        return self.inner.scalable_targets(where)

    def ask(self, question: Question[A]) -> A:
        """As the other one."""
        return self.inner.ask(question)

    def apply(self, action: "Action") -> None:
        """As the other one."""
        self.inner.apply(action)
