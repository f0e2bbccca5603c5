"""When one shard is split instead of all being resized, and which."""

from collections.abc import Iterable
from datetime import datetime

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.kinds.kinesis_stream import words as stream_words
from tidegate.scaling.kinds.kinesis_stream.actions import SplitShard
from tidegate.scaling.kinds.kinesis_stream.levers import why_no_call
from tidegate.scaling.kinds.kinesis_stream.retention import records_will_expire
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.model.recommendation import COOLDOWN, UNCHANGED

__all__ = ["wanted_split"]


def wanted_split(
    signals: Signals,
    diagnoses: tuple[Diagnosis, ...],
    history: History,
    now: datetime,
    decisions: Iterable[Decision],
) -> tuple[SplitShard | None, Reason]:
    """A split, and why: of a hot shard, or towards the shards wanted where the day's calls of
    UpdateShardCount are spent and records would be lost. None where neither is so."""
    stream = stream_of(signals.pipeline)
    hot = next((each for each in diagnoses if each.cause is Cause.HOT_SHARD), None)
    if hot is not None and _is_past_cooldown(signals, history):
        # Imported here: few plans split a shard, and a cold start is shorter without it.
        from tidegate.scaling.kinds.kinesis_stream.reshard import split_for

        split = split_for(stream, hot.where, stream.key_samples)
        return split, stream_words.HOT_SHARD(because=hot.because)
    shards = next((each for each in decisions if _is_narrow(each)), None)
    if shards is None or why_no_call(history, now) is None:
        return None, UNCHANGED
    refused = any(each.cause is Cause.PRODUCER_THROTTLED for each in diagnoses)
    if not (refused or records_will_expire(signals)):
        return None, UNCHANGED
    from tidegate.scaling.kinds.kinesis_stream.reshard import splits_towards

    because = stream_words.SPLIT_INSTEAD(because=shards.because)
    return splits_towards(stream, shards.wanted), because


def _is_past_cooldown(signals: Signals, history: History) -> bool:
    """Whether the metrics judged are all from after the last change of the shards."""
    lever = Lever.of(LeverKind.SHARD_COUNT, signals.pipeline.source.name)
    changed, judged = history.last_change(lever), signals.series.judged_until
    return changed is None or (judged is not None and judged - changed >= COOLDOWN)


def _is_narrow(decision: Decision) -> bool:
    is_shards = decision.lever.kind is LeverKind.SHARD_COUNT
    return is_shards and decision.wanted > decision.current and not decision.changes
