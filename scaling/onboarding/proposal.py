"""An objective and bounds proposed for a pipeline from two weeks of metrics: pure functions.

A proposal is a first draft for a person to look at: each number has the reason it comes from.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from statistics import median

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.state import Capacity
from tidegate.rules.kinds.kinesis_stream.kind import (
    SHARD_BYTES_PER_SECOND,
    SHARD_RECORDS_PER_SECOND,
)
from tidegate.rules.kinds.kinesis_stream.state import Stream, stream_of
from tidegate.rules.kinds.lambda_mapping.state import Consumer, consumers_of
from tidegate.rules.kinds.packs import in_force
from tidegate.rules.window import Metric, Window
from tidegate.scaling.config.specification import Objective, TargetUtilization
from tidegate.scaling.model.aws_limits import FACTOR_MAX, SHARDS_MAX
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.prices import monthly_usd
from tidegate.scaling.onboarding.proposal_metrics import (
    PERIOD_SECONDS,
    capacities,
    concurrent,
    consumed,
    incoming,
    iterator_age,
    records_read,
    refused,
    throttled,
)
from tidegate.scaling.recommend.batching_window import window_at_most
from tidegate.scaling.recommend.sizing import CAPACITY_USE

__all__ = ["LOOK_BACK", "Proposal", "Proposed", "Range", "propose"]

LOOK_BACK = timedelta(days=14)
HEADROOM = 2
"""Above the peak of two weeks: as far as one UpdateShardCount goes (API reference)."""

OBJECTIVES_SECONDS = (60, 120, 300, 600, 900)
KEPT_SHARE = 0.95
PERIODS_TO_TRUST = 288  # A day of them.

RETENTION_HOURS = 168
USE = TargetUtilization()


@dataclass(frozen=True, slots=True)
class Proposed:
    """A number and where it comes from."""

    value: int
    because: str


@dataclass(frozen=True, slots=True)
class Range:
    """Bounds of a lever around what it is set to now."""

    lever: Lever
    current: int
    min: Proposed
    max: Proposed


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for a pipeline. Levers that aren't ours to set, such as the shards of an
    on-demand stream, have no range."""

    objective: Proposed
    ranges: tuple[Range, ...]

    def of(self, kind: LeverKind, where: str) -> Range | None:
        """The range of one lever."""
        lever = Lever.of(kind, where)
        return next((each for each in self.ranges if each.lever == lever), None)


def propose(pipeline: Pipeline, windows: Mapping[Metric, Window]) -> Proposal:
    """From what is configured and what two weeks showed. A metric that isn't in ``windows``, or
    has no data, leaves what is there now as the only evidence."""
    objective = _objective(pipeline, windows)
    return Proposal(objective, tuple(_ranges(pipeline, windows, objective.value)))


def _objective(pipeline: Pipeline, windows: Mapping[Metric, Window]) -> Proposed:
    """The least objective that was kept in most periods; a batching window is no lateness. Where
    none was, or too little was seen, the strictest: at first only advice comes of it, and a lax one
    would hide an incident."""
    waits = max(
        (each.mapping.batching_window_seconds for each in consumers_of(pipeline)), default=0
    )
    least = ceil(Objective().iterator_age_max_seconds) + waits
    rungs = [each for each in OBJECTIVES_SECONDS if each >= least] or [least]
    ages = [each / 1000 for each in _present(windows, iterator_age(stream_of(pipeline).name))]
    own = f"; batches wait up to {waits} s by themselves" if waits else ""
    if not ages:
        return Proposed(rungs[0], f"no iterator age was seen in two weeks{own}")
    kept = {rung: sum(age <= rung for age in ages) / len(ages) for rung in rungs}
    chosen = next((rung for rung in rungs if kept[rung] >= KEPT_SHARE), None)
    if len(ages) < PERIODS_TO_TRUST or chosen is None:
        doubt = "too few to tell" if chosen is not None else "the pipeline is sick or may be slow"
        chosen, own = rungs[0], f"{own}; {doubt}"
    share = f"{_floored(kept[chosen])} of {len(ages):,} periods of 5 minutes"
    return Proposed(chosen, f"kept in {share}; the highest age was {max(ages):,.0f} s{own}")


def _floored(share: float) -> str:
    """Never rounded up: 100% is said only of all."""
    return f"{int(share * 100)}%"


def _ranges(
    pipeline: Pipeline, windows: Mapping[Metric, Window], objective: int
) -> Iterator[Range]:
    stream = stream_of(pipeline)
    if stream.is_provisioned:
        yield _shards(stream, windows)
    for consumer in consumers_of(pipeline):
        yield _factor(consumer, stream, windows)
        yield _batching_window(consumer, objective)
    yield _retention(stream)
    for capacity in capacities(pipeline):
        for kind, word, units in (
            (LeverKind.WRITE_CAPACITY, "Write", capacity.write_units),
            (LeverKind.READ_CAPACITY, "Read", capacity.read_units),
        ):
            lever = Lever.of(kind, capacity.where)
            yield _units(lever, units, _use(pipeline, capacity, word, windows))


@dataclass(frozen=True, slots=True)
class _Use:
    """Units a second that were consumed, and what the peak of the stream would have consumed where
    throttling held the table back; None where nothing was throttled."""

    seen: tuple[float, ...]
    held_back: float | None


