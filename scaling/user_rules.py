"""Rules that users write in the pipeline file, made into rules like any other."""

from rules.rule import Comparison, MissingData, Rule, Severity
from rules.window import Metric
from scaling.specification import UserRule

__all__ = ["user_rule"]


def user_rule(said: UserRule, pipeline: str) -> Rule:
    """A rule on any CloudWatch metric, judged as part of ``pipeline``."""
    dimensions = tuple(said.dimensions.items())
    return Rule(
        name=said.name,
        where=", ".join(value for _, value in dimensions) or pipeline,
        metric=Metric(said.namespace, said.metric, dimensions, said.statistic, said.period_seconds),
        comparison=Comparison(said.comparison),
        threshold=said.threshold,
        hold_seconds=said.hold_seconds,
        severity=Severity(said.severity),
        missing_data=MissingData(said.missing_data),
        unit=said.unit,
        source=said.source,
        threshold_because=f"{said.threshold:g} {said.unit}".rstrip(),
    )
