"""A Kinesis data stream in a plan: its shards are sized with what reads them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Pipeline, Role
from tidegate.rules.kinds.kinesis_stream.state import Stream
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.kinds.kinesis_stream.key_samples import (
    Samples,
    look_before_change,
    look_closer,
)
from tidegate.scaling.kinds.kinesis_stream.levers import (
    busy_constraints,
    preferred_count,
    split_constraints,
)
from tidegate.scaling.kinds.kinesis_stream.raises import shards_in_vain
from tidegate.scaling.kinds.kinesis_stream.second_owner import (
    has_second_owner,
    second_owner,
    second_owner_told,
)
from tidegate.scaling.kinds.kinesis_stream.split import next_operation, wanted_split
from tidegate.scaling.kinds.kinesis_stream.tumbling_windows import closed_windows, with_windows
from tidegate.scaling.kinds.kinesis_stream.units import Shards
from tidegate.scaling.model.change_record import ChangeRecord, Lever
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.look import Look, Situation
from tidegate.scaling.model.monthly_price import Price
from tidegate.scaling.model.plan import Action, Constraint, Decision, Plan
from tidegate.scaling.model.planning import Instead, Planning
from tidegate.scaling.model.raises import Raises
from tidegate.scaling.model.recommendation import Recommendation

__all__ = ["StreamPlanning"]


@dataclass(frozen=True)
class StreamPlanning(Planning):
    """Of the stream that a pipeline reads; ``pushed`` of its readers and not all of them, where it
    ``is_polled``, read by enhanced fan-out."""

    stream: Stream
    pushed: int = 0
    is_polled: bool = True

    @property
    def source(self) -> Shards:
        """Its shards."""
        return Shards.of(self.stream, self.pushed, is_polled=self.is_polled)

    @property
    def roles(self) -> Mapping[LeverKind, Role]:
        """The shards; a retention gives no capacity."""
        return {LeverKind.SHARD_COUNT: Role.SOURCE}

    @property
    def uneven_causes(self) -> Collection[Cause]:
        """A hot key, or a hot shard."""
        return (Cause.HOT_KEY, Cause.HOT_SHARD)

    def why_ineffective(
        self, raises: Raises, recommendation: Recommendation
    ) -> Iterable[Constraint]:
        """By the records accepted, and those read."""
        is_shards = recommendation.lever == self.source.lever
        return shards_in_vain(raises, recommendation) if is_shards else ()

    def taken_back(
        self, look: Look, last: ChangeRecord, back: Recommendation
    ) -> Recommendation | None:
        """Never below what the records that come in need, and not while any are refused: shards
        follow them whatever state the readers are in."""
        if back.lever != self.source.lever or look.signals.producers_throttled:
            return None
        return replace(back, wanted=max(back.wanted, back.for_arrivals))

    @property
    def shared_levers(self) -> tuple[Lever, ...]:
        """The shards: ``tidegate reshard`` changes them for no pipeline."""
        return (self.source.lever,)

    def look_closer(
        self, signals: Signals, cloud: Samples, now: datetime
    ) -> tuple[Signals, tuple[str, ...]]:
        """At the partition keys, where one shard seems to carry more than its part."""
        return look_closer(signals, cloud, now)

    def look_before(
        self, signals: Signals, plan: Plan, cloud: Samples, now: datetime
    ) -> tuple[Signals, tuple[str, ...]]:
        """At the partition keys, before more executions read each shard, or the same fewer
        shards."""
        if not any(_is_of_each_shard(each) for each in plan.decisions):
            return signals, ()
        return look_before_change(signals, cloud, now)

    def with_limiting(self, pipeline: Pipeline, said: InFile, cloud: Samples) -> Pipeline:
        """With the functions whose tumbling windows a change of the shards would close."""
        return with_windows(pipeline, said, cloud)

    def advice_prices(self, signals: Signals, diagnosis: Diagnosis) -> Iterable[Price]:
        """Enhanced fan-out, and a longer retention."""
        # Imported here: few sweeps advise, and a cold start is shorter without.
        from tidegate.scaling.kinds.kinesis_stream.advice_price import stream_advice_prices

        return stream_advice_prices(self.stream, signals, diagnosis)

    def preferred(self, lever: Lever, current: int, allowed: int) -> int:
        """A count that finishes sooner."""
        return preferred_count(current, allowed) if lever == self.source.lever else allowed

    def instead(self, look: Look, decisions: Sequence[Decision]) -> Iterator[Instead]:
        """A split instead of UpdateShardCount: for a hot shard, and when the day's calls are spent
        and records would be lost."""
        action, because = wanted_split(look, decisions)
        if action is not None:
            count = self.stream.shard_count
            yield Instead(Recommendation(self.source.lever, count, count + 1, because), action)

    def limits_instead(
        self, situation: Situation, recommendation: Recommendation
    ) -> Iterator[Constraint]:
        """All that holds splits and merges back but the limits of UpdateShardCount."""
        yield from busy_constraints(self.stream)
        yield from second_owner(self.stream, situation.history, situation.now)
        is_scale_out = recommendation.wanted > recommendation.current
        yield from closed_windows(situation.pipeline, situation.said, is_scale_out=is_scale_out)
        if is_scale_out:
            yield from split_constraints(situation.history, situation.now)

    def advice(self, look: Look) -> Iterable[str]:
        """What to do where the shards have two owners."""
        return second_owner_told(self.stream, look.history, look.said, look.now)

    def twice_owned(self, look: Look) -> Collection[Lever]:
        """The shards, where ``advice`` tells of their second owner."""
        is_told = has_second_owner(self.stream, look.history, look.said, look.now)
        return (self.source.lever,) if is_told else ()

    def step(self, lever: Lever, setting: int) -> tuple[Action, int] | None:
        """By splits and merges, where UpdateShardCount can't be called."""
        return next_operation(self.stream, setting) if lever == self.source.lever else None


def _is_of_each_shard(decision: Decision) -> bool:
    """Whether it has each shard read by more executions at once."""
    if decision.lever.kind is LeverKind.PARALLELIZATION_FACTOR:
        return decision.allowed > decision.current
    return decision.lever.kind is LeverKind.SHARD_COUNT and decision.allowed < decision.current
