"""What is wrong with a pipeline, as notifications tell it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tidegate.rules.cause import Cause
from tidegate.rules.diagnosis.contradicted import firing_critical, is_by_rule
from tidegate.rules.window import LATE_SECONDS
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.model.health import Health
from tidegate.scaling.report.sweep_report import PipelineReport

__all__ = ["Trouble", "is_seen_late", "is_suppressed", "troubles"]

_WELL = (Cause.HEALTHY, Cause.OVERSIZED)


@dataclass(frozen=True, slots=True)
class Trouble:
    """``cause`` as a suppression names it; ``is_odd`` where one minute alone tells of it."""

    cause: str
    where: str
    because: str
    is_odd: bool = False

    def __str__(self) -> str:
        return f"{self.cause} at {self.where}"


def troubles(report: PipelineReport) -> Iterator[Trouble]:
    """The diagnosed causes; where there is none and the pipeline is sick all the same, the critical
    rules that say so, by the names that a suppression has for them."""
    told = [each for each in report.diagnoses if not is_by_rule(each)]
    ill = [each for each in told if each.cause not in _WELL]
    yield from (Trouble(each.cause.value, each.where, each.because, each.is_odd) for each in ill)
    if ill or report.health is not Health.SICK:
        return
    for finding in firing_critical(report.findings):
        yield Trouble(finding.rule.name, finding.rule.where, finding.because)


def is_seen_late(report: PipelineReport) -> bool:
    """Whether a critical rule, as the objective's, is broken for longer than metrics are late:
    sweeps that come each minute would have begun the cure before. Nobody knows how long it will
    take, and the objective is missed already."""
    late = timedelta(seconds=LATE_SECONDS)
    known = (each.since for each in firing_critical(report.findings))
    return any(since is not None and report.at - since > late for since in known)


def is_suppressed(trouble: Trouble, spec: PipelineSpec, today: date) -> bool:
    """Whether the file says that nobody is to be told of it yet."""
    return any(
        each.cause in (None, trouble.cause) and today <= each.until for each in spec.suppressions
    )
