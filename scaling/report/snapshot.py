"""From what a sweep saw to the status snapshot that is kept."""

from datetime import datetime

from tidegate.scaling.model.health import Health
from tidegate.scaling.model.snapshot import StatusSnapshot
from tidegate.scaling.report.sweep_report import PipelineReport, Unreached

__all__ = ["differs", "of_report", "of_unreached"]


def of_report(report: PipelineReport) -> StatusSnapshot:
    """What a sweep saw of a pipeline."""
    return StatusSnapshot(report.name, report.at, report.health, report.diagnoses, report.held)


def of_unreached(unreached: Unreached, at: datetime) -> StatusSnapshot:
    """That a sweep could not look."""
    return StatusSnapshot(
        unreached.name,
        at,
        Health.UNKNOWN,
        unreached=unreached.reason,
        unreached_about=unreached.error.about,
    )


def differs(now: StatusSnapshot, before: StatusSnapshot | None) -> bool:
    """Whether there is something new to record: another health, cause, hold or error, whatever the
    figures in their sentences."""
    return before is None or _gist(now) != _gist(before)


def _gist(snapshot: StatusSnapshot) -> tuple[object, ...]:
    causes = {(each.cause, each.where) for each in snapshot.diagnoses}
    held = {each.gist for each in snapshot.held}
    return snapshot.health, causes, held, snapshot.unreached_about
