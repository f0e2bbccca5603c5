"""Rules that users write in the pipeline file, made into rules like any other."""

from collections.abc import Iterator
from math import ceil
from re import fullmatch

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.packs import in_force, rules_for
from tidegate.rules.rule import Comparison, MissingData, Rule, Severity
from tidegate.rules.setting_steps import SettingStep
from tidegate.rules.window import LATE_SECONDS, LOOK_BACK, Metric
from tidegate.scaling.config.specification import PipelineSpec, UserRule
from tidegate.scaling.model.errors import shown

__all__ = ["mistakes_of_rule", "rules_of", "user_rule"]

_NUMBER = r"\d+(?:\.\d{1,10})?"
_PERCENT = r"(?:100(?:\.0{1,10})?|\d{1,2}(?:\.\d{1,10})?)"
_VALUES, _PERCENTS = (rf"(?!:\))(?:{each})?:(?:{each})?" for each in (_NUMBER, f"{_PERCENT}%"))
_STATISTIC = "|".join(
    (
        "SampleCount|Sum|Average|Minimum|Maximum|IQM",
        f"(?:p|tm|tc|ts|wm){_PERCENT}",
        rf"(?:TM|TC|TS|WM)\((?:{_VALUES}|{_PERCENTS})\)",
        rf"PR\({_VALUES}\)",
    )
)
"""CloudWatch guide, statistics definitions."""


def rules_of(
    pipeline: Pipeline, spec: PipelineSpec, steps: tuple[SettingStep, ...]
) -> tuple[Rule, ...]:
    """The built-in rules and the user's own, with what thresholds were before these steps."""
    own = tuple(user_rule(rule, spec.name) for rule in spec.rules)
    shares = in_force(spec.thresholds, pipeline.kinds.signals)
    return rules_for(pipeline, spec.objective.iterator_age_max_seconds, shares, steps) + own


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


def mistakes_of_rule(said: UserRule) -> Iterator[tuple[str, str]]:
    """What would keep a rule from ever firing, with the key that says it."""
    if not fullmatch(_STATISTIC, said.statistic):
        words = f"{shown(said.statistic)} is not a statistic of CloudWatch; Sum, Average, Minimum,"
        others = "Maximum, SampleCount, IQM or one such as p99, tm90, TM(10%:90%), PR(:300) is"
        yield "statistic", f"{words} {others}"
    period, seen = said.period_seconds, int(LOOK_BACK.total_seconds())
    most = seen - LATE_SECONDS
    why = f"a sweep reads {seen // 60} minutes, the last of them late"
    if period % 60:
        yield "period_seconds", f"period_seconds is {period}; a multiple of 60 is allowed"
    elif period > most:
        yield "period_seconds", f"period_seconds is {period}; {why}: at most {most} is allowed"
    elif ceil(said.hold_seconds / period) * period > most:
        words = f"hold_seconds is {said.hold_seconds}; {why}: at most {most // period * period}"
        yield "hold_seconds", f"{words} is allowed"
