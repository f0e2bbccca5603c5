"""From recommendations to decisions, and from decisions to the actions of one plan."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tidegate.rules.graph import Pipeline
from tidegate.rules.reason import Reason
from tidegate.scaling.config.lever_spec import Caller
from tidegate.scaling.config.levers import all_settings
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.constraints.by_ledger import ledger_constraints
from tidegate.scaling.constraints.ineffective_scaling import ineffective_scaling_constraints
from tidegate.scaling.constraints.odd_minute import odd_minute_constraints
from tidegate.scaling.constraints.operator import constrain, owner_constraints, window_constraints
from tidegate.scaling.constraints.unread_metrics import unread_constraints
from tidegate.scaling.load.horizons import ForecastHorizons
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Look, Situation
from tidegate.scaling.model.plan import Action, Constraint, Decision, Plan
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.model.resource_type import Changes, type_of
from tidegate.scaling.model.roles import lever_monthly_usd, planning_of, plannings
from tidegate.scaling.plan.actions import actions
from tidegate.scaling.plan.joint_scale_in import with_enough_executions
from tidegate.scaling.plan.take_back import take_backs
from tidegate.scaling.recommend.every_lever import wanted

__all__ = ["Decider", "decide"]


def decide(look: Look, expected: ForecastHorizons | None = None) -> Plan:
    """The one joint plan of a sweep: a decision for every lever, and the actions that follow,
    downstream first.

    Without fresh data there is nothing to decide. Nothing here remembers an earlier plan: what
    is still missing shows in the next look.
    """
    if look.signals.series.judged_until is None:
        return Plan((), ())
    return Decider(look, expected=expected).plan()


@dataclass(frozen=True, slots=True)
class Decider:
    """All that one pipeline's decisions depend on."""

    look: Look
    caller: Caller = "tidegate"
    expected: ForecastHorizons | None = None

    def plan(self) -> Plan:
        """Decide every lever, then turn what changes into the fewest calls."""
        look = self.look
        recommended = list(wanted(look, self.expected))
        each_alone = [self._decision(each) for each in recommended]
        decisions = with_enough_executions(each_alone, look.signals, look.said, self._decision)
        decisions = self._with_take_backs(recommended, decisions)
        decisions += [self._decision(each) for each in self._wanted_after(decisions)]
        instead = {each.lever: (each, action) for each, action in self._instead(decisions)}
        decisions = [each for each in decisions if each.lever not in instead]
        decisions += [each for each, _ in instead.values()]
        return self._plan(decisions, {lever: action for lever, (_, action) in instead.items()})

    def _with_take_backs(
        self, recommended: Sequence[Recommendation], decisions: list[Decision]
    ) -> list[Decision]:
        """What was raised and did not help is set back, where that is allowed, although all of it
        may be busy."""
        each_alone = map(self._decision, take_backs(self.look, recommended, decisions))
        changed = {each.lever: each for each in each_alone if each.changes}
        return [changed.get(each.lever, each) for each in decisions]

    def _wanted_after(self, decisions: list[Decision]) -> Iterator[Recommendation]:
        """What is wanted of levers that wait for what changes already."""
        moved = frozenset([each.lever for each in decisions if each.changes])
        for planning in plannings(self._pipeline):
            yield from planning.recommendations_after(self.look, moved)

    def _plan(self, decisions: list[Decision], instead: Mapping[Lever, Action]) -> Plan:
        decisions = self.affordable(decisions)
        settings = {decision.lever: decision.allowed for decision in decisions if decision.changes}
        changes = Changes(settings, instead, self.look.said)
        return Plan(tuple(actions(self._pipeline, changes)), tuple(decisions))

    def affordable(self, decisions: list[Decision]) -> list[Decision]:
        """What the file's bound on money leaves."""
        if self._spec.max_usd_a_day is None:
            return decisions
        # Imported here: few files bound money, and a cold start is shorter without it.
        from tidegate.scaling.plan.money import within_budget

        settings = all_settings(self._pipeline)
        unpriced = {kind for each in plannings(self._pipeline) for kind in each.unpriced}
        now = sum(self._usd(*each) for each in settings.items() if each[0].kind not in unpriced)
        return within_budget(decisions, self._spec.max_usd_a_day, now, self._usd)

    def plan_for(self, recommendation: Recommendation) -> Plan:
        """One lever moved as far towards a desired capacity as every constraint allows now, in
        another way where its kind has one and its usual call can't be made."""
        decision = self._decision(recommendation)
        if not decision.changes:
            step = self._another_step(recommendation)
            if step is not None:
                return step
        return self._plan([decision], {})

    def _another_step(self, recommendation: Recommendation) -> Plan | None:
        constraints = self._constraints_instead(recommendation)
        allowed, _ = _constrained(recommendation, constraints)
        if allowed == recommendation.current:
            return None
        lever = recommendation.lever
        step = planning_of(lever, self._pipeline).step(lever, allowed)
        if step is None:
            return None
        action, setting = step
        decisions = self.affordable([self._priced(recommendation, setting, ())])
        return Plan((action,) if decisions[0].changes else (), tuple(decisions))

    def _constraints_instead(self, recommendation: Recommendation) -> Iterator[Constraint]:
        """What holds an action back that takes the place of a lever's usual call: all but the
        limits of that call."""
        lever, current = recommendation.lever, recommendation.current
        yield from owner_constraints(self._spec, lever, self.caller)
        yield from window_constraints(self._spec, current, self.look.now)
        yield from self._pending_constraints(recommendation)
        planning = planning_of(lever, self._pipeline)
        yield from planning.limits_instead(self._situation, recommendation)

    @property
    def _situation(self) -> Situation:
        return Situation(self.look.signals, self.look.history, self.look.now, self.look.said)

    @property
    def _spec(self) -> PipelineSpec:
        spec: PipelineSpec = self.look.said.entry
        return spec

    @property
    def _pipeline(self) -> Pipeline:
        return self.look.signals.pipeline

    def _decision(self, recommendation: Recommendation) -> Decision:
        constraints = tuple(self._constraints(recommendation))
        allowed, held_by = _constrained(recommendation, constraints)
        if self.caller == "tidegate":
            lever, current = recommendation.lever, recommendation.current
            preferred = planning_of(lever, self._pipeline).preferred(lever, current, allowed)
            # What is preferred may lie above what a constraint allows: then it isn't taken.
            if preferred != allowed and constrain(current, preferred, constraints)[0] == preferred:
                allowed = preferred
        return self._priced(recommendation, allowed, held_by)

    def _priced(
        self, recommendation: Recommendation, allowed: int, held_by: tuple[Reason, ...]
    ) -> Decision:
        lever, current, difference = recommendation.lever, recommendation.current, 0.0
        if allowed != current:
            difference = self._usd(lever, allowed) - self._usd(lever, current)
        wanted, because = recommendation.wanted, recommendation.because
        return Decision(lever, current, wanted, allowed, because, held_by, difference)

    def _usd(self, lever: Lever, capacity: int) -> float:
        return lever_monthly_usd(self.look.signals, lever, capacity)

    def _constraints(self, recommendation: Recommendation) -> Iterator[Constraint]:
        yield from owner_constraints(self._spec, recommendation.lever, self.caller)
        yield from window_constraints(self._spec, recommendation.current, self.look.now)
        yield from self._pending_constraints(recommendation)
        yield from odd_minute_constraints(recommendation)
        if self.caller == "tidegate":
            seen = (self.look.signals, self.look.history)
            yield from ineffective_scaling_constraints(*seen, recommendation, self.look.now)
        if recommendation.asked_at is not None:
            planning = planning_of(recommendation.lever, self._pipeline)
            yield from planning.why_not_worth(self.look, recommendation)
        of = type_of(recommendation.lever, self._pipeline)
        yield from of.limits(self._situation, recommendation)

    def _pending_constraints(self, recommendation: Recommendation) -> Iterator[Constraint]:
        look, pipeline = self.look, self._spec.name
        yield from unread_constraints(look.signals, recommendation)
        yield from ledger_constraints(look.history, recommendation, pipeline, look.now)

    def _instead(self, decisions: Sequence[Decision]) -> Iterator[tuple[Decision, Action]]:
        """What kinds would rather do than what was decided, as far as it is allowed."""
        for planning in plannings(self._pipeline):
            for found in planning.instead(self.look, decisions):
                constraints = self._constraints_instead(found.recommendation)
                allowed, held_by = _constrained(found.recommendation, constraints)
                yield self._priced(found.recommendation, allowed, held_by), found.action


def _constrained(
    recommendation: Recommendation, constraints: Iterable[Constraint]
) -> tuple[int, tuple[Reason, ...]]:
    return constrain(recommendation.current, recommendation.wanted, constraints)
