"""From what a sweep saw to the status snapshot that is kept."""

from datetime import datetime

from tidegate.scaling.model.health import Health
from tidegate.scaling.model.snapshot import Sighting
from tidegate.scaling.report.sweep_report import PipelineReport, Unreached

__all__ = ["differs", "of_report", "of_unreached"]


def of_report(report: PipelineReport) -> Sighting:
    """What a sweep saw of a pipeline."""
    return Sighting(report.name, report.at, report.health, report.diagnoses, report.held)


def of_unreached(unreached: Unreached, at: datetime) -> Sighting:
    """That a sweep could not look."""
    return Sighting(
        unreached.name,
        at,
        Health.UNKNOWN,
        unreached=unreached.reason,
        unreached_about=unreached.error.about,
    )


def differs(now: Sighting, before: Sighting | None) -> bool:
    """Whether there is something new to tell: another health, cause, hold or error, whatever the
    figures in their sentences."""
    return before is None or _gist(now) != _gist(before)


def _gist(sighting: Sighting) -> tuple[object, ...]:
    causes = {(each.cause, each.where) for each in sighting.diagnoses}
    held = {each.gist for each in sighting.held}
    return sighting.health, causes, held, sighting.unreached_about
