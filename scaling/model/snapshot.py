"""What sweeps saw, kept for history: written when it differs from the time before, not each minute.

Without it the ledger tells what was done, but not what was wrong, nor what was wished and refused.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.scaling.model.health import Health

__all__ = [
    "Sighting",
    "from_text",
    "to_text",
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
