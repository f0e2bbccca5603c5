"""The elasticity metrics of the SPEC research group.

Herbst et al., "Ready for Rain? A View from SPEC Research on the Future of Cloud Metrics" (SPEC-RG
2016-01) and "Quantifying Cloud Performance and Dependability" (ToMPECS 2018): of demand d and
supply s, in per cent of the time or of the demand, lower being better.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise

__all__ = ["Elasticity", "elasticity", "mean_elasticity"]


@dataclass(frozen=True, slots=True)
class Elasticity:
    """Accuracies theta and time shares tau, under- (U) and over-provisioned (O), and the
    instability upsilon: the share of time in which supply and demand don't move the same way."""

    theta_under: float
    theta_over: float
    tau_under: float
    tau_over: float
    upsilon: float


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def elasticity(demand: Sequence[float], supply: Sequence[float]) -> Elasticity:
    """Of two series over the same, equally long intervals. ValueError when they differ."""
    pairs = list(zip(demand, supply, strict=True))
    count = len(pairs)
    turns = [min(abs(_sign(s1 - s0) - _sign(d1 - d0)), 1) for (d0, s0), (d1, s1) in pairwise(pairs)]
    return Elasticity(
        100 * sum(max(d - s, 0) / d for d, s in pairs) / count,
        100 * sum(max(s - d, 0) / d for d, s in pairs) / count,
        100 * sum(s < d for d, s in pairs) / count,
        100 * sum(s > d for d, s in pairs) / count,
        100 * sum(turns) / max(1, len(turns)),
    )


def mean_elasticity(parts: Sequence[Elasticity]) -> Elasticity:
    """Field by field, as of several layers or runs."""
    columns = zip(*map(astuple, parts), strict=True)
    return Elasticity(*(sum(column) / len(parts) for column in columns))
