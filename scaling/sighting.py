"""What sweeps saw, kept for history: written when it differs from the time before, not each minute.

Without it the ledger tells what was done, but not what was wrong, nor what was wished and refused.
"""

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime

from rules.diagnosis import Cause, Diagnosis, LeverKind
from scaling.report import Health, PipelineReport, Unreached

__all__ = [
    "Sighting",
    "differs",
    "from_text",
    "of_report",
    "of_unreached",
    "to_text",
    "without_figures",
]


@dataclass(frozen=True, slots=True)
class Sighting:
    """A pipeline from ``at`` until the next sighting of it.

    ``held_back`` has a sentence for every demand not met in full. ``unreached`` says why the sweep
    could not look at the pipeline; it then knows nothing else of it.
    """

    pipeline: str
    at: datetime
    health: Health
    diagnoses: tuple[Diagnosis, ...] = ()
    held_back: tuple[str, ...] = ()
    unreached: str | None = None


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


def to_text(sighting: Sighting) -> str:
    """To be kept in the ledger."""
    return json.dumps(asdict(sighting), default=_plain)


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case Health() | Cause() | LeverKind():
            return value.value
    raise TypeError(f"{value!r} is not part of a sighting")


def from_text(text: str) -> Sighting:
    """What was kept."""
    data = json.loads(text)
    return Sighting(
        data["pipeline"],
        datetime.fromisoformat(data["at"]),
        Health(data["health"]),
        tuple(
            Diagnosis(
                Cause(each["cause"]),
                each["where"],
                tuple(each["evidence"]),
                tuple(LeverKind(kind) for kind in each["cured_by"]),
                each["advice"],
            )
            for each in data["diagnoses"]
        ),
        tuple(data["held_back"]),
        data["unreached"],
    )
