"""How much memory a function should have, by what was measured: pure functions.

The idea is that of the AWS blog "Using Amazon CloudWatch Lambda Insights to Improve Operational
Visibility": the cost of an invocation in MB-milliseconds against its duration, for each memory size
that was really tried. What was not tried is not known, and is said so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from math import ceil
from statistics import fmean, quantiles

from tidegate.scaling.kinds.lambda_mapping.invocation_report import Invocation

__all__ = ["Advice", "AtSize", "Verdict", "advise", "by_size"]

MEMORY_MIN, MEMORY_MAX = 128, 10_240
"""Megabytes that a function may have (Lambda quotas)."""

VCPU_MEGABYTES = 1769
"""Memory at which a function has one whole vCPU; its share is in proportion (Lambda guide)."""

NEAR_SHARE, TARGET_SHARE = 0.9, 0.8
"""Of the memory configured: used that much is near the limit; what a new size should leave."""

LOWER_SHARE = 0.75
"""A size is worth a change only when it is at most so much of the present one."""

ENOUGH = 30
"""Invocations before a size counts as measured."""

SAME_COST = 0.05
"""Costs that differ by less are the same: the faster size is then the better one."""

STEP = 64
OUT_OF_MEMORY = "Runtime.OutOfMemory"


@dataclass(frozen=True, slots=True)
class AtSize:
    """Invocations at one memory size. ``duration_p95_milliseconds`` is None where only averages
    are known."""

    memory_megabytes: int
    invocations: int
    used_max_megabytes: float
    duration_mean_milliseconds: float
    billed_mean_milliseconds: float
    duration_p95_milliseconds: float | None = None
    cold_starts: int = 0
    out_of_memory: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def megabyte_milliseconds(self) -> float:
        """Cost of a mean invocation, as Lambda charges for it."""
        return self.memory_megabytes * self.billed_mean_milliseconds

    @property
    def vcpus(self) -> float:
        """The share of processors that comes with the memory."""
        return self.memory_megabytes / VCPU_MEGABYTES


class Verdict(Enum):
    """What to do with the memory."""

    RAISE = "raise"
    LOWER = "lower"
    KEEP = "keep"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Advice:
    """A verdict with its evidence. ``megabytes`` is the size to set, None where it stays;
    ``unknown`` says what the evidence does not tell."""

    verdict: Verdict
    megabytes: int | None
    evidence: tuple[str, ...]
    unknown: tuple[str, ...] = ()


def by_size(invocations: Iterable[Invocation]) -> tuple[AtSize, ...]:
    """The invocations of each memory size that was tried, smallest first."""
    found: dict[int, list[Invocation]] = {}
    for each in invocations:
        found.setdefault(each.memory_megabytes, []).append(each)
    return tuple(_at_size(size, found[size]) for size in sorted(found))


def _at_size(megabytes: int, invocations: Sequence[Invocation]) -> AtSize:
    durations = [each.duration_milliseconds for each in invocations]
    return AtSize(
        megabytes,
        len(invocations),
        max(each.used_megabytes for each in invocations),
        fmean(durations),
        fmean(each.billed_milliseconds for each in invocations),
        quantiles(durations, n=20)[-1] if len(durations) > 1 else durations[0],
        sum(each.init_milliseconds is not None for each in invocations),
        sum(each.failed_by == OUT_OF_MEMORY for each in invocations),
        min(each.at for each in invocations),
        max(each.at for each in invocations),
    )


def advise(sizes: Sequence[AtSize], megabytes: int, cpu_share: float | None = None) -> Advice:
    """What to do with a function that has ``megabytes`` now. ``cpu_share`` is the processor time
    of a mean invocation over its duration, where Lambda Insights tells it."""
    now = next((each for each in sizes if each.memory_megabytes == megabytes), None)
    if now is None:
        return Advice(Verdict.WAIT, None, (f"no invocation at {megabytes:,} MB was seen",))
    if now.out_of_memory or now.used_max_megabytes >= NEAR_SHARE * megabytes:
        return _raise(now)
    if now.invocations < ENOUGH:
        few = f"{now.invocations} invocations at {megabytes:,} MB were seen; {ENOUGH} are needed"
        return Advice(Verdict.WAIT, None, (few,))
    measured = [each for each in sizes if each.invocations >= ENOUGH]
    if len(measured) > 1:
        return _of_measured(measured, now)
    return _of_one(now, cpu_share)


def _room_for(used_megabytes: float) -> int:
    """A size that leaves room above what was used."""
    return _in_steps(used_megabytes / TARGET_SHARE)


def _in_steps(megabytes: float) -> int:
    return min(MEMORY_MAX, max(MEMORY_MIN, ceil(megabytes / STEP) * STEP))


def _raise(now: AtSize) -> Advice:
    used, size = now.used_max_megabytes, now.memory_megabytes
    evidence = [f"up to {used:,.0f} of {size:,} MB used ({used / size:.0%})"]
    unknown = []
    wanted = _room_for(used)
    if now.out_of_memory or used >= size:
        evidence.append(f"{now.out_of_memory} invocations ran out of memory")
        unknown.append("how much memory the function needs: it was stopped at the limit")
        wanted = max(wanted, _in_steps(1.5 * size))
    if size >= MEMORY_MAX:
        evidence.append(f"{MEMORY_MAX:,} MB is the maximum: make the batches smaller")
        return Advice(Verdict.KEEP, None, tuple(evidence), tuple(unknown))
    return Advice(Verdict.RAISE, wanted, tuple(evidence), tuple(unknown))


def _of_measured(measured: Sequence[AtSize], now: AtSize) -> Advice:
    """The cheapest size that holds what was used; of several that cost the same, the fastest."""
    used = max(each.used_max_megabytes for each in measured)
    fitting = [each for each in measured if each.memory_megabytes * NEAR_SHARE > used]
    least = min((each.megabyte_milliseconds for each in fitting), default=0.0)
    cheap = [each for each in fitting if each.megabyte_milliseconds <= least * (1 + SAME_COST)]
    best = min(cheap, key=lambda each: each.duration_mean_milliseconds, default=now)
    evidence = tuple(_compared(each, now) for each in measured if each is not now)
    unknown: tuple[str, ...] = (
        "whether batches and traffic were similar while each size was set",
        "sizes that were not tried",
    )
    if best is now:
        return Advice(Verdict.KEEP, None, evidence, unknown)
    if best.duration_mean_milliseconds > now.duration_mean_milliseconds:
        unknown += ("whether the iterator age stays in its objective with the longer duration",)
    raised = best.memory_megabytes > now.memory_megabytes
    verdict = Verdict.RAISE if raised else Verdict.LOWER
    return Advice(verdict, best.memory_megabytes, evidence, unknown)


def _compared(other: AtSize, now: AtSize) -> str:
    cost = other.megabyte_milliseconds / now.megabyte_milliseconds - 1
    longer = other.duration_mean_milliseconds / now.duration_mean_milliseconds
    return (
        f"measured: {other.memory_megabytes:,} MB costs {abs(cost):.0%} "
        f"{'less' if cost < 0 else 'more'} and takes {longer:.2f} times as long as "
        f"{now.memory_megabytes:,} MB"
    )


def _of_one(now: AtSize, cpu_share: float | None) -> Advice:
    size, used = now.memory_megabytes, now.used_max_megabytes
    evidence = [f"up to {used:,.0f} of {size:,} MB used ({used / size:.0%})"]
    smaller = _room_for(used)
    if smaller > LOWER_SHARE * size:
        return Advice(Verdict.KEEP, None, tuple(evidence))
    if cpu_share is not None:
        evidence.append(f"{cpu_share:.2f} of its {now.vcpus:.2f} vCPU busy (Lambda Insights)")
        if cpu_share >= TARGET_SHARE * min(1.0, now.vcpus):
            evidence.append("the function is CPU-bound: with less memory it would be slower")
            return Advice(Verdict.KEEP, None, tuple(evidence))
    evidence.append(
        f"at {smaller:,} MB the function costs less unless it takes more than "
        f"{size / smaller:.1f} times as long"
    )
    unknown = (
        f"how much longer the function takes: its share of a vCPU falls from {now.vcpus:.2f} to "
        f"{smaller / VCPU_MEGABYTES:.2f}; change the memory, and run this command again to compare",
    )
    return Advice(Verdict.LOWER, smaller, tuple(evidence), unknown)
