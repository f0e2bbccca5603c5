"""What Tidegate tells of itself: structured logs, and metrics in CloudWatch's embedded format."""

from collections import Counter
from collections.abc import Sequence

from chalicelib.log import logger
from chalicelib.own_metrics import NAMESPACE, stage, tell_count
from tidegate.scaling.model.change_record import Outcome
from tidegate.scaling.model.errors import Fault, TidegateError
from tidegate.scaling.report.sweep_report import Change, SweepReport

__all__ = ["tell_sweep"]


def tell_sweep(
    report: SweepReport, seconds: float, oldest_seconds: float | None, complaint: str | None
) -> None:
    """Metrics and log lines of one sweep; ``oldest_seconds`` is the age of the pipeline that
    waits longest for one, None where that could not be had."""
    from aws_lambda_powertools.metrics import Metrics, MetricUnit

    metrics = Metrics(namespace=NAMESPACE, service="sweep")
    metrics.add_dimension("stage", stage())
    counts = {
        "Sweeps": 1,
        "Unreached": len(report.unreached),
        "Errors": sum(_has_failed(change) for change in _changes(report)),
        "Undelivered": sum(len(each.undelivered) for each in report.pipelines),
        "BadConfiguration": int(complaint is not None),
    }
    for name, count in counts.items():
        metrics.add_metric(name, MetricUnit.Count, count)
    metrics.add_metric("Duration", MetricUnit.Milliseconds, seconds * 1000)
    if oldest_seconds is not None:
        metrics.add_metric("OldestSweepAge", MetricUnit.Seconds, oldest_seconds)
    metrics.flush_metrics()
    _tell_counts("Findings", "Cause", _causes(report))
    _tell_counts("Actions", "Operation", _actions(report))
    _tell_counts("Refusals", "Reason", _refusals(report))
    _log_report(report)


def _changes(report: SweepReport) -> list[Change]:
    """Also those of pipelines that could not be swept to their end."""
    swept = [change for each in report.pipelines for change in each.changes]
    return swept + [change for each in report.unreached for change in each.changes]


def _has_failed(change: Change) -> bool:
    return change.outcome is Outcome.FAILED or change.error is not None


def _causes(report: SweepReport) -> Counter[str]:
    return Counter(
        diagnosis.cause.value for each in report.pipelines for diagnosis in each.diagnoses
    )


def _actions(report: SweepReport) -> Counter[str]:
    return Counter(
        type(change.action).__name__
        for change in _changes(report)
        if change.outcome is Outcome.DONE
    )


def _refusals(report: SweepReport) -> Counter[str]:
    """What didn't go through, by the kind of reason: a dimension may not have endless values."""
    return Counter(
        change.refusal or change.outcome.value
        for change in _changes(report)
        if change.outcome in (Outcome.FAILED, Outcome.SUPERSEDED)
    )


def _tell_counts(name: str, dimension: str, counts: Counter[str]) -> None:
    for value, count in counts.items():
        tell_count(name, count, dimension, value)


def _log_report(report: SweepReport) -> None:
    for each in report.pipelines:
        logger.info(
            "swept",
            extra={
                "pipeline": each.name,
                "health": each.health.value,
                "diagnoses": [str(diagnosis.because) for diagnosis in each.diagnoses],
                "changes": _change_words(each.changes),
                "held_back": list(each.held_back),
                "advice": list(each.advice),
            },
        )
        for change in each.changes:
            if change.error is not None:
                _log_error("change not finished", each.name, str(change.detail), change.error)
        for left in each.undelivered:
            _log_error("notification not delivered", each.name, str(left), left.error)
    for unreached in report.unreached:
        words = "; ".join([unreached.reason, *_change_words(unreached.changes)])
        _log_error("not reached", unreached.name, words, unreached.error)


def _change_words(changes: Sequence[Change]) -> list[str]:
    return [
        decision.lever.change(decision.current, decision.allowed)
        for change in changes
        for decision in change.decisions
    ]


def _log_error(message: str, pipeline: str, reason: str, error: TidegateError) -> None:
    """A fault of Tidegate's own with the way it took; what AWS or the ledger said needs none."""
    trace = error.__cause__ if isinstance(error, Fault) else None
    logger.error(message, extra={"pipeline": pipeline, "reason": reason}, exc_info=trace)
