"""The mapping's levers: the parallelization factor and the batching window."""

from collections.abc import Iterator

from rules.pipeline import Consumer
from scaling.limits import BATCHING_WINDOW_MAX, FACTOR_MAX
from scaling.plan import Bound

__all__ = ["batching_window_bounds", "factor_bounds"]

UNRESERVED_CONCURRENCY = 100
"""What Lambda keeps of the account's concurrency for functions without a reservation
(Lambda guide, reserved concurrency)."""


def factor_bounds(
    consumer: Consumer, shards: int, account_concurrency: int, current: int
) -> Iterator[Bound]:
    """AWS's range, the mapping's state, and the concurrency that ``shards`` x factor may take.

    Past the cap Lambda throttles, and a higher factor makes it worse (Lambda guide).
    """
    yield Bound(1, FACTOR_MAX, f"ParallelizationFactor is 1..{FACTOR_MAX}")
    yield from _state_bounds(consumer, current)
    name, reserved = consumer.function.name, consumer.function.reserved_concurrency
    cap = account_concurrency - UNRESERVED_CONCURRENCY if reserved is None else reserved
    words = (
        f"the account's concurrency leaves {cap}"
        if reserved is None
        else f"{name} has a reserved concurrency of {cap}"
    )
    yield Bound(1, max(1, cap // shards), f"{words} for {shards} shards")


def batching_window_bounds(consumer: Consumer, current: int) -> Iterator[Bound]:
    """AWS's range, and the mapping's state."""
    words = f"MaximumBatchingWindowInSeconds is 0..{BATCHING_WINDOW_MAX}"
    yield Bound(0, BATCHING_WINDOW_MAX, words)
    yield from _state_bounds(consumer, current)


def _state_bounds(consumer: Consumer, current: int) -> Iterator[Bound]:
    """A mapping takes one change at a time."""
    state, name = consumer.mapping.state, consumer.function.name
    if state != "Enabled":
        yield Bound(current, current, f"the event source mapping of {name} is {state}")
