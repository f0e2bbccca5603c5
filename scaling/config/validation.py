"""What a pipeline file can get wrong although every value has the right shape."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from itertools import pairwise
from math import inf
from re import fullmatch
from typing import TypeVar

from tidegate.rules.cause import Cause, LeverKind
from tidegate.rules.graph import Kinds
from tidegate.scaling.config.levers import APPLICATION_LEVERS, CAPACITIES, MAPPING
from tidegate.scaling.config.ownership import STREAM, owned_twice
from tidegate.scaling.config.resources import mistakes_of_resources
from tidegate.scaling.config.scaling_policies import ScheduledAction, StepScaling, TargetTracking
from tidegate.scaling.config.specification import (
    ApplicationSpec,
    ChangeWindow,
    ConsumerSpec,
    Levers,
    LeverSpec,
    PipelineFile,
    PipelineSpec,
    TableSpec,
)
from tidegate.scaling.config.thresholds import mistakes_of_thresholds
from tidegate.scaling.config.user_rules import mistakes_of_rule
from tidegate.scaling.kinds.registry import KINDS, limits_of
from tidegate.scaling.model.errors import shown

__all__ = ["semantic_mistakes"]

Path = tuple[str | int, ...]
Found = Iterator[tuple[Path, str]]
Item = TypeVar("Item")

_OURS_ALONE = (LeverKind.RETENTION_HOURS, LeverKind.BATCHING_WINDOW)
"""Levers that give no capacity: the endpoint for Application Auto Scaling doesn't have them."""


def semantic_mistakes(file: PipelineFile, kinds: Kinds = KINDS) -> Found:
    """Each mistake with the path it is at."""
    yield from _duplicates(file.pipelines, ("pipelines",), "name", lambda each: each.name)
    for at, pipeline in enumerate(file.pipelines):
        yield from _pipeline(pipeline, ("pipelines", at), kinds)
        for path, words in mistakes_of_resources(pipeline, kinds.types):
            yield ("pipelines", at, *path), words
        for resource_at, resource in enumerate(pipeline.resources):
            for word, said in resource.levers.items():
                below = ("pipelines", at, "resources", resource_at, "levers", word)
                yield from _policies(said, below)
    yield from owned_twice(file)


def _duplicates(
    items: Sequence[Item], path: Path, key: str, name_of: Callable[[Item], str]
) -> Found:
    seen: dict[str, int] = {}
    for at, item in enumerate(items):
        name = name_of(item)
        if name in seen:
            words = f"{shown(name)} is here twice (also number {seen[name] + 1}); names must differ"
            yield (*path, at, key), words
        seen.setdefault(name, at)


def _pipeline(spec: PipelineSpec, path: Path, kinds: Kinds) -> Found:
    allowed = (*STREAM, *MAPPING, *APPLICATION_LEVERS, *CAPACITIES)
    yield from _levers(spec.levers, path, allowed, "a pipeline")
    yield from _source(spec, path)
    consumers = (*path, "consumers")
    yield from _duplicates(spec.consumers, consumers, "function", lambda each: each.function)
    yield from _duplicates(spec.rules, (*path, "rules"), "name", lambda each: each.name)
    for at, rule in enumerate(spec.rules):
        yield from (((*path, "rules", at, key), words) for key, words in mistakes_of_rule(rule))
    use = asdict(spec.target_utilization)
    for key, words in mistakes_of_thresholds(spec.thresholds, use, kinds.signals):
        yield (*path, "thresholds", key), words
    for at, consumer in enumerate(spec.consumers):
        yield from _consumer(consumer, (*consumers, at))
    applications = (*path, "applications")
    yield from _duplicates(
        spec.applications, applications, "application", lambda each: each.application
    )
    for at, application in enumerate(spec.applications):
        yield from _application(application, spec, (*applications, at))
    causes = [*(each.value for each in Cause), *(rule.name for rule in spec.rules)]
    for at, suppression in enumerate(spec.suppressions):
        if suppression.cause is not None and suppression.cause not in causes:
            words = f"{shown(suppression.cause)} is not a cause; the causes are {', '.join(causes)}"
            yield (*path, "suppressions", at, "cause"), words
    for at, window in enumerate(spec.change_windows):
        yield from _window(window, (*path, "change_windows", at))


