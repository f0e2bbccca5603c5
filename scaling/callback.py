"""The custom-resource contract of Application Auto Scaling, over the same levers and bounds.

GET only reads. PATCH takes the first step towards a desired capacity and keeps it once it is
accepted; one beyond a single AWS call is reached over several, taken by sweeps
(``scaling.callback_step.carry_on``). Nothing waits.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from math import isfinite

from rules.pipeline import Pipeline
from scaling.dimensions import Dimension, UnknownDimension, is_theirs, part_of
from scaling.errors import TidegateError
from scaling.levers import CAPACITIES, current_capacities, lever_spec
from scaling.ports import Edges
from scaling.resources.state import is_passing, why_unusable

__all__ = [
    "VERSION",
    "Asked",
    "BadRequest",
    "ScalableTargetDimension",
    "ScalingStatus",
    "describe",
    "desired_capacity",
    "look_at",
    "scale",
]

VERSION = "1.0"
"""Constant for ever: a changed version makes Application Auto Scaling unregister the target with
its policies (aws-samples/kda-flink-app-autoscaling)."""

CAPACITY_MAX = 10**9


class BadRequest(TidegateError):
    """The request can't be fulfilled; the message says what is allowed."""


class ScalingStatus(Enum):
    """The contract's words: not begun, under way, the last action succeeded or failed."""

    PENDING = "Pending"
    IN_PROGRESS = "InProgress"
    SUCCESSFUL = "Successful"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class ScalableTargetDimension:
    """What both methods answer with."""

    dimension: Dimension
    actual_capacity: int
    desired_capacity: int
    status: ScalingStatus
    failure_reason: str | None = None

    def as_json(self) -> dict[str, str | float]:
        """The contract's fields; capacities are doubles on the wire."""
        told: dict[str, str | float] = {
            "scalableTargetDimensionId": self.dimension.dimension_id,
            "version": VERSION,
            "actualCapacity": float(self.actual_capacity),
            "desiredCapacity": float(self.desired_capacity),
            "scalingStatus": self.status.value,
            "resourceName": self.dimension.lever.where,
            "dimensionName": self.dimension.lever.kind_word,
        }
        if self.failure_reason is not None:
            told["failureReason"] = self.failure_reason
        return told


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: the dimension it is about, and what it is answered from."""

    dimension: Dimension
    edges: Edges
    now: datetime
    holder: str


def desired_capacity(body: object) -> int:
    """The capacity in a PATCH body. Raises BadRequest for whatever isn't a whole number that
    every resource here could have."""
    if not isinstance(body, dict) or "desiredCapacity" not in body:
        raise BadRequest('the body must be {"desiredCapacity": <number>}')
    wanted = body["desiredCapacity"]
    if isinstance(wanted, bool) or not isinstance(wanted, int | float):
        raise BadRequest("desiredCapacity must be a number")
    if isinstance(wanted, float) and (not isfinite(wanted) or wanted != int(wanted)):
        raise BadRequest("desiredCapacity must be a whole number: 2.0 is, 2.5 is not")
    if not 1 <= wanted <= CAPACITY_MAX:
        raise BadRequest(f"desiredCapacity must be from 1 to {CAPACITY_MAX:,}")
    return int(wanted)


def scale(asked: Asked, wanted: int) -> ScalableTargetDimension:
    """PATCH: take the first step, and keep what was asked for. Raises BadRequest, and nothing is
    kept, for a capacity outside the file's bounds, on a lever that isn't Application Auto
    Scaling's alone through here, and for a resource that doesn't work."""
    dimension, lever = asked.dimension, asked.dimension.lever
    said = lever_spec(dimension.spec, lever)
    if said is None or not is_theirs(dimension):
        owner = "nobody's to move" if said is None or said.owner is None else "Tidegate's own"
        raise BadRequest(
            f"{lever} is {owner}: give it the owner application-autoscaling in the file"
        )
    if not said.min <= wanted <= said.max:
        raise BadRequest(
            f"desiredCapacity {wanted:,} is outside {said.min:,}..{said.max:,} of {lever}"
        )
    if lever.kind in CAPACITIES:
        _refuse_two_owners(asked)
    pipeline = look_at(asked)
    reason = why_unusable(pipeline, lever)
    if reason is not None:
        raise BadRequest(f"{lever} was not changed: {reason}")
    from scaling.callback_step import accept

    told = accept(asked, pipeline, wanted)
    current = current_capacities(pipeline)[lever]
    return ScalableTargetDimension(dimension, current, told.desired, told.status, told.failure)


def _refuse_two_owners(asked: Asked) -> None:
    # Imported here: it is for PATCH of a table alone.
    from scaling.second_owner import scaled_too

    lever = asked.dimension.lever
    for target in asked.edges.cloud.scalable_targets(lever.where):
        if target.kind is lever.kind:
            raise BadRequest(f"{scaled_too(lever, target)}: deregister one of the two targets")


def describe(asked: Asked) -> ScalableTargetDimension:
    """GET: the capacity there is, and the desired capacity that is under way. Only reads."""
    dimension, lever = asked.dimension, asked.dimension.lever
    pipeline = look_at(asked)
    current = current_capacities(pipeline)[lever]
    reason = why_unusable(pipeline, lever)
    if reason is not None:
        return ScalableTargetDimension(dimension, current, current, ScalingStatus.FAILED, reason)
    wished = asked.edges.ledger.wished(lever) if is_theirs(dimension) else None
    if wished is not None:
        # Imported here: most requests find nothing to do, and a cold start is shorter without it.
        from scaling.callback_step import progress_of

        told = progress_of(wished, asked, pipeline)
        if told is not None:
            found = (told.desired, told.status, told.failure)
            return ScalableTargetDimension(dimension, current, *found)
    passing = is_passing(pipeline, lever)
    status = ScalingStatus.IN_PROGRESS if passing else ScalingStatus.SUCCESSFUL
    return ScalableTargetDimension(dimension, current, current, status)


def look_at(asked: Asked) -> Pipeline:
    """The lever's part of its pipeline as it is now. Raises UnknownDimension where the lever isn't
    there, and CloudError."""
    lever = asked.dimension.lever
    pipeline = asked.edges.cloud.describe(part_of(asked.dimension.spec, lever))
    if lever not in current_capacities(pipeline):
        raise UnknownDimension(f"{lever} can't be set: it is on demand, or it isn't there")
    return pipeline
