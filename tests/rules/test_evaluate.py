"""Rules against windows; the packs' own tests are data beside them."""

from dataclasses import replace
from datetime import timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, a_pipeline, a_table
from tests.flink_builders import a_flink_pipeline, an_application
from tidegate.rules.evaluate import evaluate, judged
from tidegate.rules.kinds.packs import in_force, packs, rules_for
from tidegate.rules.kinds.registry import SIGNAL_KINDS
from tidegate.rules.kinds.signal_kind import rule_file
from tidegate.rules.rule import Comparison, MissingData, Rule, Severity, Verdict
from tidegate.rules.series import parse_series
from tidegate.rules.window import Metric, Window

METRIC = Metric("CWAgent", "mem_used_percent", (), "Maximum")


def a_rule(hold_seconds: int = 180, missing: MissingData = MissingData.UNKNOWN) -> Rule:
    return Rule(
        "memory", "producers", METRIC, Comparison.ABOVE, 90, hold_seconds, Severity.CRITICAL,
        missing, "%", "runbook", "90 %",
    )  # fmt: skip


def verdict(series: str, rule: Rule | None = None) -> Verdict:
    samples = parse_series(series)
    window = Window(METRIC, NOON - timedelta(minutes=len(samples)), samples)
    return evaluate(rule or a_rule(), window, NOON).verdict


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ("50x10", Verdict.OK),
        ("50x8 95x1", Verdict.PENDING),
        ("50x7 95x2", Verdict.FIRING),
        ("95x5 50", Verdict.FIRING),
        ("95x5 50 95", Verdict.FIRING),
        ("95x5 50x1", Verdict.OK),
        ("95x1 50", Verdict.OK),
        ("95 95 95 _x2", Verdict.FIRING),
        ("95 _ 95 _ 95", Verdict.FIRING),
        ("95 _ _ 50 _ 95", Verdict.PENDING),
        ("95x5 _x10", Verdict.UNKNOWN),
        ("_x10", Verdict.UNKNOWN),
    ],
)
def test_a_breach_must_hold_and_gaps_do_not_count(series: str, expected: Verdict) -> None:
    assert verdict(series) is expected


@pytest.mark.parametrize("missing", MissingData)
def test_silence_means_what_the_rule_says(missing: MissingData) -> None:
    assert verdict("_x10", a_rule(missing=missing)).value == missing.value


def test_a_finding_says_what_it_saw_and_since_when() -> None:
    window = Window(METRIC, NOON - timedelta(minutes=4), (50.0, 95.0, 96.0, 97.0))
    found = evaluate(a_rule(), window, NOON)
    assert found.because == "mem_used_percent of producers is 97 %, > 90 %, since 11:57"
    assert found.since == NOON - timedelta(minutes=3)


def test_a_share_is_judged_of_all_that_was_asked_for_and_a_gap_stays_one() -> None:
    taken = Metric("AWS/Kinesis", "IncomingRecords", (), "Sum")
    rule = replace(a_rule(), among=(METRIC, taken))
    windows = {
        METRIC: Window(METRIC, NOON, (10.0, None, 5.0, 0.0)),
        taken: Window(taken, NOON, (30.0, 40.0, None, None)),
    }
    assert judged(rule, windows) == Window(METRIC, NOON, (0.25, None, 1.0, 0.0))
    assert judged(a_rule(), windows) == windows[METRIC]


samples = st.lists(st.none() | st.floats(0, 100), max_size=30).map(tuple)


@given(samples)
def test_more_breaching_time_never_makes_it_better(seen: tuple[float | None, ...]) -> None:
    order = [Verdict.OK, Verdict.PENDING, Verdict.FIRING]
    longer = (*seen, 95.0)
    before = evaluate(a_rule(), Window(METRIC, NOON, seen), NOON + timedelta(hours=1)).verdict
    after = evaluate(a_rule(), Window(METRIC, NOON, longer), NOON + timedelta(hours=1)).verdict
    if before in order:
        assert order.index(after) >= order.index(before)


@given(st.integers(0, 90))
def test_silence_alone_is_never_ok(length: int) -> None:
    window = Window(METRIC, NOON, (None,) * length)
    assert evaluate(a_rule(), window, NOON + timedelta(hours=2)).verdict is Verdict.UNKNOWN


def pack_cases() -> list[tuple[str, dict[str, str]]]:
    found = []
    for kind in SIGNAL_KINDS:
        text = rule_file(kind.name, "rules.test.yaml")
        found += [(each["rule"], each) for each in yaml.safe_load(text)["tests"]]
    return found


@pytest.mark.parametrize(("name", "case"), pack_cases(), ids=lambda value: str(value)[:60])
def test_the_packs_keep_their_own_promises(name: str, case: dict[str, str]) -> None:
    table = a_table(100, index_units=50)
    pipelines = (
        a_pipeline(shards=2, factor=2, table=table, reserved_concurrency=10),
        a_pipeline(shards=2, factor=2, table=table),
        a_flink_pipeline(an_application(2)),
        a_flink_pipeline(an_application(2, runtime="FLINK-2_2"), topic=True),
    )
    where = case.get("where")
    rule = next(
        each
        for pipeline in pipelines
        for each in rules_for(pipeline, 60, in_force({}))
        if each.name == name and where in (None, each.where)
    )
    series = parse_series(case["series"])
    window = Window(rule.metric, NOON - timedelta(minutes=len(series)), series)
    found = evaluate(rule, window, NOON)
    assert found.verdict.value == case["verdict"], found.because


def test_every_rule_of_the_packs_has_a_test_that_fires_and_one_that_does_not() -> None:
    told = {(name, case["verdict"] == "firing") for name, case in pack_cases()}
    assert told == {(rule.name, fires) for rule in packs() for fires in (True, False)}


def test_every_rule_names_its_source_and_an_index_has_rules_of_its_own() -> None:
    rules = rules_for(a_pipeline(table=a_table(index_units=50)), 60, in_force({}))
    assert all(rule.source and rule.threshold_because for rule in rules)
    places = {rule.where for rule in rules if rule.name == "writes-throttled"}
    assert places == {"scores", "scores/by-race"}


@given(st.text(alphabet="0123456789+-x_. ", max_size=20))
def test_any_series_is_read_or_refused_with_a_reason(text: str) -> None:
    reason, found = "", None
    try:
        found = parse_series(text)
    except ValueError as error:
        reason = str(error)
    assert isinstance(found, tuple) or "is not a term" in reason
