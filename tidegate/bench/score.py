"""From runs to figures: geometric means over cases, the spread over seeds; no case is left out."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from statistics import fmean

from tidegate.bench.controllers.registry import BOUND
from tidegate.bench.elasticity import Elasticity, mean_elasticity
from tidegate.bench.faults import FAULTS, kind_of
from tidegate.bench.run import Result

__all__ = [
    "FaultOutcome",
    "Spread",
    "Summary",
    "by_fault",
    "geometric_mean",
    "shifted_geometric_mean",
    "summaries",
]

KINDS = ("healthy", "open", "curable", "incurable")

SHIFT = 1.0
"""Added before and taken off after the geometric mean of figures that may be zero: one second, one
record, one call."""


def geometric_mean(values: Iterable[float]) -> float:
    """Of values above zero."""
    return exp(fmean(log(value) for value in values))


def shifted_geometric_mean(values: Iterable[float]) -> float:
    """exp(mean(log(x + 1))) - 1: the geometric mean for values that may be zero."""
    return exp(fmean(log(value + SHIFT) for value in values)) - SHIFT


@dataclass(frozen=True, slots=True)
class Spread:
    """A mean over all cases with all seeds, and the lowest and highest of any one seed."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Summary:
    """One controller over one group of cases. ``kind`` is healthy, open, curable or
    incurable, ``half`` tuning, held-out, own or all; counts are shifted geometric means by case,
    ``..._total`` sums."""

    controller: str
    kind: str
    half: str
    runs: int
    seeds: int
    seconds_out: Spread
    seconds_out_total: int
    seconds_total: int
    cost_usd: float
    cost_to_bound: Spread
    records_lost_total: int
    producer_throttles: float
    table_throttles: float
    actions: float
    undone: float
    refused: float
    settle_steps: float | None
    settle_seconds: float | None
    elasticity: Elasticity | None


def _by_seed(runs: Sequence[Result]) -> dict[int, list[Result]]:
    found = defaultdict(list)
    for run in runs:
        found[run.seed].append(run)
    return found


def summaries(results: Sequence[Result], least_usd: Mapping[str, float]) -> tuple[Summary, ...]:
    """Every controller in every group, halves apart and together; the bound's rows first.

    ``least_usd`` is the bound's cost by case.
    """
    found = []
    for kind in KINDS:
        of_kind = [each for each in results if kind_of(each.fault) == kind]
        halves = sorted({each.half for each in of_kind})
        for half in (*halves, "all") if len(halves) > 1 else halves:
            group = [each for each in of_kind if half in ("all", each.half)]
            found.append(_bound(group, kind, half, least_usd))
            for name in dict.fromkeys(each.controller for each in group):
                runs = [each for each in group if each.controller == name]
                found.append(_summary(name, runs, kind, half, least_usd))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class FaultOutcome:
    """One controller over all cases of one fault, with all seeds: geometric means as in
    ``Summary``."""

    controller: str
    fault: str
    cases: int
    seconds_out: float
    cost_to_bound: float


def by_fault(results: Sequence[Result], least_usd: Mapping[str, float]) -> tuple[FaultOutcome, ...]:
    """Every controller with every fault that was run."""
    groups = defaultdict(list)
    for each in results:
        groups[each.controller, each.fault].append(each)
    return tuple(
        FaultOutcome(
            name,
            fault,
            len({each.case for each in runs}),
            shifted_geometric_mean(each.seconds_out for each in runs),
            geometric_mean(each.cost_usd / least_usd[each.case] for each in runs),
        )
        for (name, fault), runs in groups.items()
        if fault in FAULTS
    )


def _summary(
    name: str, runs: Sequence[Result], kind: str, half: str, least_usd: Mapping[str, float]
) -> Summary:
    settled = [each.settling for each in runs if each.settling is not None]

    def mean(figure: Callable[[Result], float]) -> float:
        return shifted_geometric_mean(figure(each) for each in runs)

    return Summary(
        controller=name,
        kind=kind,
        half=half,
        runs=len(runs),
        seeds=len({each.seed for each in runs}),
        seconds_out=_out(runs),
        seconds_out_total=sum(each.seconds_out for each in runs),
        seconds_total=sum(each.seconds for each in runs),
        cost_usd=geometric_mean(each.cost_usd for each in runs),
        cost_to_bound=_to_bound(runs, least_usd),
        records_lost_total=sum(each.records_lost for each in runs),
        producer_throttles=mean(lambda each: each.producer_throttles),
        table_throttles=mean(lambda each: each.table_throttles),
        actions=mean(lambda each: each.actions),
        undone=mean(lambda each: each.undone),
        refused=mean(lambda each: each.refused),
        settle_steps=fmean(each.steps for each in settled) if settled else None,
        settle_seconds=fmean(each.seconds for each in settled) if settled else None,
        elasticity=mean_elasticity([each.elasticity for each in runs]),
    )


def _out(runs: Sequence[Result]) -> Spread:
    seeds = [
        shifted_geometric_mean(each.seconds_out for each in group)
        for group in _by_seed(runs).values()
    ]
    return Spread(shifted_geometric_mean(each.seconds_out for each in runs), min(seeds), max(seeds))


def _to_bound(runs: Sequence[Result], least_usd: Mapping[str, float]) -> Spread:
    def ratio(group: Sequence[Result]) -> float:
        return geometric_mean(each.cost_usd / least_usd[each.case] for each in group)

    seeds = [ratio(group) for group in _by_seed(runs).values()]
    return Spread(ratio(runs), min(seeds), max(seeds))


def _bound(
    group: Sequence[Result], kind: str, half: str, least_usd: Mapping[str, float]
) -> Summary:
    """The bound keeps the objective and throttles nothing by its definition."""
    cases = list(dict.fromkeys(each.case for each in group))
    seconds = {each.case: each.seconds for each in group}
    return Summary(
        controller=BOUND,
        kind=kind,
        half=half,
        runs=len(cases),
        seeds=len({each.seed for each in group}),
        seconds_out=Spread(0.0, 0.0, 0.0),
        seconds_out_total=0,
        seconds_total=sum(seconds.values()),
        cost_usd=geometric_mean(least_usd[each] for each in cases),
        cost_to_bound=Spread(1.0, 1.0, 1.0),
        records_lost_total=0,
        producer_throttles=0.0,
        table_throttles=0.0,
        actions=0.0,
        undone=0.0,
        refused=0.0,
        settle_steps=None,
        settle_seconds=None,
        elasticity=None,
    )
