"""A bound without backlog and burst: the cheapest schedule that knows the load beforehand.

It is a lower bound of the cost of every schedule that carries each minute's records in that
minute, uses nothing that AWS doesn't promise, stays within AWS's limits, and changes a layer at
most once a minute, the shards by UpdateShardCount alone: no controller here splits or merges shards
one by one. Each simplification can only make it cheaper:

- layers are priced alone, each for its own need, though they must fit together;
- within a minute the load is even, and a layer may be used to its last unit;
- any setting may be the first; delays of a change are foreseen and cost nothing, but a stream
  takes one UpdateShardCount a minute, and the world's takes at least 31 s;
- shards: at most double and at least half a call, ten calls a calendar day (ten in any 24 hours
  is stricter);
- write units: increases are free; decreases are four a UTC day, and more where the last was an hour
  ago or longer;
- Lambda: full batches only, so the fewest invocations and the least time;
- records in the stream are billed once, none is retried or throttled; read units cost nothing.

A schedule may be cheaper all the same where it lets a backlog of up to a minute stand, or lives
on burst capacity, which DynamoDB's guide tells not to rely on: where spikes come more often than
decreases are allowed, a table on its burst need not follow them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, inf

from tidegate.bench.case import Case
from tidegate.bench.faults import is_slow, slow_seconds_per_record
from tidegate.bench.plant import BATCH, FUNCTION, RECORD_BYTES
from tidegate.bench.run import demand
from tidegate.simulator.figures import prices
from tidegate.simulator.kinds.kinesis_stream.bill import PUT_PAYLOAD_UNIT_BYTES

__all__ = ["Bound", "capacity_minutes", "optimum", "shard_minutes"]

MINUTES_A_DAY = 1440
UPDATES_A_DAY = 10
DECREASES_AT_ONCE = 4
MINUTES_BETWEEN = 60
"""From the fourth decrease of a day on (DynamoDB's quotas): 27 a day at most."""

Costs = list[float]
"""The least costs until now, by decreases of the day: of 0 to 3, then of four or more by the
minutes since the last of them; the last entry is for an hour or longer."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The least cost in US dollars, in parts."""

    shards_usd: float
    write_units_usd: float
    put_usd: float
    lambda_usd: float

    @property
    def usd(self) -> float:
        """All of it."""
        return self.shards_usd + self.write_units_usd + self.put_usd + self.lambda_usd


def optimum(case: Case) -> Bound:
    """The bound of one case; faults that make the work itself dearer are in it."""
    price = prices()
    needs = demand(case)
    shards = shard_minutes([need.shards for need in needs])
    units = capacity_minutes([need.write_units for need in needs])
    records = [60 * rate for rate in case.load.minutes()]
    payload = ceil(RECORD_BYTES / PUT_PAYLOAD_UNIT_BYTES)
    return Bound(
        shards * price["shard_hour_usd"] / 60,
        units * price["write_capacity_unit_hour_usd"] / 60,
        sum(records) * payload * price["put_payload_unit_usd"],
        sum(_lambda_usd(case, records, price)),
    )


def _lambda_usd(case: Case, records: list[float], price: dict[str, float]) -> Iterator[float]:
    memory = FUNCTION.memory_megabytes / 1024
    for at, count in enumerate(records):
        slow = is_slow(case.fault, case.load, 60 * at)
        each = slow_seconds_per_record() if slow else FUNCTION.seconds_per_record
        invocations = count / BATCH
        seconds = invocations * FUNCTION.seconds_per_invocation + count * each
        yield (
            seconds * memory * price["lambda_gigabyte_second_usd"]
            + invocations * price["lambda_request_usd"]
        )


def shard_minutes(needs: Sequence[int]) -> float:
    """The fewest shard minutes that never are below the needs."""
    top = max(needs)
    rows = [[inf] * (UPDATES_A_DAY + 1) for _ in range(top + 1)]
    for count in range(needs[0], top + 1):
        rows[count][0] = float(count)
    for minute, need in enumerate(needs[1:], start=1):
        if minute % MINUTES_A_DAY == 0:
            rows = [[min(row)] + [inf] * UPDATES_A_DAY for row in rows]
        rows = _next_shards(rows, need)
    return min(min(row) for row in rows)


def _next_shards(rows: list[list[float]], need: int) -> list[list[float]]:
    top = len(rows) - 1
    best = [[inf] * (UPDATES_A_DAY + 1) for _ in rows]
    for count in range(need, top + 1):
        sources = [rows[each] for each in range((count + 1) // 2, min(top, 2 * count) + 1)]
        reached = list(map(min, zip(*sources, strict=True))) if len(sources) > 1 else sources[0]
        stay = rows[count]
        best[count] = [count + stay[0]] + [
            count + min(stay[used], reached[used - 1]) for used in range(1, UPDATES_A_DAY + 1)
        ]
    return best


def capacity_minutes(needs: Sequence[int]) -> float:
    """The fewest unit minutes that never are below the needs.

    Until its next decrease a table stands at the highest need since the last one: raising it in
    time costs nothing. So in each minute it has a height that some of the needs since had.
    """
    heights = [(needs[0], [float(needs[0])] + [inf] * (DECREASES_AT_ONCE + MINUTES_BETWEEN))]
    for minute, need in enumerate(needs[1:], start=1):
        later = _of_new_day if minute % MINUTES_A_DAY == 0 else _minute_later
        heights = [(units, later(costs)) for units, costs in heights]
        higher = [each for each in heights if each[0] > need]
        here = [costs for units, costs in heights if units <= need]
        if higher:
            here.append(_lowered(_cheapest([costs for _, costs in higher])))
        heights = [
            (units, [units + cost for cost in costs])
            for units, costs in [*higher, (need, _cheapest(here))]
        ]
    return min(min(costs) for _, costs in heights)


def _cheapest(rows: list[Costs]) -> Costs:
    return [min(column) for column in zip(*rows, strict=True)]


def _of_new_day(costs: Costs) -> Costs:
    return [min(costs)] + [inf] * (len(costs) - 1)


def _minute_later(costs: Costs) -> Costs:
    *waiting, almost, may = costs[DECREASES_AT_ONCE:]
    return [*costs[:DECREASES_AT_ONCE], inf, *waiting, min(almost, may)]


def _lowered(costs: Costs) -> Costs:
    *fewer, third = costs[:DECREASES_AT_ONCE]
    return [inf, *fewer, min(third, costs[-1])] + [inf] * MINUTES_BETWEEN
