"""The mapping's levers: the parallelization factor and the batching window."""

from collections.abc import Iterator

from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.scaling.kinds.lambda_mapping import words
from tidegate.scaling.kinds.lambda_mapping.limits import BATCHING_WINDOW_MAX, FACTOR_MAX
from tidegate.scaling.model.plan import Constraint, Prohibition, Range

__all__ = ["batching_window_constraints", "factor_constraints"]


def factor_constraints(
    consumer: Consumer, shards: int, unreserved_concurrency: int
) -> Iterator[Constraint]:
    """AWS's range, the mapping's state, and the concurrency that ``shards`` x factor may take.

    Past the cap Lambda throttles, and a higher factor makes it worse (Lambda guide).
    """
    yield Range(
        1,
        FACTOR_MAX,
        words.FACTOR_RANGE(limit_factor=FACTOR_MAX),
    )
    yield from _state_constraints(consumer)
    window, mapping = consumer.mapping.reading.tumbling_window_seconds, consumer.mapping
    if window:
        yield Range(1, mapping.parallelization_factor, words.ONE_BATCH_A_SHARD(window=window))
    name, reserved = consumer.function.name, consumer.function.reserved_concurrency
    if consumer.beside:
        yield Prohibition(words.SEVERAL_MAPPINGS(name=name, mappings=len(consumer.mappings)))
    cap = unreserved_concurrency if reserved is None else reserved
    limit, plural = max(1, cap // shards), "s"[: shards > 1]
    shared = words.SHARED_CONCURRENCY(
        limit_factor=limit, unreserved_executions=cap, shards=shards, plural=plural
    )
    own = words.RESERVED_CONCURRENCY(
        limit_factor=limit, reserved_executions=cap, name=name, shards=shards, plural=plural
    )
    yield Range(1, limit, shared if reserved is None else own)


def batching_window_constraints(consumer: Consumer) -> Iterator[Constraint]:
    """AWS's range, and the mapping's state."""
    yield Range(
        0,
        BATCHING_WINDOW_MAX,
        words.WINDOW_RANGE(limit_seconds=BATCHING_WINDOW_MAX),
    )
    yield from _state_constraints(consumer)


def _state_constraints(consumer: Consumer) -> Iterator[Constraint]:
    """A mapping takes one change at a time."""
    state, name = consumer.mapping.state, consumer.function.name
    if state != "Enabled":
        yield Prohibition(words.RESOURCE_BUSY(name=name, state=state))
