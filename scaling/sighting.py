"""What sweeps saw, kept for history: written when it differs from the time before, not each minute.

Without it the ledger tells what was done, but not what was wrong, nor what was wished and refused.
"""

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

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


def from_text(text: str, pipeline: str, at: datetime) -> Sighting:
    """What was kept of a pipeline at a moment. What only another version of Tidegate knows is read
    as unknown, with its own word for it; what can't be read at all, as not reached."""
    try:
        return _sighting(json.loads(text), pipeline, at)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        words = f"what was seen can't be read, by this version of Tidegate at least: {error!r}"
        return Sighting(pipeline, at, Health.UNKNOWN, unreached=words)


def _sighting(data: dict[str, Any], pipeline: str, at: datetime) -> Sighting:
    healths = {health.value for health in Health}
    return Sighting(
        pipeline,
        at,
        Health(data["health"]) if data["health"] in healths else Health.UNKNOWN,
        tuple(map(_diagnosis, data.get("diagnoses", ()))),
        tuple(data.get("held_back", ())),
        data.get("unreached"),
    )


def _diagnosis(data: dict[str, Any]) -> Diagnosis:
    word, evidence = data["cause"], tuple(data["evidence"])
    is_known = word in {cause.value for cause in Cause}
    kinds = {kind.value for kind in LeverKind}
    return Diagnosis(
        Cause(word) if is_known else Cause.UNKNOWN,
        data["where"],
        evidence if is_known else (f"{word}, which another version of Tidegate found", *evidence),
        tuple(LeverKind(kind) for kind in data.get("cured_by", ()) if kind in kinds),
        data.get("advice"),
    )
