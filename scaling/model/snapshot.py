"""What sweeps saw, kept for history: written when it differs from the time before, not each minute.

Without it the ledger has what was done, but not what was wrong, nor what was recommended and
constrained."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from tidegate.rules.cause import LEVER_KINDS, Cause, Diagnosis
from tidegate.rules.reason import Reason
from tidegate.scaling.model.health import Health

__all__ = [
    "Held",
    "StatusSnapshot",
    "from_text",
    "to_text",
]


@dataclass(frozen=True, slots=True)
class Held:
    """A demand that was not met in full: of which lever, whether it was a raise, the kinds of
    reason that held it, and a sentence."""

    lever: str
    is_raise: bool
    kinds: tuple[str, ...]
    words: str

    @property
    def gist(self) -> tuple[object, ...]:
        """By which it is told whether another says the same of other figures."""
        return self.lever, self.is_raise, self.kinds


@dataclass(frozen=True, slots=True)
class StatusSnapshot:
    """A pipeline from ``at`` until the next snapshot of it.

    ``unreached`` says why the sweep could not look at the pipeline, and ``unreached_about`` which
    error it was; it then knows nothing else of it.
    """

    pipeline: str
    at: datetime
    health: Health
    diagnoses: tuple[Diagnosis, ...] = ()
    held: tuple[Held, ...] = ()
    unreached: str | None = None
    unreached_about: str | None = None


def to_text(snapshot: StatusSnapshot) -> str:
    """To be kept in the ledger: sentences for other versions of Tidegate too, kinds beside them."""
    data = {
        "health": snapshot.health.value,
        "diagnoses": [_told(each) for each in snapshot.diagnoses],
        "held_back": [each.words for each in snapshot.held],
        "held": [asdict(each) for each in snapshot.held],
        "unreached": snapshot.unreached,
        "unreached_about": snapshot.unreached_about,
    }
    return json.dumps(data)


def _told(diagnosis: Diagnosis) -> dict[str, object]:
    return {
        "cause": diagnosis.cause.value,
        "where": diagnosis.where,
        "evidence": [str(each) for each in diagnosis.evidence],
        "reasons": [each.as_json for each in diagnosis.evidence],
        "cured_by": [kind.value for kind in diagnosis.cured_by],
        "advice": diagnosis.advice,
    }


def from_text(text: str, pipeline: str, at: datetime) -> StatusSnapshot:
    """What was kept of a pipeline at a moment. What only another version of Tidegate knows is read
    as unknown, with its own word for it; what can't be read at all, as not reached."""
    try:
        return _snapshot(json.loads(text), pipeline, at)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        words = f"what was seen can't be read, by this version of Tidegate at least: {error!r}"
        return StatusSnapshot(pipeline, at, Health.UNKNOWN, unreached=words)


def _snapshot(data: dict[str, Any], pipeline: str, at: datetime) -> StatusSnapshot:
    healths = {health.value for health in Health}
    return StatusSnapshot(
        pipeline,
        at,
        Health(data["health"]) if data["health"] in healths else Health.UNKNOWN,
        tuple(map(_diagnosis, data.get("diagnoses", ()))),
        tuple(_held(data)),
        data.get("unreached"),
        data.get("unreached_about"),
    )


def _held(data: dict[str, Any]) -> Iterator[Held]:
    """Of an earlier version of Tidegate, which kept sentences alone, the sentence is the kind."""
    for each in data.get("held", ()):
        yield Held(each["lever"], each["is_raise"], tuple(each["kinds"]), each["words"])
    for words in data.get("held_back", ()) if "held" not in data else ():
        yield Held("", True, (words,), words)


def _diagnosis(data: dict[str, Any]) -> Diagnosis:
    word = data["cause"]
    evidence = tuple(Reason.told("kept", words) for words in data["evidence"])
    is_known = word in {cause.value for cause in Cause}
    kinds = (LEVER_KINDS.get(word) for word in data.get("cured_by", ()))
    return Diagnosis(
        Cause(word) if is_known else Cause.UNKNOWN,
        data["where"],
        evidence if is_known else (_of_another(word), *evidence),
        tuple(kind for kind in kinds if kind is not None),
        data.get("advice"),
    )


def _of_another(word: str) -> Reason:
    return Reason.of("unknown-cause", "{cause}, found by another version of Tidegate", cause=word)