def _use(
    pipeline: Pipeline, capacity: Capacity, kind: str, windows: Mapping[Metric, Window]
) -> _Use:
    stream, sums = stream_of(pipeline).name, _present(windows, consumed(capacity, kind))
    # Each of the stream's readers reads every record.
    read = sum(_present(windows, records_read(stream))) / len(consumers_of(pipeline))
    arrived = _present(windows, incoming(stream)[0])
    events = sum(_present(windows, throttled(capacity, kind)))
    would = None
    if events and read and arrived and sums:
        would = max(arrived) / PERIOD_SECONDS * sum(sums) / read
    return _Use(tuple(each / PERIOD_SECONDS for each in sums), would)


def _present(windows: Mapping[Metric, Window], metric: Metric) -> tuple[float, ...]:
    window = windows.get(metric)
    return () if window is None else window.present


def _shards(stream: Stream, windows: Mapping[Metric, Window]) -> Range:
    lever = Lever.of(LeverKind.SHARD_COUNT, stream.name)
    records, size = (
        [each / PERIOD_SECONDS for each in _present(windows, metric)]
        for metric in incoming(stream.name)
    )
    current = stream.shard_count
    if not records or not size:
        return _unseen(lever, current)
    most = _shards_for(max(records), max(size))
    least = min(current, _shards_for(median(records), median(size)))
    lost = sum(_present(windows, refused(stream.name)))
    peak = f"the peak of {max(records):,.0f} records/s, {max(size) / 2**20:,.2f} MiB/s"
    words = _above(current, most, f"{peak} needs at {USE.shard:.0%} use")
    if lost:
        words += f"; {lost:,.0f} records were refused: more was offered"
    return Range(
        lever,
        current,
        Proposed(least, f"half of the time {median(records):,.0f} records/s or fewer"),
        _priced(lever, min(SHARDS_MAX, max(current, HEADROOM * most)), words),
    )


def _above(current: int, needed: int, words: str) -> str:
    if current > HEADROOM * needed:
        return f"what there is now, more than twice the {needed:,} that {words}"
    return f"twice the {needed:,} that {words}"


def _shards_for(records_per_second: float, bytes_per_second: float) -> int:
    by_records = records_per_second / (SHARD_RECORDS_PER_SECOND * USE.shard)
    by_bytes = bytes_per_second / (SHARD_BYTES_PER_SECOND * USE.shard)
    return _whole(max(by_records, by_bytes))


def _whole(needed: float) -> int:
    """Rounded up, but not for what dividing adds in the last digits."""
    return max(1, ceil(round(needed, 6)))


def _factor(consumer: Consumer, stream: Stream, windows: Mapping[Metric, Window]) -> Range:
    name, current = consumer.function.name, consumer.mapping.parallelization_factor
    seen = _present(windows, concurrent(name))
    used = f"at most {max(seen):,.0f}" if seen else "none"
    reserved = consumer.function.reserved_concurrency
    words = f"the most that AWS takes; concurrent executions seen: {used}"
    if reserved is not None:
        words += f", {reserved} reserved for {stream.shard_count} shards"
    return Range(
        Lever.of(LeverKind.PARALLELIZATION_FACTOR, name),
        current,
        Proposed(1, "the least that AWS takes"),
        Proposed(FACTOR_MAX, words),
    )


def _batching_window(consumer: Consumer, objective: int) -> Range:
    current = consumer.mapping.batching_window_seconds
    most = window_at_most(objective, in_force({})["iterator-age-nearing-objective"] * objective)
    words = f"a tenth of the objective's {objective} s, for full batches"
    if current > most:
        most, words = current, "as now"
    return Range(
        Lever.of(LeverKind.BATCHING_WINDOW, consumer.function.name),
        current,
        Proposed(0, "the least that AWS takes"),
        Proposed(most, words),
    )


def _retention(stream: Stream) -> Range:
    current = stream.retention_hours
    lever = Lever.of(LeverKind.RETENTION_HOURS, stream.name)
    most = max(current, RETENTION_HOURS)
    words = "one week: the retention is extended when records would expire unread"
    dollars = monthly_usd(lever, most, stream.shard_count)
    return Range(
        lever,
        current,
        Proposed(current, "as now"),
        Proposed(most, words + f"; {_dollars(dollars)}"),
    )


def _units(lever: Lever, current: int, use: _Use) -> Range:
    if not use.seen:
        return _unseen(lever, current)
    peak = max(*use.seen, use.held_back or 0.0)
    most, usual = (_whole(each / CAPACITY_USE) for each in (peak, median(use.seen)))
    if use.held_back is None:
        words = f"the peak of {peak:,.1f} units/s needs at {CAPACITY_USE:.0%} use"
    else:
        words = (
            f"{peak:,.1f} units/s need at {CAPACITY_USE:.0%} use: as many a record as ever, at the "
            "stream's peak; it was throttled"
        )
    return Range(
        lever,
        current,
        Proposed(min(current, usual), f"half of the time {median(use.seen):,.1f} units/s or fewer"),
        _priced(lever, max(current, HEADROOM * most), _above(current, most, words)),
    )


def _unseen(lever: Lever, current: int) -> Range:
    """Without any evidence the lever may double and never fall."""
    words = "no data in two weeks: twice what there is now"
    least = Proposed(max(1, current), "as now, for want of data")
    most = max(1, HEADROOM * current)
    if lever.kind is LeverKind.SHARD_COUNT:
        most = min(SHARDS_MAX, most)
    return Range(lever, current, least, _priced(lever, most, words))


def _priced(lever: Lever, value: int, because: str) -> Proposed:
    return Proposed(value, f"{because}; {_dollars(monthly_usd(lever, value, value))}")


def _dollars(usd: float) -> str:
    return f"{usd:,.2f} USD a month"
