"""What is wrong with the policies and scheduled actions of a lever."""

from collections.abc import Sequence
from itertools import pairwise
from math import inf
from re import fullmatch

from tidegate.scaling.config.lever_spec import LeverSpec
from tidegate.scaling.config.plain_mistakes import Found, Path, duplicates, time_zone_mistakes
from tidegate.scaling.config.scaling_policies import ScheduledAction, StepScaling, TargetTracking
from tidegate.scaling.model.errors import shown

__all__ = ["policy_mistakes"]


def policy_mistakes(said: LeverSpec, path: Path) -> Found:
    """Each mistake with the path it is at."""
    kinds: dict[str, Sequence[TargetTracking | StepScaling | ScheduledAction]] = {
        "target_tracking": said.target_tracking,
        "step_scaling": said.step_scaling,
        "scheduled": said.scheduled,
    }
    theirs = said.owner == "application-autoscaling"
    for key, policies in kinds.items():
        if policies and not theirs:
            words = f"{key} is for levers whose owner is application-autoscaling"
            yield (*path, key), words
        yield from duplicates(policies, (*path, key), "name", lambda each: each.name)
    for at, tracking in enumerate(said.target_tracking):
        yield from _tracking(tracking, (*path, "target_tracking", at))
    for at, stepping in enumerate(said.step_scaling):
        yield from _steps(stepping, (*path, "step_scaling", at))
    for at, action in enumerate(said.scheduled):
        yield from _scheduled(action, said, (*path, "scheduled", at))


def _tracking(policy: TargetTracking, path: Path) -> Found:
    if (policy.metric is None) == (not policy.metrics):
        yield path, f"{shown(policy.name)} needs either metric or metrics"
    yield from duplicates(policy.metrics, (*path, "metrics"), "id", lambda each: each.id)
    for at, query in enumerate(policy.metrics):
        if (query.metric is None) == (query.expression is None):
            yield (*path, "metrics", at), f"{shown(query.id)} needs either metric or expression"
        if not fullmatch("[a-z][A-Za-z0-9_]*", query.id):
            words = "is not an id; a lower case letter, then letters, digits and _ are"
            yield (*path, "metrics", at, "id"), f"{shown(query.id)} {words}"
    if policy.metrics and sum(query.returns for query in policy.metrics) != 1:
        yield (*path, "metrics"), "exactly one of the metrics must say returns: true"


def _steps(policy: StepScaling, path: Path) -> Found:
    """AWS's rules: no overlap, no gap, at most one open end on each side (StepAdjustment)."""
    edges = [
        (-inf if step.lower is None else step.lower, inf if step.upper is None else step.upper)
        for step in policy.steps
    ]
    for at, (lower, upper) in enumerate(edges):
        if lower >= upper:
            yield (*path, "steps", at), f"lower is {lower:g}, not less than upper ({upper:g})"
    ordered = sorted(edges)
    for (_, upper), (lower, _) in pairwise(ordered):
        if upper != lower:
            words = f"one step ends at {upper:g}, the next begins at {lower:g}; they must meet"
            yield (*path, "steps"), words


def _scheduled(action: ScheduledAction, said: LeverSpec, path: Path) -> Found:
    if not fullmatch(r"(at|rate|cron)\(.+\)", action.schedule):
        words = f"{shown(action.schedule)} is not a schedule; at(...), rate(...) or cron(...) is"
        yield (*path, "schedule"), words
    if action.min is None and action.max is None:
        yield path, f"{shown(action.name)} needs min, max or both"
    for key, bound in (("min", action.min), ("max", action.max)):
        if bound is not None and not said.min <= bound <= said.max:
            words = f"{key} is {bound}, outside {said.min}..{said.max} of the lever"
            yield (*path, key), f"{words}: the endpoint would refuse to go there"
    if action.min is not None and action.max is not None and action.min > action.max:
        yield (*path, "min"), f"min is {action.min}, more than max ({action.max})"
    yield from time_zone_mistakes(action.time_zone, path)
