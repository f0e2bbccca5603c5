"""What Tidegate tells of itself: structured logs, and metrics in CloudWatch's embedded format."""

from collections import Counter

from chalicelib.log import logger
from scaling.record import Outcome
from scaling.report import SweepReport

__all__ = ["tell_sweep"]

NAMESPACE = "Tidegate"


def tell_sweep(
    report: SweepReport, seconds: float, oldest_seconds: float, complaint: str | None
) -> None:
    """Metrics and log lines of one sweep; ``oldest_seconds`` is the age of the pipeline that
    waits longest for one."""
    from aws_lambda_powertools.metrics import Metrics, MetricUnit

    metrics = Metrics(namespace=NAMESPACE, service="sweep")
    counts = {
        "Sweeps": 1,
        "Unreached": len(report.unreached),
        "Errors": sum(outcome is Outcome.FAILED for outcome in _outcomes(report)),
        "Undelivered": sum(len(each.undelivered) for each in report.pipelines),
        "BadConfiguration": int(complaint is not None),
    }
    for name, count in counts.items():
        metrics.add_metric(name, MetricUnit.Count, count)
    metrics.add_metric("Duration", MetricUnit.Milliseconds, seconds * 1000)
    metrics.add_metric("OldestSweepAge", MetricUnit.Seconds, oldest_seconds)
    metrics.flush_metrics()
    _tell_counts("Findings", "Cause", _causes(report))
    _tell_counts("Actions", "Operation", _actions(report))
    _tell_counts("Refusals", "Reason", _refusals(report))
    _log_report(report)


def _outcomes(report: SweepReport) -> list[Outcome | None]:
    return [change.outcome for each in report.pipelines for change in each.changes]


def _causes(report: SweepReport) -> Counter[str]:
    return Counter(
        diagnosis.cause.value for each in report.pipelines for diagnosis in each.diagnoses
    )


def _actions(report: SweepReport) -> Counter[str]:
    return Counter(
        type(change.action).__name__
        for each in report.pipelines
        for change in each.changes
        if change.outcome is Outcome.DONE
    )


def _refusals(report: SweepReport) -> Counter[str]:
    """What didn't go through, by the kind of reason: a dimension may not have endless values."""
    return Counter(
        (change.detail or "").split(":")[0].split(" on ")[0][:60] or change.outcome.value
        for each in report.pipelines
        for change in each.changes
        if change.outcome in (Outcome.FAILED, Outcome.SUPERSEDED)
    )


def _tell_counts(name: str, dimension: str, counts: Counter[str]) -> None:
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    for value, count in counts.items():
        with single_metric(
            name=name, unit=MetricUnit.Count, value=count, namespace=NAMESPACE
        ) as metric:
            metric.add_dimension(name=dimension, value=value)


def _log_report(report: SweepReport) -> None:
    for each in report.pipelines:
        logger.info(
            "swept",
            extra={
                "pipeline": each.name,
                "health": each.health.value,
                "diagnoses": [str(diagnosis.because) for diagnosis in each.diagnoses],
                "changes": [
                    f"{decision.lever}: {decision.current} -> {decision.allowed}"
                    for change in each.changes
                    for decision in change.decisions
                ],
                "held_back": list(each.held_back),
                "advice": list(each.advice),
            },
        )
        for words in each.undelivered:
            logger.error("notice not delivered", extra={"pipeline": each.name, "reason": words})
    for unreached in report.unreached:
        logger.error("not reached", extra={"pipeline": unreached.name, "reason": unreached.reason})
