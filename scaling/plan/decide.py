"""From wishes to decisions, and from decisions to the actions of one plan."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Consumer, FlinkApplication, Pipeline
from tidegate.rules.kinds.readings import Readings
from tidegate.rules.reason import Reason
from tidegate.scaling.config.levers import APPLICATION_LEVERS, lever_spec
from tidegate.scaling.config.specification import Owner, PipelineSpec
from tidegate.scaling.constraints.flink_update import update_constraints
from tidegate.scaling.constraints.ineffective_scaling import futility_constraints
from tidegate.scaling.constraints.operator import constrain, owner_constraints, window_constraints
from tidegate.scaling.kinds.dynamodb_table.levers import table_constraints
from tidegate.scaling.kinds.flink_application.levers import (
    application_constraints,
    kpus_of,
    scale_in_constraints,
)
from tidegate.scaling.kinds.kinesis_stream import words as stream_words
from tidegate.scaling.kinds.kinesis_stream.levers import (
    busy_constraints,
    preferred_count,
    retention_range,
    shard_count_constraints,
    split_constraints,
    why_no_call,
)
from tidegate.scaling.kinds.kinesis_stream.reshard import split_for, splits_towards
from tidegate.scaling.kinds.kinesis_stream.reshard.actions import action_for
from tidegate.scaling.kinds.kinesis_stream.reshard.planner import Even, plan
from tidegate.scaling.kinds.kinesis_stream.reshard.shard_map import EVEN_WITHIN, ShardMap
from tidegate.scaling.kinds.lambda_mapping.levers import (
    batching_window_constraints,
    factor_constraints,
)
from tidegate.scaling.load.horizons import Outlook
from tidegate.scaling.model.actions import MergeShards, SplitShard
from tidegate.scaling.model.aws_limits import SHARDS_MAX
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Constraint, Decision, Plan, Prohibition
from tidegate.scaling.model.prices import kpus_monthly_usd, monthly_usd
from tidegate.scaling.model.recommendation import SETTLE, UNCHANGED, Wish
from tidegate.scaling.plan import words
from tidegate.scaling.plan.actions import actions
from tidegate.scaling.plan.joint_scale_in import with_enough_executions
from tidegate.scaling.recommend.batching_window import batching, batching_wishes
from tidegate.scaling.recommend.flink_application import application_wishes
from tidegate.scaling.recommend.recommend import wishes
from tidegate.scaling.recommend.retention import records_will_expire, retention_wish

__all__ = ["Decider", "decide"]


def decide(
    readings: Readings,
    diagnoses: tuple[Diagnosis, ...],
    spec: PipelineSpec,
    history: History,
    now: datetime,
    expected: Outlook | None = None,
) -> Plan:
    """The one joint plan of a sweep: a decision for every lever, and the actions that follow,
    downstream first.

    Without fresh data there is nothing to decide. Nothing here remembers an earlier plan: what
    is still missing shows in the next look.
    """
    if readings.vitals.judged_until is None:
        return Plan((), ())
    return Decider(readings, diagnoses, spec, history, now, expected=expected).plan()


@dataclass(frozen=True, slots=True)
class Decider:
    """All that one pipeline's decisions depend on."""

    readings: Readings
    diagnoses: tuple[Diagnosis, ...]
    spec: PipelineSpec
    history: History
    now: datetime
    hand: Owner = "tidegate"
    expected: Outlook | None = None

    def plan(self) -> Plan:
        """Decide every lever, then turn what changes into the fewest calls."""
        seen = (self.readings, self.diagnoses, self.spec, self.history, self.now)
        wanted = (*wishes(*seen, self.expected), *application_wishes(*seen))
        retention = retention_wish(self.readings, self.history)
        each_alone = [self._decision(wish) for wish in (*wanted, retention)]
        decisions = with_enough_executions(each_alone, self.readings, self.spec, self._decision)
        decisions += self._batching(decisions)
        split = self._split(decisions)
        if split is not None:
            decisions = [each for each in decisions if each.lever != split[0].lever]
            decisions.append(split[0])
        return self._plan(decisions, None if split is None else split[1])

    def _batching(self, decisions: list[Decision]) -> list[Decision]:
        """The batching windows of the functions whose factor stays."""
        factor = LeverKind.PARALLELIZATION_FACTOR.value
        moved = {each.lever for each in decisions if each.changes}
        changing = frozenset(each.where for each in moved if each.kind_word == factor)
        seen = (self.readings, self.diagnoses, self.spec, self.history, changing)
        return [self._decision(wish) for wish in batching_wishes(*seen)]

    def _plan(self, decisions: list[Decision], split: SplitShard | None) -> Plan:
        found = actions(self._pipeline, decisions, split, self._ending_autoscaling())
        return Plan(tuple(found), tuple(decisions))

    def _ending_autoscaling(self) -> frozenset[str]:
        """The applications whose own autoscaling the file wants off."""
        said = (each for each in self.spec.applications if each.service_autoscaling == "off")
        return frozenset(each.application for each in said)

    def plan_for(self, wish: Wish) -> Plan:
        """One lever moved as far towards a wish from outside as every bound allows now.

        Where only the budget of UpdateShardCount stands in the way, by splits and merges.
        """
        decision = self._decision(wish)
        if wish.lever.kind is LeverKind.SHARD_COUNT and not decision.changes:
            by_hand = self._by_hand(wish)
            if by_hand is not None:
                return by_hand
        return self._plan([decision], None)

    def _by_hand(self, wish: Wish) -> Plan | None:
        allowed, _ = constrain(wish.current, wish.wanted, self._constraints_by_hand(wish))
        if allowed == wish.current:
            return None
        stream = self._pipeline.stream
        shape = ShardMap.of(stream.open_shards)
        operations = plan(shape.boundaries, Even(allowed, EVEN_WITHIN), updates_left=0)
        if not operations:
            return None
        action = action_for(stream.name, shape, operations[0])
        count = shape.count - 1 if isinstance(action, MergeShards) else shape.count + 1
        return Plan((action,), (self._priced(wish, count, ()),))

    def _constraints_by_hand(self, wish: Wish) -> Iterator[Constraint]:
        """What holds splits and merges back: all but the limits of UpdateShardCount."""
        yield from owner_constraints(self.spec, wish.lever, self.hand)
        yield from window_constraints(self.spec, wish.current, self.now)
        yield from self._pending_constraints(wish)
        yield from busy_constraints(self._pipeline.stream)
        if wish.wanted > wish.current:
            yield from split_constraints(self.history, self.now)

    @property
    def _pipeline(self) -> Pipeline:
        return self.readings.pipeline

    def _decision(self, wish: Wish) -> Decision:
        constraints = tuple(self._constraints(wish))
        allowed, held_by = constrain(wish.current, wish.wanted, constraints)
        if wish.lever.kind is LeverKind.SHARD_COUNT and self.hand == "tidegate":
            preferred = preferred_count(wish.current, allowed)
            # What is preferred may lie above what a constraint allows: then it isn't taken.
            if constrain(wish.current, preferred, constraints)[0] == preferred:
                allowed = preferred
        return self._priced(wish, allowed, held_by)

    def _priced(self, wish: Wish, allowed: int, held_by: tuple[Reason, ...]) -> Decision:
        difference = 0.0
        if allowed != wish.current:
            difference = self._usd(wish.lever, allowed) - self._usd(wish.lever, wish.current)
        return Decision(
            wish.lever, wish.current, wish.wanted, allowed, wish.because, held_by, difference
        )

    def _usd(self, lever: Lever, capacity: int) -> float:
        if lever.kind in APPLICATION_LEVERS:
            application = _application(self._pipeline, lever)
            return kpus_monthly_usd(kpus_of(application, lever.kind, capacity))
        if lever.kind is LeverKind.BATCHING_WINDOW:
            seen = batching(self.readings, _consumer(self._pipeline, lever))
            return 0.0 if seen is None else seen.monthly_usd(capacity)
        return monthly_usd(lever, capacity, self._pipeline.stream.shard_count)

    def _constraints(self, wish: Wish) -> Iterator[Constraint]:
        yield from owner_constraints(self.spec, wish.lever, self.hand)
        yield from window_constraints(self.spec, wish.current, self.now)
        yield from self._pending_constraints(wish)
        if self.hand == "tidegate":
            yield from futility_constraints(self.readings, self.history, wish, self.now)
        stream = self._pipeline.stream
        match wish.lever.kind:
            case LeverKind.SHARD_COUNT:
                yield from busy_constraints(stream)
                yield from shard_count_constraints(
                    stream, wish.wanted, self._shards_max(), self.history, self.now
                )
            case LeverKind.RETENTION_HOURS:
                yield from busy_constraints(stream)
                yield retention_range()
            case LeverKind.PARALLELIZATION_FACTOR:
                consumer = _consumer(self._pipeline, wish.lever)
                unreserved = self._pipeline.unreserved_concurrency
                yield from factor_constraints(consumer, stream.shard_count, unreserved)
            case LeverKind.BATCHING_WINDOW:
                consumer = _consumer(self._pipeline, wish.lever)
                yield from batching_window_constraints(consumer)
            case LeverKind.WRITE_CAPACITY | LeverKind.READ_CAPACITY:
                yield from table_constraints(self._pipeline, wish, self.now)
            case LeverKind.PARALLELISM | LeverKind.PARALLELISM_PER_KPU:
                application = _application(self._pipeline, wish.lever)
                ends = application.name in self._ending_autoscaling()
                yield from application_constraints(
                    application, wish.lever, wish.current, ends, self.history, self.now
                )
                yield from scale_in_constraints(wish, self.history, self.now)
                yield from update_constraints(wish, self.readings, self.spec)

    def _pending_constraints(self, wish: Wish) -> Iterator[Constraint]:
        for entry in self.history.open_entries():
            if entry.lever == wish.lever:
                yield Prohibition(words.CHANGE_PENDING(lever=wish.lever, begun_at=entry.begun_at))

    def _shards_max(self) -> int:
        lever = Lever.of(LeverKind.SHARD_COUNT, self._pipeline.stream.name)
        said = lever_spec(self.spec, lever)
        return SHARDS_MAX if said is None else said.max

    def _split(self, decisions: list[Decision]) -> tuple[Decision, SplitShard] | None:
        """A split instead of UpdateShardCount: for a hot shard, and when the day's calls are
        spent and records would be lost."""
        stream = self._pipeline.stream
        action, because = self._wanted_split(decisions)
        if action is None:
            return None
        lever = Lever.of(LeverKind.SHARD_COUNT, stream.name)
        wish = Wish(lever, stream.shard_count, stream.shard_count + 1, because)
        allowed, held_by = constrain(wish.current, wish.wanted, self._constraints_by_hand(wish))
        return self._priced(wish, allowed, held_by), action

    def _wanted_split(self, decisions: list[Decision]) -> tuple[SplitShard | None, Reason]:
        stream = self._pipeline.stream
        hot = next((each for each in self.diagnoses if each.cause is Cause.HOT_SHARD), None)
        if hot is not None and self._has_settled():
            return split_for(stream, hot.where, self._pipeline.key_samples), stream_words.HOT_SHARD(
                because=hot.because
            )
        shards = next((each for each in decisions if _is_narrow(each)), None)
        if shards is None or not self._budget_is_spent() or not self._would_lose_records():
            return None, UNCHANGED
        because = stream_words.SPLIT_INSTEAD(because=shards.because)
        return splits_towards(stream, shards.wanted), because

    def _has_settled(self) -> bool:
        """Whether the metrics judged are all from after the last change of the shards."""
        lever = Lever.of(LeverKind.SHARD_COUNT, self._pipeline.stream.name)
        changed, judged = self.history.last_change(lever), self.readings.vitals.judged_until
        return changed is None or (judged is not None and judged - changed >= SETTLE)

    def _budget_is_spent(self) -> bool:
        return why_no_call(self.history, self.now) is not None

    def _would_lose_records(self) -> bool:
        refused = any(each.cause is Cause.PRODUCER_THROTTLED for each in self.diagnoses)
        return refused or records_will_expire(self.readings)


def _is_narrow(decision: Decision) -> bool:
    is_shards = decision.lever.kind is LeverKind.SHARD_COUNT
    return is_shards and decision.wanted > decision.current and not decision.changes


def _consumer(pipeline: Pipeline, lever: Lever) -> Consumer:
    return next(each for each in pipeline.consumers if each.function.name == lever.where)


def _application(pipeline: Pipeline, lever: Lever) -> FlinkApplication:
    return next(each for each in pipeline.applications if each.name == lever.where)
