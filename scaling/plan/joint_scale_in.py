"""Scale-ins decided together: the shards and the factor leave the concurrent executions needed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from math import ceil

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream.state import shard_count_of
from tidegate.rules.kinds.lambda_mapping.state import Consumer, consumers_of
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.levers import lever_spec
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.lambda_mapping import words as mapping_words
from tidegate.scaling.kinds.lambda_mapping.concurrency import (
    TIDEGATE,
    concurrency,
    executions_needed,
    factor_of,
)
from tidegate.scaling.kinds.lambda_mapping.limits import FACTOR_MAX
from tidegate.scaling.load.current_load import HOUR_SECONDS
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.model.recommendation import COOLDOWN, Recommendation

__all__ = ["with_enough_executions"]

Decide = Callable[[Recommendation], Decision]


def with_enough_executions(
    decisions: Iterable[Decision], signals: Signals, spec: PipelineSpec, decide: Decide
) -> list[Decision]:
    """The decisions, of which none scales in below the concurrent executions that a consumer needs.

    Where fewer shards need a higher factor, it is raised in the same plan; where it can't be, the
    shards stay, and so does a factor that would leave too few by itself.
    """
    found = {decision.lever: decision for decision in decisions}
    pipeline = signals.pipeline
    raised = found | {
        factor.lever: factor
        for consumer in consumers_of(pipeline)
        for factor in _raised_for_fewer_shards(found, consumer, signals, spec, decide)
    }
    if not list(_too_few(raised, signals, spec)):
        return list(raised.values())
    shards = _shards(pipeline)
    if shards in found and found[shards].allowed < found[shards].current:
        reasons = (reason for _, reason in _too_few(raised, signals, spec))
        found[shards] = _stays(found[shards], *reasons)
    for consumer, reason in _too_few(found, signals, spec):
        factor = factor_of(consumer)
        found[factor] = _stays(found[factor], reason)
    return list(found.values())


def _shards(pipeline: Pipeline) -> Lever:
    return Lever.of(LeverKind.SHARD_COUNT, pipeline.source.name)


def _raised_for_fewer_shards(
    decisions: dict[Lever, Decision],
    consumer: Consumer,
    signals: Signals,
    spec: PipelineSpec,
    decide: Decide,
) -> Iterator[Decision]:
    shards, factor = decisions.get(_shards(signals.pipeline)), decisions[factor_of(consumer)]
    if shards is None:
        return
    said = lever_spec(spec, factor.lever)
    # Of a factor that isn't Tidegate's, what is wanted is advice: it goes with that of the shards.
    is_advice = said is None or said.owner != "tidegate"
    count = shards.wanted if is_advice and not shards.changes else shards.allowed
    needed = executions_needed(signals, consumer, in_file(spec))
    least = min(FACTOR_MAX, ceil(needed / count))
    if count < shards.current and factor.wanted < least:
        because = mapping_words.EXECUTIONS_ON_FEWER_SHARDS(
            executions=needed, shards=count, plural="s"[: count > 1]
        )
        yield decide(Recommendation(factor.lever, factor.current, least, because))


def _too_few(
    decisions: dict[Lever, Decision], signals: Signals, spec: PipelineSpec
) -> Iterator[tuple[Consumer, Reason]]:
    """The consumers that a scale-in would leave with fewer concurrent executions than needed."""
    pipeline = signals.pipeline
    shards = decisions.get(_shards(pipeline))
    count = shard_count_of(pipeline) if shards is None else shards.allowed
    for consumer in consumers_of(pipeline):
        factor = decisions[factor_of(consumer)]
        narrower = count < shard_count_of(pipeline)
        if not narrower and factor.allowed >= factor.current:
            continue
        # The factor can go up again within a minute: what is needed of it is what is busy now.
        seconds = HOUR_SECONDS if narrower else int(COOLDOWN.total_seconds())
        had = concurrency(pipeline, consumer, in_file(spec), TIDEGATE)
        needed = executions_needed(signals, consumer, in_file(spec), seconds)
        needed = min(needed, had.executions_max)
        if had.executions(count, factor.allowed) < needed:
            yield (
                consumer,
                mapping_words.EXECUTIONS_NEEDED(
                    name=consumer.function.name,
                    executions=needed,
                    shards=count,
                    factor=factor.allowed,
                ),
            )


def _stays(decision: Decision, *reasons: Reason) -> Decision:
    return replace(
        decision,
        allowed=decision.current,
        held_by=(*decision.held_by, *reasons),
        usd_per_month=0.0,
    )
