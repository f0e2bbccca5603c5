"""Whether a critical rule contradicts that nothing is wrong."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.diagnosis import words
from tidegate.rules.rule import Finding, Severity, Verdict
from tidegate.rules.window import LATE_SECONDS

__all__ = ["contradicted", "firing_critical", "is_by_rule"]


def firing_critical(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The critical rules that fire."""
    return tuple(
        each
        for each in findings
        if each.verdict is Verdict.FIRING and each.rule.severity is Severity.CRITICAL
    )


def contradicted(
    diagnoses: tuple[Diagnosis, ...], findings: Sequence[Finding], now: datetime, *, passing: bool
) -> tuple[Diagnosis, ...]:
    """The diagnoses; UNKNOWN in place of HEALTHY where a critical rule has fired for longer than
    metrics are late, so that a cause would be known by now. Not for what is ``passing``: a backlog
    that drains in time, refusals that get fewer, a processor that starts."""
    if passing or any(each.cause is not Cause.HEALTHY for each in diagnoses):
        return diagnoses
    fires = [
        each
        for each in firing_critical(findings)
        if each.since is not None and now - each.since >= _known_after(each)
    ]
    if not fires:
        return diagnoses
    known = [reason for each in diagnoses for reason in each.evidence]
    known += [
        words.CRITICAL_RULE_FIRES(rule=each.rule.name, because=each.because) for each in fires
    ]
    rule = fires[0].rule
    advice = f"find what is behind {rule.name}: no cause that is known explains it"
    return (Diagnosis(Cause.UNKNOWN, rule.where, tuple(known), advice=advice),)


def _known_after(finding: Finding) -> timedelta:
    return timedelta(seconds=finding.rule.hold_seconds + LATE_SECONDS)


def is_by_rule(diagnosis: Diagnosis) -> bool:
    """Whether it is that a critical rule fires, and nothing that could not be known: sick, for an
    unknown cause."""
    return words.CRITICAL_RULE_FIRES.kind in [each.kind for each in diagnosis.evidence]