def _source(spec: PipelineSpec, path: Path) -> Found:
    if not spec.source:
        yield path, "'stream' is missing; it must be given, or topic"
    if spec.stream and spec.topic is not None:
        yield (*path, "topic"), "a pipeline reads either a stream or a topic"
    if not spec.consumers and not spec.applications and not spec.resources:
        yield path, "'consumers' is missing; it must be given, or applications"
    if spec.consumers and spec.topic is not None:
        yield (*path, "consumers"), "consumers read a stream; a topic is read by applications"


def _application(spec: ApplicationSpec, pipeline: PipelineSpec, path: Path) -> Found:
    yield from _levers(spec.levers, path, (*APPLICATION_LEVERS, *CAPACITIES), "an application")
    yield from _tables(spec.table_specs, path)
    if spec.partitions is not None and pipeline.topic is None:
        yield (*path, "partitions"), "partitions are those of a topic; a stream tells its shards"


def _consumer(spec: ConsumerSpec, path: Path) -> Found:
    yield from _levers(spec.levers, path, (*MAPPING, *CAPACITIES), "a consumer")
    yield from _tables(spec.table_specs, path)


def _tables(tables: Sequence[TableSpec], path: Path) -> Found:
    yield from _duplicates(tables, (*path, "tables"), "name", lambda each: each.name)
    for at, table in enumerate(tables):
        yield from _table(table, (*path, "tables", at))


def _table(spec: TableSpec, path: Path) -> Found:
    yield from _levers(spec.levers, path, CAPACITIES, "a table")
    yield from _duplicates(spec.indexes, (*path, "indexes"), "name", lambda each: each.name)
    for at, index in enumerate(spec.indexes):
        yield from _levers(index.levers, (*path, "indexes", at), CAPACITIES, "an index")


def _levers(levers: Levers, path: Path, allowed: Sequence[LeverKind], place: str) -> Found:
    for word, said in levers.said():
        kind, below = LeverKind(word), (*path, "levers", word)
        if kind not in allowed:
            known = ", ".join(each.value for each in allowed)
            yield below, f"{word} is not a lever of {place}; its levers are {known}"
        if said.owner == "application-autoscaling" and kind in _OURS_ALONE:
            words = f"{word} is no scalable dimension; its owner can only be tidegate"
            yield (*below, "owner"), words
        yield from _range(said, kind, below)
        yield from _policies(said, below)


def _range(said: LeverSpec, kind: LeverKind, path: Path) -> Found:
    least, most = limits_of(kind)
    bounds = {"min": said.min, "max": said.max}
    outside = {key: bound for key, bound in bounds.items() if not least <= bound <= most}
    for key, bound in outside.items():
        yield (*path, key), f"{key} is {bound}; AWS allows {least}..{most}"
    if not outside and said.min > said.max:
        yield (*path, "min"), f"min is {said.min}, more than max ({said.max})"


def _policies(said: LeverSpec, path: Path) -> Found:
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
        yield from _duplicates(policies, (*path, key), "name", lambda each: each.name)
    for at, tracking in enumerate(said.target_tracking):
        yield from _tracking(tracking, (*path, "target_tracking", at))
    for at, stepping in enumerate(said.step_scaling):
        yield from _steps(stepping, (*path, "step_scaling", at))
    for at, action in enumerate(said.scheduled):
        yield from _scheduled(action, said, (*path, "scheduled", at))


def _tracking(policy: TargetTracking, path: Path) -> Found:
    if (policy.metric is None) == (not policy.metrics):
        yield path, f"{shown(policy.name)} needs either metric or metrics"
    yield from _duplicates(policy.metrics, (*path, "metrics"), "id", lambda each: each.id)
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
    yield from _time_zone(action.time_zone, path)


def _window(window: ChangeWindow, path: Path) -> Found:
    if window.start.replace(tzinfo=None) == window.end.replace(tzinfo=None):
        yield (*path, "end"), "start and end are the same; a window needs a length"
    for name, moment in (("start", window.start), ("end", window.end)):
        if moment.tzinfo is not None:
            yield (
                (*path, name),
                f"{moment} has a zone of its own; time_zone says whose times they are",
            )
    yield from _time_zone(window.time_zone, path)


def _time_zone(name: str, path: Path) -> Found:
    # Imported here: most files name no time zone, and this is read at every cold start.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        words = f"{shown(name)} is not a time zone; an IANA name such as Europe/Berlin is"
        yield (*path, "time_zone"), words
