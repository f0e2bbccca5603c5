"""The custom-resource contract of Application Auto Scaling, over the same levers and bounds.

GET only reads. PATCH takes the first step towards a desired capacity and keeps it once it is
accepted; one beyond a single AWS call is reached over several, taken by sweeps
(``tidegate.scaling.autoscaling_api.carry_on.carry_on``). Nothing waits.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from math import isfinite

from tidegate.rules.graph import Pipeline
from tidegate.rules.reason import Reason
from tidegate.scaling.autoscaling_api.dimensions import (
    Dimension,
    UnknownDimension,
)
from tidegate.scaling.config.levers import capacities_like
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.errors import TidegateError
from tidegate.scaling.ports import Edges

__all__ = [
    "VERSION",
    "Asked",
    "BadRequest",
    "ScalableTargetDimension",
    "ScalingStatus",
    "desired_capacity",
    "look_at",
    "with_lever",
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
    """What both methods answer with; ``waits_for`` is for the log."""

    dimension: Dimension
    actual_capacity: int
    desired_capacity: int
    status: ScalingStatus
    failure_reason: str | None = None
    waits_for: Reason | None = None

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


def look_at(asked: Asked) -> Pipeline:
    """The lever's resource alone as it is now. Raises UnknownDimension where the lever isn't there,
    and CloudError."""
    lever = asked.dimension.lever
    return with_lever(asked.edges.cloud.describe_alone(asked.dimension.spec, lever), lever)


def with_lever(pipeline: Pipeline, lever: Lever) -> Pipeline:
    """The pipeline, where it has the lever. Raises UnknownDimension where not."""
    if lever not in capacities_like(pipeline, lever):
        raise UnknownDimension(f"{lever} can't be set: the resource is on demand or missing")
    return pipeline
