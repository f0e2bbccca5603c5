"""A raise that did not help is taken back; the first for a load where its lever's kind says so.

By the judgement that holds the next raise of the lever, whatever is wanted of it now.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tidegate.rules.graph import Role
from tidegate.rules.kinds.signals import RECENT_SECONDS
from tidegate.rules.reason import Reason
from tidegate.rules.window import LOOK_BACK
from tidegate.scaling.config.levers import current_capacities
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.effect import EFFECT, FIRST_TAKEN_BACK, REMEMBERED, SHOWN, TAKEN_BACK
from tidegate.scaling.model.history import SOMEONE_ELSE
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.model.raises import GROWN, Raises
from tidegate.scaling.model.recommendation import COOLDOWN, FULL_COVERAGE, Recommendation
from tidegate.scaling.model.roles import arrivals_of, planning_of, role_of, source_of

__all__ = ["take_backs"]


def take_backs(
    look: Look, recommendations: Sequence[Recommendation], decisions: Sequence[Decision]
) -> Iterator[Recommendation]:
    """The raises to take back while records are late. None while anything is raised, or was changed
    too recently to be judged: what was in the way of the raise may be what that cures. Nor while
    a reader settles, as with the parents of a reshard: new shards have nothing to do before."""
    signals = look.signals
    if any(each.allowed > each.current for each in decisions) or signals.is_in_cooldown:
        return
    raises = Raises(signals, look.history, look.now, current_capacities(signals.pipeline))
    settling = (kind.settling(signals) for kind in signals.pipeline.kinds.signals)
    if not raises.is_late or any(settling):
        return
    for each in recommendations:
        if each.lever in raises.capacities:
            found = _TakeBack(look, raises, each).recommendation()
            if found is not None:
                yield found


@dataclass(frozen=True, slots=True)
class _TakeBack:
    """What one lever is set back to, where it is wanted as ``wanted`` now."""

    look: Look
    raises: Raises
    wanted: Recommendation

    @property
    def lever(self) -> Lever:
        return self.wanted.lever

    def recommendation(self) -> Recommendation | None:
        last = self._last_raise()
        if last is None or not self._is_settled(last) or not self._is_known:
            return None
        judged, kept = self._judged(last), self._raise_before(last)
        planning = planning_of(self.lever, self.look.signals.pipeline)
        if judged is None:
            return None
        if kept is None and not planning.takes_first_back(self.raises, last, judged):
            return None
        back = replace(
            self.wanted, wanted=last.from_capacity, because=self._because(last, kept, judged)
        )
        found = planning.taken_back(self.look, last, back)
        return found if found is not None and found.wanted < self.wanted.current else None

    def _because(self, last: ChangeRecord, kept: ChangeRecord | None, judged: Reason) -> Reason:
        numbers = dict(judged.numbers) | {
            "lever": self.lever,
            "from_": last.from_capacity,
            "to": last.to_capacity,
            "begun_at": last.begun_at,
        }
        if kept is None:
            return FIRST_TAKEN_BACK(**numbers)
        return TAKEN_BACK(**numbers, kept=kept.lever, kept_at=kept.begun_at)

    def _last_raise(self) -> ChangeRecord | None:
        """This pipeline's own, where the lever, and those of the same quantity, were changed by
        nothing since but raises of the same plan."""
        look, history = self.look, self.look.history
        last = history.last_change_record(self.lever)
        if last is None or last.outcome is not Outcome.DONE or history.is_undo(last):
            return None
        is_own = last.pipeline == look.signals.pipeline.name
        stands = last.from_capacity < last.to_capacity == self.wanted.current
        since = self._changes(last.begun_at - EFFECT)
        along = all(
            each.to_capacity > each.from_capacity
            and each.begun_at - last.begun_at <= EFFECT
            and each.operation != SOMEONE_ELSE
            for each in since
        )
        return last if is_own and stands and along else None

    def _changes(self, since: datetime) -> list[ChangeRecord]:
        """The changes of the quantity's levers after a moment, by whomever, newest first."""
        history, levers = self.look.history, self._of_one_quantity
        others = (e for e in history.others if e.lever in levers and e.begun_at > since)
        made = (*history.changes(levers, since), *others)
        return sorted(made, key=lambda each: each.begun_at, reverse=True)

    @property
    def _of_one_quantity(self) -> tuple[Lever, ...]:
        """The levers that are judged together: those of a source and of what reads it give the
        concurrent executions."""
        pipeline = self.look.signals.pipeline
        source, role = source_of(pipeline), role_of(self.lever, pipeline)
        if source is None or role not in (Role.SOURCE, Role.PROCESSOR):
            return (self.lever,)
        if role is Role.PROCESSOR:
            return (self.lever, source.lever)
        readers = (e for e in self.raises.capacities if role_of(e, pipeline) is Role.PROCESSOR)
        return (self.lever, *readers)

    def _raise_before(self, last: ChangeRecord) -> ChangeRecord | None:
        """The raise before it for the load of both and of now, in the day and since the levers were
        last lowered for another reason than that a raise did not help."""
        later, newest = last, self.look.signals.series.source.incoming_records.end
        if not self._is_same_load(last.begun_at, newest):
            return None
        for each in self._changes(self.look.now - REMEMBERED):
            if each.begun_at >= last.begun_at - EFFECT or each.takes_back:
                continue
            if each.to_capacity <= each.from_capacity:
                return None
            if not self._is_part(each, later) and self._is_same_load(each.begun_at, last.begun_at):
                return each
            later = each
        return None

    def _is_part(self, earlier: ChangeRecord, later: ChangeRecord) -> bool:
        """Whether a later raise only went on with this one: before it showed, or where AWS's limit
        of a step may have cut it. When the windows had forgotten it, the later is another try."""
        if later.begun_at - earlier.begun_at <= SHOWN:
            return True
        source = source_of(self.look.signals.pipeline)
        if source is None or not earlier.lever == later.lever == source.lever:
            return False
        is_cut = earlier.to_capacity >= earlier.from_capacity * source.step_most
        return is_cut and later.begun_at - earlier.begun_at < LOOK_BACK

    def _is_same_load(self, earlier: datetime, later: datetime) -> bool:
        before, since = self.raises.load_at(earlier), self.raises.load_at(later)
        return before is not None and since is not None and since < GROWN * before

    def _is_settled(self, last: ChangeRecord) -> bool:
        """Whether the raise is in effect and shows, and the objective's time to catch up is
        over."""
        shows = [
            each.begun_at + self._takes(each.lever)
            for each in self._changes(last.begun_at - EFFECT)
        ]
        rest = COOLDOWN + timedelta(seconds=self.look.said.catch_up_seconds)
        return self.look.now >= max(shows) + rest

    def _takes(self, lever: Lever) -> timedelta:
        pipeline = self.look.signals.pipeline
        source = source_of(pipeline)
        if source is not None and source.lever == lever:
            return timedelta(seconds=source.change_takes_seconds)
        return planning_of(lever, pipeline).in_effect_after

    @property
    def _is_known(self) -> bool:
        """Whether metrics tell of load and age, as a scale-in needs them to."""
        signals = self.look.signals
        seconds = (COOLDOWN + timedelta(seconds=self.look.said.catch_up_seconds)).total_seconds()
        ages = signals.series.source.iterator_age_milliseconds
        told = (arrivals_of(signals).last(seconds), ages.last(seconds))
        return all(each.coverage >= FULL_COVERAGE for each in told)

    def _judged(self, last: ChangeRecord) -> Reason | None:
        """Why one more would not be had: the raise did not help, by minutes up to now."""
        judged_until = self.look.signals.series.judged_until
        one_more = replace(self.wanted, wanted=self.wanted.current + 1, for_heap=False)
        planning = planning_of(self.lever, self.look.signals.pipeline)
        for constraint in planning.why_ineffective(self.raises, one_more):
            newest = dict(constraint.reason.numbers).get("newest_at")
            if not isinstance(newest, datetime) or judged_until is None:
                continue
            if judged_until - newest <= timedelta(seconds=RECENT_SECONDS):
                return constraint.reason
        return None
