"""An objective and bounds proposed for a pipeline from two weeks of metrics: pure functions.

A proposal is a first draft for a person to look at: each number has the reason it comes from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from math import ceil

from tidegate.rules.graph import Pipeline
from tidegate.rules.window import Metric, Window
from tidegate.scaling.config.specification import Objective, TargetUtilization
from tidegate.scaling.model.proposal import Evidence, Lateness, Proposal, Proposed
from tidegate.scaling.model.resource_type import types_of
from tidegate.scaling.recommend.sizing import CAPACITY_USE

__all__ = ["LOOK_BACK", "proposal_metrics", "propose"]

LOOK_BACK = timedelta(days=14)

OBJECTIVES_SECONDS = (60, 120, 300, 600, 900)
KEPT_SHARE = 0.95
PERIODS_TO_TRUST = 288  # A day of them.

USE = asdict(TargetUtilization()) | {"capacity": CAPACITY_USE}


def proposal_metrics(pipeline: Pipeline) -> tuple[Metric, ...]:
    """Every metric that ``propose`` reads, five minutes a point."""
    return tuple(
        metric
        for each in reversed(types_of(pipeline))
        for metric in each.operations.proposal_metrics(pipeline)
    )


def propose(pipeline: Pipeline, windows: Mapping[Metric, Window]) -> Proposal:
    """From what is configured and what two weeks showed. A metric that isn't in ``windows``, or
    has no data, leaves what is there now as the only evidence."""
    types = types_of(pipeline)
    evidence = Evidence(pipeline, windows, USE)
    objective = _objective([each.operations.lateness(evidence) for each in types])
    evidence = replace(evidence, objective_seconds=objective.value)
    ranges = (found for each in reversed(types) for found in each.operations.proposed(evidence))
    return Proposal(objective, tuple(ranges))


def _objective(seen: Sequence[Lateness]) -> Proposed:
    """The least objective that was kept in most periods; what waits by itself is no lateness. Where
    none was, or too little was seen, the strictest: at first only advice comes of it, and a lax one
    would hide an incident."""
    waits = max((each.wait_seconds for each in seen), default=0)
    least = ceil(Objective().iterator_age_max_seconds) + waits
    rungs = [each for each in OBJECTIVES_SECONDS if each >= least] or [least]
    ages = [age for each in seen for age in each.ages_seconds]
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
