"""The concurrent executions that a consumer can have on so many shards, by what its factor can be.

Lambda runs at most shards x ParallelizationFactor batches at once (Lambda guide, Kinesis). The
factor is not everyone's to raise up to AWS's limit: its owner, its ``max`` in the file and the
concurrency of the function and the account all bound it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from math import ceil

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.lambda_mapping.concurrency import batches_at_once, busy_at_most
from tidegate.rules.kinds.lambda_mapping.state import Consumer, account_of
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.kinds.lambda_mapping.limits import FACTOR_MAX
from tidegate.scaling.load.current_load import HOUR_SECONDS
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.in_file import InFile

__all__ = ["ANY_OWNER", "TIDEGATE", "Concurrency", "concurrency", "executions_needed", "factor_of"]

ANY_OWNER: tuple[str, ...] = ("tidegate", "application-autoscaling")
TIDEGATE: tuple[str, ...] = ("tidegate",)


def factor_of(consumer: Consumer) -> Lever:
    """The lever of a consumer's parallelization factor."""
    return Lever.of(LeverKind.PARALLELIZATION_FACTOR, consumer.function.name)


@dataclass(frozen=True, slots=True)
class Concurrency:
    """``factor_now`` is what the factor is, ``factor_max`` how far it can be raised, whatever the
    shards; ``executions_max`` is the concurrency that the function may have. With a tumbling
    window, several mappings, or where one key has all records of a shard, ``is_fixed``: as many
    batches a shard as ``factor_now``, whatever the factor is set to."""

    factor_now: int
    factor_max: int
    executions_max: int
    is_fixed: bool = False

    def factor_on(self, shards: int) -> int:
        """The highest factor that can be had on so many shards: past the concurrency Lambda
        throttles."""
        within = min(self.factor_max, max(1, self.executions_max // shards))
        return max(self.factor_now, within)

    def executions_on(self, shards: int) -> int:
        """The most concurrent executions on so many shards."""
        return self.executions(shards, self.factor_on(shards))

    def executions(self, shards: int, factor: int) -> int:
        """Concurrent executions on so many shards with that factor."""
        batches = self.factor_now if self.is_fixed else factor
        return min(self.executions_max, shards * batches)

    def shards_for(self, executions: float) -> int:
        """The fewest shards for so many concurrent executions, or for as many of them as the
        function may have."""
        wanted = min(executions, float(self.executions_max))
        shards = max(1, ceil(wanted / max(self.factor_now, self.factor_max)))
        while self.executions_on(shards) < wanted:
            shards += 1
        return shards


def concurrency(
    pipeline: Pipeline, consumer: Consumer, said: InFile, owners: Collection[str]
) -> Concurrency:
    """A consumer's concurrency, with a factor that can be raised where one of ``owners`` has it.

    Where neither the factor nor the shards have an owner, both are a person's to move: then only
    AWS's limit bounds the factor, so that advice on one counts on the other. Change windows hold
    every lever of a pipeline alike, and need no looking at here.
    """
    reserved, mapping = consumer.function.reserved_concurrency, consumer.mapping
    cap = account_of(pipeline).unreserved_concurrency if reserved is None else reserved
    if consumer.beside:
        now = consumer.batches_per_shard
        return Concurrency(now, now, max(1, cap), is_fixed=True)
    now, most = (
        batches_at_once(pipeline, consumer, factor)
        for factor in (
            mapping.parallelization_factor,
            _factor_max(pipeline, consumer, said, owners),
        )
    )
    is_fixed = batches_at_once(pipeline, consumer, FACTOR_MAX) == 1
    return Concurrency(now, most, max(1, cap), is_fixed)


def _factor_max(
    pipeline: Pipeline, consumer: Consumer, said: InFile, owners: Collection[str]
) -> int:
    factor = said.bounds(factor_of(consumer))
    shards = said.bounds(Lever.of(LeverKind.SHARD_COUNT, pipeline.source.name))
    if factor is not None and factor.owner in owners:
        return min(factor.max, FACTOR_MAX)
    has_owner = any(each is not None and each.owner is not None for each in (factor, shards))
    return consumer.mapping.parallelization_factor if has_owner else FACTOR_MAX


def executions_needed(
    signals: Signals, consumer: Consumer, said: InFile, seconds: int = HOUR_SECONDS
) -> float:
    """Concurrent executions that a scale-in must leave: those of the busiest of the newest minutes,
    at the use that the file keeps to."""
    use: float = said.entry.target_utilization.concurrency
    return busy_at_most(signals, consumer, seconds) / use
