"""Ineffective scaling: no raise for the same load before the last one was seen to help.

A raise is judged by the quantity that it was made for, which each kind of resource says of its own
levers. A load that has grown since is not the same load.
"""

from collections.abc import Iterable
from datetime import datetime

from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.config.levers import current_capacities
from tidegate.scaling.model.history import History
from tidegate.scaling.model.plan import Constraint
from tidegate.scaling.model.raises import Raises
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.model.roles import planning_of

__all__ = ["ineffective_scaling_constraints"]


def ineffective_scaling_constraints(
    signals: Signals, history: History, recommendation: Recommendation, now: datetime
) -> Iterable[Constraint]:
    """The constraints on a raise of a lever whose last one has not helped, or not yet been seen to
    help."""
    if not recommendation.adds_capacity:
        return ()
    pipeline = signals.pipeline
    raises = Raises(signals, history, now, current_capacities(pipeline))
    return planning_of(recommendation.lever, pipeline).why_ineffective(raises, recommendation)
