"""Each threshold has one home, its rule; what refers to it is what the rule says it feeds."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.builders import SPEC, a_pipeline
from tests.flink_builders import FLINK_SPEC, a_flink_pipeline, an_application
from tests.shape import OF_A_KIND, modules
from tidegate.rules.cause import Cause, LeverKind
from tidegate.rules.kinds.packs import in_force, thresholds
from tidegate.rules.pack_rule import Threshold
from tidegate.scaling.config.specification import Levers, PipelineSpec
from tidegate.scaling.observability.alarms import wanted
from tidegate.scaling.observability.pipeline_rows import rows

RULES = {each.name: each for each in thresholds()}
SETTABLE = [each for each in RULES.values() if each.set_by is None and each.same_as is None]

JUDGING = ("tidegate.rules.kinds.", "tidegate.scaling.kinds.kinesis_stream.retention")
DECIDING = ("tidegate.scaling.recommend", "tidegate.scaling.kinds")
WATCHING = ("tidegate.scaling.observability.",)
WATCHING_OF_A_KIND = (".watch", ".rows")
NOT_JUDGING = (
    ".state", ".metrics", ".signal_series", ".dashboard", ".composite_alarm", ".alarm_changes",
)  # fmt: skip

SCALES = {0, 1, 2, 3, 4, 5, 60, 100, 1000, 1024, 3600, 3_600_000, 1e-9, 1e-3, 1e6, 1e9}
"""Units, and how many of a few samples; what a threshold is compared with, but none itself."""


def judging() -> Iterator[tuple[str, ast.Module]]:
    for name, tree in modules().items():
        of_a_kind = OF_A_KIND.search(name) and name.endswith(WATCHING_OF_A_KIND)
        judges = name.startswith((*JUDGING, *WATCHING)) and not name.endswith(NOT_JUDGING)
        if judges or of_a_kind:
            yield name, tree


def constants(tree: ast.Module) -> set[ast.AST]:
    """What is inside of a time window, a limit of AWS or of a unit, named at the top."""
    named = (each for each in tree.body if isinstance(each, ast.Assign))
    return {
        part
        for each in named
        for part in ast.walk(each)
        if any(
            name.id.endswith(("_SECONDS", "_MINUTES", "_MAX", "_PER_SECOND", "_GIGABYTES"))
            for name in ast.walk(each.targets[0])
            if isinstance(name, ast.Name)
        )
    }


def numbers(tree: ast.Module) -> Iterator[ast.Constant]:
    windows = constants(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or node in windows:
            continue
        if type(node.value) in (int, float):
            yield node


@pytest.mark.slow
def test_what_judges_and_watches_has_no_threshold_of_its_own() -> None:
    own = {
        f"{name}:{node.lineno}: {node.value!r}"
        for name, tree in judging()
        for node in numbers(tree)
        if node.value not in SCALES
    }
    assert own == set()


def named_in(*prefixes: str) -> set[str]:
    """The rules whose thresholds are read below a package, but to watch."""
    return {
        node.slice.value
        for name, tree in modules().items()
        if name.startswith(prefixes) and not name.endswith(WATCHING_OF_A_KIND)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
        and ("-" in node.slice.value or node.slice.value in RULES)
    }


def test_every_threshold_that_is_read_is_that_of_a_rule() -> None:
    judged = named_in("tidegate.rules.kinds", *DECIDING)
    assert judged
    assert judged - RULES.keys() == set()


def test_a_rule_says_that_it_feeds_causes_where_causes_read_it() -> None:
    read = named_in("tidegate.rules.kinds") | named_in("tidegate.rules.diagnosis")
    aged = {"iterator-age-over-objective"}  # Set by the objective, which causes read.
    assert read | aged == {each.name for each in RULES.values() if each.causes}


def test_what_decisions_read_says_which_levers_it_moves() -> None:
    read = named_in(*DECIDING)
    assert {name for name in read if not RULES[name].levers} == set()
    alone = {each.name for each in RULES.values() if each.levers and not each.causes}
    assert alone - read == set()


CURES = {
    Cause.TABLE_THROTTLED: {LeverKind.WRITE_CAPACITY, LeverKind.READ_CAPACITY},
    Cause.PRODUCER_THROTTLED: {LeverKind.SHARD_COUNT},
    Cause.STREAM_TOO_NARROW: {LeverKind.SHARD_COUNT},
    Cause.HEAP_PRESSURE: {LeverKind.PARALLELISM, LeverKind.PARALLELISM_PER_KPU},
    Cause.PARALLELISM_TOO_LOW: {LeverKind.PARALLELISM},
}
OF_ADVICE = {
    "consumers-throttled", "writes-throttled", "reads-throttled", "function-failing",
    "deploy-failing", "deploy-counted", "memory-used-up",
}  # fmt: skip
"""Of the cause only the form that a person cures, or of reads and writes one alone."""


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_causes_and_levers_are_there_and_go_together(rule: Threshold) -> None:
    causes = {Cause(each) for each in rule.causes}
    levers = {LeverKind(each) for each in rule.levers}
    assert len(causes) == len(rule.causes)
    assert len(levers) == len(rule.levers)
    for cause in causes & CURES.keys():
        assert levers & CURES[cause] or rule.name in OF_ADVICE, cause


FLINK_2 = a_flink_pipeline(an_application(runtime="FLINK-2_2"))
WATCHED = [
    (a_pipeline(reserved_concurrency=10), SPEC),
    (a_pipeline(), replace(SPEC, levers=Levers())),
    (a_flink_pipeline(), FLINK_SPEC),
    (FLINK_2, FLINK_SPEC),
]


def watching(changed: dict[str, float]) -> dict[str, dict[Any, Any]]:
    """The alarms and graphs of pipelines with their thresholds, by their names without a place."""
    found: dict[str, dict[Any, Any]] = {"alarms": {}, "graphs": {}}
    for at, (pipeline, spec) in enumerate(WATCHED):
        set_to: PipelineSpec = replace(spec, thresholds=changed)
        for alarm in wanted([(pipeline, set_to)], None):
            found["alarms"][at, alarm.name] = alarm.configuration
        for row in rows(pipeline, set_to):
            for graph in row.graphs:
                found["graphs"][at, f"{row.title}/{graph.title}"] = graph.limits
    return found


def moved(before: dict[Any, Any], after: dict[Any, Any]) -> set[str]:
    return {name.rpartition("/")[2] for at, name in before if before[at, name] != after[at, name]}


@pytest.mark.parametrize("rule", SETTABLE, ids=[each.name for each in SETTABLE])
def test_the_alarms_and_graphs_of_a_rule_are_those_that_move_with_it(rule: Threshold) -> None:
    before, after = watching({}), watching({rule.name: rule.share * 0.4 + 3})
    assert moved(before["alarms"], after["alarms"]) == set(rule.alarms)
    assert moved(before["graphs"], after["graphs"]) == set(rule.graphs)


def test_an_alarm_compares_as_its_rule_does() -> None:
    words = {">": "GreaterThanThreshold", ">=": "GreaterThanOrEqualToThreshold"}
    counted = {"job-failures", "checkpoint-failures"}  # So many data points, not a threshold.
    told = {
        alarm.name.rpartition("/")[2]: alarm.configuration["ComparisonOperator"]
        for each in WATCHED
        for alarm in wanted([each], None)
        if not alarm.is_composite
    }
    for rule in RULES.values():
        for alarm in rule.alarms if rule.name not in counted else ():
            assert told[alarm] == words[rule.comparison.value], (rule.name, alarm)


def test_a_rule_with_the_threshold_of_another_follows_it() -> None:
    found = in_force({"iterator-age-near-retention": 0.3})
    followers = ("function-iterator-age-near-retention", "behind-near-retention")
    assert [found[each] for each in followers] == [0.3, 0.3]
