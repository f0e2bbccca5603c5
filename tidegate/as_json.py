"""Trials and sweeps as JSON for programs."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from tidegate.rules.cause import Diagnosis
from tidegate.rules.diagnosis.balance import Balance
from tidegate.rules.flow import ReaderHealth
from tidegate.rules.rule import Finding, Verdict
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.report.sweep_report import Change, Healing, PipelineReport, SweepReport
from tidegate.trial import Trial

__all__ = ["sweep_as_json", "trial_as_json"]


def _moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def trial_as_json(trial: Trial) -> dict[str, Any]:
    """One object for a whole trial; diagnoses and actions in the order they came."""
    return {
        "scenario": trial.scenario.name,
        "seed": trial.seed,
        "objective": {"iterator_age_max_seconds": trial.scenario.iterator_age_max_seconds},
        "without": asdict(trial.without),
        "with": asdict(trial.with_tidegate),
        "diagnoses": [
            {"at": _moment(each.at), **_diagnosis(each.diagnosis, each.diagnosis.cause.value)}
            for each in trial.told
        ],
        "actions": [
            {
                "at": _moment(each.at),
                "lever": str(each.decision.lever),
                "from": each.decision.current,
                "to": each.decision.allowed,
                "because": str(each.decision.because),
                "reason": each.decision.because.as_json,
            }
            for each in trial.moved
        ],
    }


def _diagnosis(diagnosis: Diagnosis, cause: str) -> dict[str, Any]:
    return {
        "cause": cause,
        "where": diagnosis.where,
        "because": diagnosis.because,
        "reasons": [each.as_json for each in diagnosis.evidence],
    }


def sweep_as_json(report: SweepReport, calls: Mapping[str, int]) -> dict[str, Any]:
    """One object for a sweep."""
    return {
        "at": _moment(report.at),
        "pipelines": [_pipeline(each) for each in report.pipelines],
        "calls": dict(sorted(calls.items())),
        "unreached": [
            {
                "name": each.name,
                "error": type(each.error).__name__,
                "reason": each.reason,
                "actions": [action for change in each.changes for action in _actions(change)],
            }
            for each in report.unreached
        ],
    }


def _pipeline(report: PipelineReport) -> dict[str, Any]:
    return {
        "name": report.name,
        "health": report.health.value,
        "consumers": [
            _reader(*each) for each in zip(report.readers, report.reader_healths, strict=True)
        ],
        "healing": None if report.healing is None else _healing(report.healing),
        "balance": None if report.balance is None else _balance(report.balance),
        "findings": [_finding(each) for each in report.findings if each.verdict is not Verdict.OK],
        "diagnoses": [_diagnosis(each, report.word_for(each)) for each in report.diagnoses],
        "actions": [action for each in report.changes for action in _actions(each)],
        "advice": list(report.advice),
        "held_back": [*report.held_back, *map(str, report.undelivered)],
        "held": [_held(each) for each in report.decisions if each.held_by],
    }


def _reader(reader: ReaderHealth, health: Health) -> dict[str, Any]:
    return {
        "name": reader.name,
        "health": health.value,
        "grade": "unknown" if reader.grade is None else reader.grade.value,
        "evidence": reader.evidence.as_json,
        "flow": asdict(reader.flow),
    }


def _healing(healing: Healing) -> dict[str, Any]:
    return {"until": _moment(healing.until), "because": healing.because.as_json}


def _balance(balance: Balance) -> dict[str, Any]:
    return {**asdict(balance), "unexplained": balance.unexplained}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule.name,
        "where": finding.rule.where,
        "verdict": finding.verdict.value,
        "severity": finding.rule.severity.value,
        "since": None if finding.since is None else _moment(finding.since),
        "value": finding.value,
        "because": finding.because,
    }


def _held(decision: Decision) -> dict[str, Any]:
    return {
        "lever": str(decision.lever),
        "current": decision.current,
        "wanted": decision.wanted,
        "allowed": decision.allowed,
        "reasons": [reason.as_json for reason in decision.held_by],
    }


def _actions(change: Change) -> list[dict[str, Any]]:
    return [
        {
            "lever": str(each.lever),
            "from": each.current,
            "to": each.allowed,
            "wanted": each.wanted,
            "because": str(each.because),
            "reason": each.because.as_json,
            "held_by": [str(reason) for reason in each.held_by],
            "held_reasons": [reason.as_json for reason in each.held_by],
            "usd_per_month": round(each.usd_per_month, 2),
            "outcome": "planned" if change.outcome is None else change.outcome.value,
            "detail": change.detail,
            "refusal": change.refusal,
        }
        for each in change.decisions
    ]
