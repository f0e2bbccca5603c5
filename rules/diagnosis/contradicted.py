"""Whether a critical rule contradicts that nothing is wrong."""

from collections.abc import Sequence

from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.diagnosis import words
from tidegate.rules.rule import Finding, Severity, Verdict

__all__ = ["contradicted", "firing_critical", "is_by_rule"]


def firing_critical(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The critical rules that fire."""
    return tuple(
        each
        for each in findings
        if each.verdict is Verdict.FIRING and each.rule.severity is Severity.CRITICAL
    )


def contradicted(
    diagnoses: tuple[Diagnosis, ...], fires: Sequence[Finding]
) -> tuple[Diagnosis, ...]:
    """The diagnoses; UNKNOWN in place of HEALTHY where critical rules fire, from their first minute
    on: who wrote such a rule wants to be told of it, whatever else is in order. It says nothing
    against capacity. What is explained with advice is found, whatever it is called."""
    if not fires or any(each.cause is not Cause.HEALTHY or each.advice for each in diagnoses):
        return diagnoses
    known = [reason for each in diagnoses for reason in each.evidence]
    known += [
        words.CRITICAL_RULE_FIRES(rule=each.rule.name, because=each.because) for each in fires
    ]
    rule = fires[0].rule
    advice = f"find what is behind {rule.name}: no cause that is known explains it"
    told = Diagnosis(Cause.UNKNOWN, rule.where, tuple(known), advice=advice, holds_raises=False)
    return (told,)


def is_by_rule(diagnosis: Diagnosis) -> bool:
    """Whether it is that a critical rule fires, and nothing that could not be known: sick, for an
    unknown cause."""
    return words.CRITICAL_RULE_FIRES.kind in [each.kind for each in diagnosis.evidence]
