"""What a pipeline file can get wrong although every value has the right shape."""

from collections.abc import Sequence
from dataclasses import asdict

from tidegate.rules.cause import Cause, LeverKind
from tidegate.rules.graph import Kinds
from tidegate.scaling.config.lever_mistakes import mistakes_of_policies
from tidegate.scaling.config.levers import APPLICATION_LEVERS, CAPACITIES, MAPPING, STREAM
from tidegate.scaling.config.plain_mistakes import Found, Path, duplicates, time_zone_mistakes
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
from tidegate.scaling.kinds.registry import KINDS, dimensions_of, limits_of
from tidegate.scaling.model.errors import shown

__all__ = ["semantic_mistakes"]


def semantic_mistakes(file: PipelineFile, kinds: Kinds = KINDS) -> Found:
    """Each mistake with the path it is at."""
    yield from duplicates(file.pipelines, ("pipelines",), "name", lambda each: each.name)
    for at, pipeline in enumerate(file.pipelines):
        yield from _pipeline(pipeline, ("pipelines", at), kinds)
        if pipeline.resources:
            yield from _resources(pipeline, ("pipelines", at), kinds)
    if len(file.pipelines) > 1:
        # Imported here: many files have one pipeline, and a cold start is shorter without.
        from tidegate.scaling.config.ownership import owned_twice

        yield from owned_twice(file)


def _resources(spec: PipelineSpec, path: Path, kinds: Kinds) -> Found:
    # Imported here: most files list none, and a cold start is shorter without.
    from tidegate.scaling.config.resources import mistakes_of_resources

    return (((*path, *below), words) for below, words in mistakes_of_resources(spec, kinds.types))


def _pipeline(spec: PipelineSpec, path: Path, kinds: Kinds) -> Found:
    allowed = (*STREAM, *MAPPING, *APPLICATION_LEVERS, *CAPACITIES)
    yield from _levers(spec.levers, path, allowed, "a pipeline")
    yield from _source(spec, path)
    consumers = (*path, "consumers")
    yield from duplicates(spec.consumers, consumers, "function", lambda each: each.function)
    yield from duplicates(spec.rules, (*path, "rules"), "name", lambda each: each.name)
    yield from _rules(spec, path)
    use = asdict(spec.target_utilization)
    for key, words in mistakes_of_thresholds(spec.thresholds, use, kinds):
        yield (*path, "thresholds", key), words
    for at, consumer in enumerate(spec.consumers):
        yield from _consumer(consumer, (*consumers, at))
    applications = (*path, "applications")
    yield from duplicates(
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


def _rules(spec: PipelineSpec, path: Path) -> Found:
    if not spec.rules:
        return
    # Imported here: most files have none, and a cold start is shorter without.
    from tidegate.scaling.config.user_rules import mistakes_of_rule

    for at, rule in enumerate(spec.rules):
        yield from (((*path, "rules", at, key), words) for key, words in mistakes_of_rule(rule))


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
    yield from duplicates(tables, (*path, "tables"), "name", lambda each: each.name)
    for at, table in enumerate(tables):
        yield from _table(table, (*path, "tables", at))


def _table(spec: TableSpec, path: Path) -> Found:
    yield from _levers(spec.levers, path, CAPACITIES, "a table")
    yield from duplicates(spec.indexes, (*path, "indexes"), "name", lambda each: each.name)
    for at, index in enumerate(spec.indexes):
        yield from _levers(index.levers, (*path, "indexes", at), CAPACITIES, "an index")


def _levers(levers: Levers, path: Path, allowed: Sequence[LeverKind], place: str) -> Found:
    for word, said in levers.said():
        kind, below = LeverKind(word), (*path, "levers", word)
        if kind not in allowed:
            known = ", ".join(each.value for each in allowed)
            yield below, f"{word} is not a lever of {place}; its levers are {known}"
        if said.owner == "application-autoscaling" and kind not in dimensions_of(kind.resource):
            words = f"{word} is no scalable dimension; its owner can only be tidegate"
            yield (*below, "owner"), words
        yield from _range(said, kind, below)
        yield from mistakes_of_policies(said, below)


def _range(said: LeverSpec, kind: LeverKind, path: Path) -> Found:
    least, most = limits_of(kind)
    bounds = {"min": said.min, "max": said.max}
    outside = {key: bound for key, bound in bounds.items() if not least <= bound <= most}
    for key, bound in outside.items():
        yield (*path, key), f"{key} is {bound}; AWS allows {least}..{most}"
    if not outside and said.min > said.max:
        yield (*path, "min"), f"min is {said.min}, more than max ({said.max})"


def _window(window: ChangeWindow, path: Path) -> Found:
    if window.start.replace(tzinfo=None) == window.end.replace(tzinfo=None):
        yield (*path, "end"), "start and end are the same; a window needs a length"
    for name, moment in (("start", window.start), ("end", window.end)):
        if moment.tzinfo is not None:
            yield (
                (*path, name),
                f"{moment} has a zone of its own; time_zone says whose times they are",
            )
    yield from time_zone_mistakes(window.time_zone, path)
