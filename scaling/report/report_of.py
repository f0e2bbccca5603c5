"""What one sweep saw of a pipeline, concluded and did, as one value."""

from collections.abc import Mapping

from tidegate.rules.diagnosis.balance import balance_of
from tidegate.rules.diagnosis.diagnose import readers_of
from tidegate.rules.rule import Finding
from tidegate.rules.window import Metric, Window
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.plan import Plan
from tidegate.scaling.report.reader_verdicts import reader_verdicts
from tidegate.scaling.report.summary import health_of, held_of, is_silent
from tidegate.scaling.report.sweep_report import Change, PipelineReport

__all__ = ["report_of"]


def report_of(
    look: Look,
    windows: Mapping[Metric, Window],
    findings: tuple[Finding, ...],
    plan: Plan,
    changes: tuple[Change, ...],
) -> PipelineReport:
    """Without advice."""
    signals, readers = look.signals, readers_of(look.signals)
    health, healing = health_of(look, plan, changes, findings)
    return PipelineReport(
        name=signals.pipeline.name,
        at=look.now,
        health=health,
        pipeline=signals.pipeline,
        windows=windows,
        findings=findings,
        diagnoses=look.diagnoses,
        decisions=plan.decisions,
        changes=changes,
        advice=(),
        held=held_of(plan, changes),
        is_silent=is_silent(signals, look.diagnoses),
        readers=readers,
        reader_healths=reader_verdicts(look, readers, findings, health),
        balance=balance_of(signals),
        healing=healing,
    )
