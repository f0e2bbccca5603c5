"""When one shard is split instead of all being resized, and which; and a resize by splits alone."""

from collections.abc import Iterable

from tidegate.rules.cause import Cause, LeverKind
from tidegate.rules.kinds.kinesis_stream.state import Stream, stream_of
from tidegate.rules.reason import Reason
from tidegate.scaling.kinds.kinesis_stream import words
from tidegate.scaling.kinds.kinesis_stream.actions import MergeShards, SplitShard
from tidegate.scaling.kinds.kinesis_stream.levers import why_no_call
from tidegate.scaling.kinds.kinesis_stream.retention import records_will_expire
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Action, Decision
from tidegate.scaling.model.recommendation import COOLDOWN, UNCHANGED

__all__ = ["next_operation", "wanted_split"]


def wanted_split(look: Look, decisions: Iterable[Decision]) -> tuple[SplitShard | None, Reason]:
    """A split, and why: of a hot shard, or towards the shards wanted where the day's calls of
    UpdateShardCount are spent and records would be lost. None where neither is so."""
    stream = stream_of(look.signals.pipeline)
    hot = next((each for each in look.diagnoses if each.cause is Cause.HOT_SHARD), None)
    if hot is not None and _is_past_cooldown(look):
        # Imported here: few plans split a shard, and a cold start is shorter without it.
        from tidegate.scaling.kinds.kinesis_stream.reshard import split_for

        split = split_for(stream, hot.where, stream.key_samples)
        return split, words.HOT_SHARD(because=hot.because)
    shards = next((each for each in decisions if _is_narrow(each)), None)
    if shards is None or why_no_call(look.history, look.now) is None:
        return None, UNCHANGED
    refused = any(each.cause is Cause.PRODUCER_THROTTLED for each in look.diagnoses)
    if not (refused or records_will_expire(look.signals)):
        return None, UNCHANGED
    from tidegate.scaling.kinds.kinesis_stream.reshard import widest_split

    split, left = widest_split(stream, shards.wanted), shards.wanted - shards.current - 1
    told = words.SPLIT_INSTEAD(because=shards.because)
    if left:
        told = words.SPLIT_TOWARDS(
            because=told, wanted=shards.wanted, left=left, plural="s"[: left > 1]
        )
    return split, told


def next_operation(stream: Stream, count: int) -> tuple[Action, int] | None:
    """The split or merge that comes next on the way to a count of even shards, without a call of
    UpdateShardCount, and how many shards there are after it; None where no operation is left."""
    # Imported here: few plans split a shard, and a cold start is shorter without it.
    from tidegate.scaling.kinds.kinesis_stream.reshard.actions import action_for
    from tidegate.scaling.kinds.kinesis_stream.reshard.planner import Even, plan
    from tidegate.scaling.kinds.kinesis_stream.reshard.shard_map import EVEN_WITHIN, ShardMap

    shape = ShardMap.of(stream.open_shards)
    operations = plan(shape.boundaries, Even(count, EVEN_WITHIN), updates_left=0)
    if not operations:
        return None
    action = action_for(stream.name, shape, operations[0])
    return action, shape.count - 1 if isinstance(action, MergeShards) else shape.count + 1


def _is_past_cooldown(look: Look) -> bool:
    """Whether the metrics judged are all from after the last change of the shards."""
    lever = Lever.of(LeverKind.SHARD_COUNT, look.signals.pipeline.source.name)
    changed, judged = look.history.last_change(lever), look.signals.series.judged_until
    return changed is None or (judged is not None and judged - changed >= COOLDOWN)


def _is_narrow(decision: Decision) -> bool:
    is_shards = decision.lever.kind is LeverKind.SHARD_COUNT
    return is_shards and decision.wanted > decision.current and not decision.changes
