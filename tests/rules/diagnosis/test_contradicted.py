"""No critical rule fires beside "healthy"."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, a_pipeline, signals, stream_metric
from tidegate.rules.blocking import blocks_capacity
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.diagnosis.contradicted import contradicted, firing_critical, is_by_rule
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.rule import Comparison, Finding, MissingData, Rule, Severity, Verdict

RULE = Rule(
    "orders-missing", "shop", stream_metric("racers", "IncomingRecords", "Sum"), Comparison.BELOW,
    1.0, 120, Severity.CRITICAL, MissingData.OK, "", "", "",
)  # fmt: skip
WELL = signals(a_pipeline())


def finding(seconds: float | None, **changes: Any) -> Finding:
    """The rule's condition holds for so many seconds."""
    since = None if seconds is None else NOON - timedelta(seconds=seconds)
    return replace(Finding(RULE, Verdict.FIRING, since, 0.0, "none came"), **changes)


def told(*findings: Finding) -> tuple[Diagnosis, ...]:
    return contradicted(diagnose(WELL), firing_critical(findings))


@pytest.mark.parametrize(
    "found",
    [finding(0), finding(300), finding(None)],
    ids=["in its first minute", "for long", "nothing is known since when"],
)
def test_a_critical_rule_that_fires_is_told_for_an_unknown_cause(found: Finding) -> None:
    (only,) = told(found)
    assert (only.cause, only.where) == (Cause.UNKNOWN, "shop")
    assert str(only.evidence[-1]) == (
        "the critical rule orders-missing fires, and nothing else is wrong: none came"
    )
    assert only.evidence[:-1] == diagnose(WELL)[0].evidence
    assert only.advice is not None
    assert is_by_rule(only)


def test_it_says_nothing_against_capacity() -> None:
    (only,) = told(finding(300))
    assert not blocks_capacity(only)


@pytest.mark.parametrize(
    "found",
    [
        finding(900, verdict=Verdict.PENDING),
        finding(900, rule=replace(RULE, severity=Severity.WARNING)),
    ],
    ids=["pending", "a warning"],
)
def test_otherwise_it_is_left_at_healthy(found: Finding) -> None:
    assert [each.cause for each in told(found)] == [Cause.HEALTHY]


def test_a_rule_is_no_contradiction_of_what_has_a_name() -> None:
    named = (Diagnosis(Cause.HOT_KEY, "racers", ()),)
    assert contradicted(named, (finding(900),)) == named


def test_what_fires_and_is_critical_contradicts() -> None:
    fires, warns = finding(9), finding(9, rule=replace(RULE, severity=Severity.WARNING))
    assert firing_critical([warns, fires, finding(9, verdict=Verdict.OK)]) == (fires,)


def test_what_could_not_be_known_is_not_by_a_rule() -> None:
    (only,) = told(finding(300))
    assert not is_by_rule(replace(only, evidence=only.evidence[:-1]))
    assert not is_by_rule(replace(only, evidence=()))


def test_what_is_explained_with_advice_is_told_as_it_was_found() -> None:
    explained = (Diagnosis(Cause.HEALTHY, "race", (), advice="wait"),)
    assert contradicted(explained, firing_critical([finding(300)])) == explained
