"""How a kind of resource takes part in the one plan of a pipeline: what is sized together.

A source has units, such as the shards of a stream, a processor has concurrent executions for each
of them, and a sink has capacities. Apart from ``ResourceType``, since who only reads plans nothing:
a cold start is shorter without.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Pipeline, Role
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import Metric, Window
from tidegate.scaling.model.change_record import ChangeRecord, Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.look import Look, Situation
from tidegate.scaling.model.monthly_price import Price
from tidegate.scaling.model.plan import Action, Constraint, Decision, Demand, Plan
from tidegate.scaling.model.raises import Raises
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.model.sinks import Refusal, Sink
from tidegate.scaling.model.sized import Executions, Reader, SourceUnits

__all__ = ["Instead", "Planning"]


@dataclass(frozen=True, slots=True)
class Instead:
    """An action in place of the call that its kind would make for a lever, and what it comes to."""

    recommendation: Recommendation
    action: Action


class Planning:
    """The resources of one kind in a plan of a pipeline. A kind says more of these than nothing."""

    @property
    def source(self) -> SourceUnits | None:
        """The pipeline's source, where it is of this kind and its capacity comes in units."""
        return None

    def executions(self, signals: Signals, said: InFile) -> Iterable[Executions]:
        """Of each of its processors that has so many for each unit of the source."""
        return ()

    def units_in_use(self, signals: Signals, said: InFile) -> Iterable[int]:
        """The fewest units of the source that each of its processors needs to stay as busy as it
        was in the last hour."""
        return ()

    def readers(self, signals: Signals, history: History) -> Iterable[Reader]:
        """What is learnt of each of its processors."""
        return ()

    def sinks(self, signals: Signals, reader: Reader, history: History) -> Iterable[Sink]:
        """What is learnt of each of its sinks that a reader writes to."""
        return ()

    def consumption(self, signals: Signals) -> Iterable[tuple[Lever, Window]]:
        """The units consumed of each lever of its sinks, on demand or not."""
        return ()

    def refusals(self, signals: Signals, diagnoses: tuple[Diagnosis, ...]) -> Iterable[Refusal]:
        """The levers of its sinks that are ill for want of capacity, and refuse in the newest
        minute."""
        return ()

    @property
    def roles(self) -> Mapping[LeverKind, Role]:
        """The part that each kind of its levers has in what is sized together; those that are sized
        alone have none."""
        return {}

    def why_ineffective(
        self, raises: Raises, recommendation: Recommendation
    ) -> Iterable[Constraint]:
        """What holds a raise of one of its levers back because the last one has not helped, or not
        yet been seen to."""
        return ()

    def taken_back(
        self, look: Look, last: ChangeRecord, back: Recommendation
    ) -> Recommendation | None:
        """How far the ``last`` raise of one of its levers is taken back, which did not help; None
        where that would cost more than it saves, or the raise helped with something else."""
        return back

    def takes_first_back(self, raises: Raises, last: ChangeRecord, judged: Reason) -> bool:
        """Whether also the first raise for a load is taken back, by the judgement that it did not
        help: where that says for sure what the lever did before it."""
        return False

    def why_not_worth(self, look: Look, recommendation: Recommendation) -> Iterable[Constraint]:
        """What holds a change of one of its levers back that a policy asks for, and that costs more
        than it brings."""
        return ()

    @property
    def uneven_causes(self) -> Collection[Cause]:
        """By which a part of the source refuses records that the whole of it could take."""
        return ()

    @property
    def capacity_causes(self) -> Collection[Cause]:
        """What its sinks are ill of for want of capacity."""
        return ()

    @property
    def in_effect_after(self) -> timedelta:
        """How long a change of its sinks takes at most."""
        return timedelta()

    @property
    def limit_metrics(self) -> Mapping[Metric, int]:
        """What its limits read beside what is configured: the metrics, each with how many seconds
        of it. Who moves one lever for somebody else reads no other."""
        return {}

    def look_closer(
        self, signals: Signals, cloud: Any, now: datetime
    ) -> tuple[Signals, tuple[str, ...]]:
        """The signals with what ``cloud`` (``Cloud``) tells of its resources beyond metrics, where
        they raise a question; and why that couldn't be asked."""
        return signals, ()

    def look_before(
        self, signals: Signals, plan: Plan, cloud: Any, now: datetime
    ) -> tuple[Signals, tuple[str, ...]]:
        """The same where a plan rests on what only ``cloud`` tells; the signals as they are where
        it bears the plan out."""
        return signals, ()

    def with_limiting(self, pipeline: Pipeline, said: InFile, cloud: Any) -> Pipeline:
        """The pipeline with what else limits a change of its levers, asked of ``cloud`` (``Cloud``)
        where only their resource was looked at."""
        return pipeline

    def needs_other_owners(self, said: InFile) -> bool:
        """Whether it matters who else sets its levers, by the scalable targets of AWS's own auto
        scaling; AWS limits how often an account may ask for them."""
        return False

    def advice(self, look: Look) -> Iterable[str]:
        """What a person must do before its levers can be moved, in sentences."""
        return ()

    def advice_prices(self, signals: Signals, diagnosis: Diagnosis) -> Iterable[Price]:
        """What changes the bill of what is advised, where it is about its resources."""
        return ()

    def twice_owned(self, look: Look) -> Collection[Lever]:
        """Those of its levers of whose second owner ``advice`` tells by what someone else has
        changed: no single change is told beside that."""
        return ()

    def source_demand(self, diagnoses: tuple[Diagnosis, ...], source: SourceUnits) -> Demand | None:
        """How many units the source must have by what is wrong with its processors; None where
        none of it is the source's fault."""
        return None

    @property
    def shared_levers(self) -> Iterable[Lever]:
        """Those that are changed under other names than the pipeline's too, such as by a command:
        their day's budget is one of all callers."""
        return ()

    def preferred(self, lever: Lever, current: int, allowed: int) -> int:
        """A setting that is better to ask for than the one that is allowed."""
        return allowed

    def instead(self, look: Look, decisions: Sequence[Decision]) -> Iterable[Instead]:
        """What is better done than what was decided on its levers."""
        return ()

    def limits_instead(
        self, situation: Situation, recommendation: Recommendation
    ) -> Iterable[Constraint]:
        """What AWS takes of such an action now."""
        return ()

    def recommendations_after(
        self, look: Look, moved: Collection[Lever]
    ) -> Iterable[Recommendation]:
        """What is wanted of levers that wait for those of the same resource that are ``moved``."""
        return ()

    def monthly_usd(self, signals: Signals, lever: Lever, setting: int) -> float | None:
        """What a setting costs a month, in US dollars, where that depends on what was measured;
        None where it has its own price (``ResourceType.monthly_usd``)."""
        return None

    @property
    def unpriced(self) -> Collection[LeverKind]:
        """The kinds of levers that a sum of all prices leaves out: another has their price, or they
        have none by themselves."""
        return ()

    def increases_of(self, action: Action) -> Action | None:
        """What is left of a call that raises and lowers without what it lowers; None of one that
        can't be taken apart."""
        return None

    def step(self, lever: Lever, setting: int) -> tuple[Action, int] | None:
        """Where its usual call can't be made: the action that brings a lever nearer to a setting in
        another way, and what it is set to after it. None where there is no other way."""
        return None
