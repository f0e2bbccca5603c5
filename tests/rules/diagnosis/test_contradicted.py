"""No critical rule fires beside "healthy"."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, Minute, a_pipeline, signals, stream_metric
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.diagnosis.contradicted import contradicted, firing_critical, is_by_rule_alone
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.rule import Comparison, Finding, MissingData, Rule, Severity, Verdict

RULE = Rule(
    "orders-missing", "shop", stream_metric("racers", "IncomingRecords", "Sum"), Comparison.BELOW,
    1.0, 120, Severity.CRITICAL, MissingData.OK, "", "", "",
)  # fmt: skip
WELL = signals(a_pipeline())


def finding(seconds: float | None, **changes: object) -> Finding:
    """The rule's condition holds for so many seconds."""
    since = None if seconds is None else NOON - timedelta(seconds=seconds)
    return replace(Finding(RULE, Verdict.FIRING, since, 0.0, "none came"), **changes)


def told(finding: Finding, seen: Signals = WELL) -> tuple[Diagnosis, ...]:
    return contradicted(seen, diagnose(seen), [finding], NOON)


def test_a_critical_rule_that_fires_for_long_is_sick_for_an_unknown_cause() -> None:
    (only,) = told(finding(300))
    assert (only.cause, only.where) == (Cause.UNKNOWN, "shop")
    assert only.because == (
        "the critical rule orders-missing fires, and nothing else is wrong: none came"
    )
    assert only.advice is not None
    assert is_by_rule_alone(only)


@pytest.mark.parametrize(
    "found",
    [
        finding(299),
        finding(None),
        finding(900, verdict=Verdict.PENDING),
        finding(900, rule=replace(RULE, severity=Severity.WARNING)),
    ],
    ids=["its cause may still come late", "since when is unknown", "pending", "a warning"],
)
def test_otherwise_it_is_left_at_healthy(found: Finding) -> None:
    assert [each.cause for each in told(found)] == [Cause.HEALTHY]


def test_a_rule_is_no_contradiction_of_what_is_passing_or_has_a_name() -> None:
    drains = signals(a_pipeline(), *[Minute(age_seconds=age) for age in (200, 150, 100)])
    calms = signals(a_pipeline(), Minute(refused_per_second=9), Minute(refused_per_second=1))
    assert [each.cause for seen in (drains, calms) for each in told(finding(900), seen)] == [
        Cause.HEALTHY, Cause.HEALTHY,
    ]  # fmt: skip
    named = (Diagnosis(Cause.HOT_KEY, "racers", ()),)
    assert contradicted(WELL, named, [finding(900)], NOON) == named


def test_what_fires_and_is_critical_contradicts() -> None:
    fires, warns = finding(9), finding(9, rule=replace(RULE, severity=Severity.WARNING))
    assert firing_critical([warns, fires, finding(9, verdict=Verdict.OK)]) == (fires,)


def test_a_diagnosis_with_more_evidence_is_not_by_a_rule_alone() -> None:
    (only,) = told(finding(300))
    more = replace(only, evidence=(*only.evidence, Reason.told("age", "old")))
    assert not is_by_rule_alone(more)
    assert not is_by_rule_alone(replace(only, evidence=()))
