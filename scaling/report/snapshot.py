"""From what a sweep saw to the status snapshot that is kept."""

import re
from datetime import datetime

from tidegate.scaling.model.health import Health
from tidegate.scaling.model.snapshot import Sighting
from tidegate.scaling.report.sweep_report import PipelineReport, Unreached

__all__ = ["differs", "of_report", "of_unreached", "without_figures"]


def of_report(report: PipelineReport) -> Sighting:
    """What a sweep saw of a pipeline."""
    return Sighting(report.name, report.at, report.health, report.diagnoses, report.held_back)


def of_unreached(unreached: Unreached, at: datetime) -> Sighting:
    """That a sweep could not look."""
    return Sighting(unreached.name, at, Health.UNKNOWN, unreached=unreached.reason)


def differs(now: Sighting, before: Sighting | None) -> bool:
    """Whether there is something new to tell: another health, cause, hold or error, whatever the
    figures in their sentences."""
    return before is None or _gist(now) != _gist(before)


def _gist(sighting: Sighting) -> tuple[object, ...]:
    causes = {(each.cause, each.where) for each in sighting.diagnoses}
    held = {without_figures(each) for each in sighting.held_back}
    asked = (sighting.unreached or "").split(": ")[0]
    return sighting.health, causes, held, asked


def without_figures(sentence: str) -> str:
    """A sentence by which it is told whether another says the same of other figures."""
    return re.sub(r"\d[\d.,:]*", "#", sentence)
