"""The stream's levers: shard count and retention, what AWS allows of them and how to get there."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import ceil, log2

from tidegate.rules.kinds.kinesis_stream.state import Stream
from tidegate.scaling.kinds.kinesis_stream import words
from tidegate.scaling.kinds.kinesis_stream.actions import SPLIT_SHARD, UPDATE_SHARD_COUNT
from tidegate.scaling.kinds.kinesis_stream.limits import (
    RETENTION_HOURS_MAX,
    RETENTION_HOURS_MIN,
    SHARDS_MAX,
    STEP_MOST,
    UPDATES_PER_DAY,
)
from tidegate.scaling.kinds.kinesis_stream.second_owner import second_owner
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Constraint, Prohibition, Range

__all__ = [
    "busy_constraints",
    "doublings",
    "preferred_count",
    "retention_range",
    "shard_count_constraints",
    "split_constraints",
    "why_no_call",
]


HOUR = timedelta(hours=1)

SPLIT_AGAIN = timedelta(minutes=5)
"""Producers are refused meanwhile, and hold back for about ten minutes."""

PREFERRED_OVERSHOOT = 1.25
UNIFORM_WITHIN = 0.1


def doublings(from_count: int, to_count: int) -> int:
    """UpdateShardCount calls that it takes from one count up to another, each at most x2."""
    return max(0, ceil(log2(to_count / from_count))) if to_count > from_count else 0


def busy_constraints(stream: Stream) -> Iterator[Constraint]:
    """Nothing is changed on a stream that is on demand or not ACTIVE."""
    if not stream.is_provisioned:
        yield Prohibition(words.ON_DEMAND(name=stream.name))
    elif stream.status != "ACTIVE":
        yield Prohibition(words.RESOURCE_BUSY(name=stream.name, status=stream.status))


def retention_range() -> Range:
    """What the retention may be set to."""
    return Range(
        RETENTION_HOURS_MIN,
        RETENTION_HOURS_MAX,
        words.RETENTION_RANGE(hours_min=RETENTION_HOURS_MIN, hours_max=RETENTION_HOURS_MAX),
    )


def why_no_call(history: History, now: datetime) -> Prohibition | None:
    """Why UpdateShardCount can't be called now, None where it can. LimitExceeded is also the answer
    where the account has no shards left (UpdateShardCount, API reference)."""
    made = history.calls(UPDATE_SHARD_COUNT, now)
    if made >= UPDATES_PER_DAY:
        return Prohibition(
            words.BUDGET_SPENT(calls_a_day=UPDATES_PER_DAY),
        )
    refusal = history.refusal_by_limit(UPDATE_SHARD_COUNT, now, HOUR)
    if refusal is None:
        return None
    return Prohibition(
        words.UPDATE_REFUSED(refusal=refusal, calls_made=made, calls_a_day=UPDATES_PER_DAY),
    )


def shard_count_constraints(
    stream: Stream, wanted: int, count_max: int, history: History, now: datetime
) -> Iterator[Constraint]:
    """What UpdateShardCount takes now.

    A scale-in is allowed only while the calls left after it can still bring the stream from the
    smaller count up to ``count_max``, the largest it may need today.
    """
    current = stream.shard_count
    yield from second_owner(stream, history, now)
    yield Range(
        ceil(current / STEP_MOST),
        current * STEP_MOST,
        words.DOUBLED_AT_MOST(),
    )
    yield Range(
        1,
        SHARDS_MAX,
        words.SHARDS_AT_MOST(limit_shards=SHARDS_MAX),
    )
    no_call = why_no_call(history, now)
    left = UPDATES_PER_DAY - history.calls(UPDATE_SHARD_COUNT, now)
    if no_call is not None:
        yield no_call
    elif wanted < current and not _is_uniform(stream):
        yield Prohibition(words.SPLIT_KEPT(name=stream.name))
    elif wanted < current:
        reserve = doublings(max(wanted, ceil(current / STEP_MOST)), count_max)
        if left - 1 < reserve:
            yield Prohibition(
                words.BUDGET_KEPT(
                    left=left,
                    calls_a_day=UPDATES_PER_DAY,
                    reserve=reserve,
                    limit_shards=count_max,
                ),
            )


def split_constraints(history: History, now: datetime) -> Iterator[Constraint]:
    """No split for a while after one was refused for a limit: the account's shards, which last, or
    too many streams and calls at once, which pass (SplitShard, API reference)."""
    refusal = history.refusal_by_limit(SPLIT_SHARD, now, SPLIT_AGAIN)
    if refusal is not None:
        minutes = SPLIT_AGAIN.total_seconds() / 60
        yield Prohibition(words.SPLIT_REFUSED(refusal=refusal, minutes=minutes))


def _is_uniform(stream: Stream) -> bool:
    shares = [shard.key_share * stream.shard_count for shard in stream.open_shards]
    return all(abs(share - 1) < UNIFORM_WITHIN for share in shares)


def preferred_count(current: int, allowed: int) -> int:
    """The count to ask for instead of ``allowed``: a multiple of 25 % of the current one.

    Those finish sooner and make fewer short-lived shards (UpdateShardCount, API reference).
    Taken when it isn't below ``allowed`` and at most a quarter above; never more than double.
    """
    if allowed == current:
        return current
    candidates = [
        ceil(current * quarter / 4) for quarter in range(2, 9) if current * quarter % 4 == 0
    ]
    fitting = [
        count
        for count in candidates
        if allowed <= count <= allowed * PREFERRED_OVERSHOOT
        and (count > current) == (allowed > current)
        and count != current
    ]
    return min(fitting, default=allowed)
