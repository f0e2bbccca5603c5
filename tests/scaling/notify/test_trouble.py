"""What is wrong, as it is told: the causes, or the critical rules that fire without one."""

from dataclasses import replace
from datetime import date

import pytest

from tests.builders import NOON, SPEC, a_pipeline
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.diagnosis.contradicted import contradicted
from tidegate.rules.reason import Reason
from tidegate.rules.rule import Comparison, Finding, MissingData, Rule, Severity, Verdict
from tidegate.rules.window import Metric
from tidegate.scaling.config.specification import Suppression
from tidegate.scaling.model.health import Health
from tidegate.scaling.notify.trouble import Trouble, is_suppressed, troubles
from tidegate.scaling.report.sweep_report import PipelineReport

WHY = Reason.told("why", "so it is")
THROTTLED = Diagnosis(Cause.TABLE_THROTTLED, "scores", (WHY,))
WELL = Diagnosis(Cause.HEALTHY, "race", (WHY,))


def finding(verdict: Verdict, severity: Severity) -> Finding:
    metric = Metric("AWS/Kinesis", "IncomingRecords", (), "Sum")
    rule = Rule(
        "too-late",
        "racers",
        metric,
        Comparison.ABOVE,
        1.0,
        60,
        severity,
        MissingData.OK,
        "",
        "",
        "",
    )
    return Finding(rule, verdict, None, None, "")


FIRING = finding(Verdict.FIRING, Severity.CRITICAL)


def report(health: Health, *diagnoses: Diagnosis, findings: tuple[Finding, ...]) -> PipelineReport:
    return PipelineReport(
        "race", NOON, health, a_pipeline(), {}, findings, diagnoses, (), (), (), ()
    )


def test_a_cause_is_told_with_whether_one_minute_alone_tells_of_it() -> None:
    odd = replace(THROTTLED, is_odd=True)
    found = list(troubles(report(Health.SICK, odd, THROTTLED, WELL, findings=(FIRING,))))
    assert found == [
        Trouble("table-throttled", "scores", "so it is", is_odd=True),
        Trouble("table-throttled", "scores", "so it is"),
    ]
    assert str(found[0]) == "table-throttled at scores"


@pytest.mark.parametrize(
    ("health", "fires", "told"),
    [
        (Health.SICK, FIRING, ["too-late at racers"]),
        (Health.HEALING, FIRING, []),
        (Health.SICK, finding(Verdict.FIRING, Severity.WARNING), []),
        (Health.SICK, finding(Verdict.OK, Severity.CRITICAL), []),
    ],
    ids=["critical", "healing", "warning", "does not fire"],
)
def test_without_a_cause_a_sick_pipeline_is_told_by_its_critical_rules(
    health: Health, fires: Finding, told: list[str]
) -> None:
    assert [str(each) for each in troubles(report(health, WELL, findings=(fires,)))] == told


def test_what_only_a_critical_rule_tells_has_the_name_of_the_rule() -> None:
    """By which a suppression knows it: unknown is what could not be known."""
    (by_rule,) = contradicted((WELL,), (FIRING,))
    told = list(troubles(report(Health.SICK, by_rule, findings=(FIRING,))))
    assert [str(each) for each in told] == ["too-late at racers"]
    spec = replace(SPEC, suppressions=[Suppression(date(2026, 1, 5), "known", "too-late")])
    assert is_suppressed(told[0], spec, NOON.date())


@pytest.mark.parametrize(
    ("cause", "until", "is_told"),
    [
        ("table-throttled", date(2026, 1, 5), False),
        (None, date(2026, 1, 5), False),
        ("table-throttled", date(2026, 1, 4), True),
        ("hot-key", date(2026, 1, 5), True),
    ],
    ids=["its cause", "any cause", "over", "another"],
)
def test_a_suppression_is_of_a_cause_until_the_end_of_its_day(
    cause: str | None, until: date, is_told: bool
) -> None:
    spec = replace(SPEC, suppressions=[Suppression(until, "known", cause)])
    trouble = Trouble("table-throttled", "scores", "so it is")
    assert is_suppressed(trouble, spec, NOON.date()) is not is_told
