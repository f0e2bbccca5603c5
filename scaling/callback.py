"""The custom-resource contract of Application Auto Scaling, over the same levers and bounds.

PATCH keeps the wish and takes the first step; GET tells the truth and takes the next step when one
is due. Nothing waits. A wish beyond one AWS call is reached over several.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from math import isfinite

from rules.diagnosis import LeverKind
from scaling.errors import TidegateError, shown
from scaling.levers import current_capacities, is_changing, lever_spec
from scaling.names import INDEX
from scaling.ports import Edges
from scaling.record import Lever, Wished
from scaling.specification import ApplicationSpec, ConsumerSpec, PipelineSpec

__all__ = [
    "VERSION",
    "Asked",
    "BadRequest",
    "Dimension",
    "ScalableTargetDimension",
    "ScalingStatus",
    "UnknownDimension",
    "describe",
    "desired_capacity",
    "dimension_named",
    "dimensions",
    "scale",
]

VERSION = "1.0"
"""Constant for ever: a changed version makes Application Auto Scaling unregister the target with
its policies (aws-samples/kda-flink-app-autoscaling)."""

CAPACITY_MAX = 10**9
_SEPARATOR = "~"
"""In no name that AWS allows, and in a URL without escaping (RFC 3986, unreserved)."""


class BadRequest(TidegateError):
    """The request can't be fulfilled; the message says what is allowed."""


class UnknownDimension(TidegateError):
    """There is no scalable dimension with this id."""


class ScalingStatus(Enum):
    """The contract's words: not begun, under way, the last action succeeded or failed."""

    PENDING = "Pending"
    IN_PROGRESS = "InProgress"
    SUCCESSFUL = "Successful"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class Dimension:
    """A lever as Application Auto Scaling knows it. The id is made from the lever alone, so that
    renaming a pipeline changes nothing."""

    spec: PipelineSpec
    lever: Lever

    @property
    def dimension_id(self) -> str:
        """Such as ``write_capacity~orders~by-customer``."""
        parts = (self.lever.kind_word, *self.lever.where.split("/"))
        return _SEPARATOR.join(parts)

    @property
    def is_table(self) -> bool:
        """Whether it is a table's own capacity, beside which indexes may have theirs."""
        capacity = (LeverKind.WRITE_CAPACITY, LeverKind.READ_CAPACITY)
        return self.lever.kind in capacity and "/" not in self.lever.where


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


def _capacity_places(reader: ConsumerSpec | ApplicationSpec) -> Iterator[str]:
    for table in reader.table_specs:
        yield table.name
        yield from (f"{table.name}/{index.name}" for index in table.indexes)


def _levers(spec: PipelineSpec) -> Iterator[Lever]:
    if spec.topic is None:
        yield Lever.of(LeverKind.SHARD_COUNT, spec.stream)
    for reader in spec.readers:
        if isinstance(reader, ConsumerSpec):
            yield Lever.of(LeverKind.PARALLELIZATION_FACTOR, reader.function)
        else:
            yield Lever.of(LeverKind.PARALLELISM, reader.application)
            yield Lever.of(LeverKind.PARALLELISM_PER_KPU, reader.application)
        for where in _capacity_places(reader):
            yield Lever.of(LeverKind.WRITE_CAPACITY, where)
            yield Lever.of(LeverKind.READ_CAPACITY, where)


def dimensions(specs: Sequence[PipelineSpec]) -> tuple[Dimension, ...]:
    """Every scalable dimension of a file; a lever that two pipelines share is one dimension."""
    found: dict[Lever, Dimension] = {}
    for spec in specs:
        for lever in _levers(spec):
            found.setdefault(lever, Dimension(spec, lever))
    return tuple(found.values())


def dimension_named(specs: Sequence[PipelineSpec], dimension_id: str) -> Dimension:
    """The dimension of an id, also of an index that the file doesn't name. Raises
    UnknownDimension; whether the index is there shows when it is described."""
    for dimension in dimensions(specs):
        if dimension.dimension_id == dimension_id:
            return dimension
        index = dimension_id.removeprefix(dimension.dimension_id + _SEPARATOR)
        if index != dimension_id and dimension.is_table and INDEX.accepts(index):
            where = f"{dimension.lever.where}/{index}"
            return Dimension(dimension.spec, Lever(dimension.lever.kind_word, where))
    raise UnknownDimension(f"there is no scalable dimension {shown(dimension_id)}")


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
    """PATCH: keep the wish and take the first step. Raises BadRequest for a wish outside the
    file's bounds, or on a lever that isn't Application Auto Scaling's."""
    lever = asked.dimension.lever
    said = lever_spec(asked.dimension.spec, lever)
    if said is None or said.owner != "application-autoscaling":
        owner = "nobody's to move" if said is None or said.owner is None else "Tidegate's own"
        raise BadRequest(
            f"{lever} is {owner}: give it the owner application-autoscaling in the file"
        )
    if not said.min <= wanted <= said.max:
        raise BadRequest(
            f"desiredCapacity {wanted:,} is outside {said.min:,}..{said.max:,} of {lever}"
        )
    asked.edges.ledger.wish(lever, Wished(wanted, asked.now))
    return describe(asked)


def describe(asked: Asked) -> ScalableTargetDimension:
    """GET: the capacity there is and the one last asked for, after the next step if it was due."""
    dimension, ledger = asked.dimension, asked.edges.ledger
    pipeline = asked.edges.cloud.describe(_only(dimension.spec, dimension.lever))
    capacities = current_capacities(pipeline)
    lever = dimension.lever
    if lever not in capacities:
        raise UnknownDimension(f"{lever} can't be set: it is on demand, or it isn't there")
    wished = ledger.wished(lever)
    current = capacities[lever]
    if wished is None or wished.capacity == current:
        # A wish to stay may have come while an earlier one is on its way.
        is_leaving = wished is not None and is_changing(pipeline, lever)
        status = ScalingStatus.IN_PROGRESS if is_leaving else ScalingStatus.SUCCESSFUL
        return ScalableTargetDimension(dimension, current, current, status)
    # Imported here: most requests find nothing to do, and a cold start is shorter without it.
    from scaling.callback_step import step_towards

    status, reason = step_towards(wished, asked, pipeline)
    return ScalableTargetDimension(dimension, current, wished.capacity, status, reason)


def _only(spec: PipelineSpec, lever: Lever) -> PipelineSpec:
    """The part of a pipeline that a lever belongs to: the rest needn't be asked for, or be well."""
    match lever.kind:
        case (
            LeverKind.PARALLELIZATION_FACTOR | LeverKind.PARALLELISM | LeverKind.PARALLELISM_PER_KPU
        ):
            readers = [
                replace(each, tables=[]) for each in spec.readers if each.name == lever.where
            ]
        case LeverKind.WRITE_CAPACITY | LeverKind.READ_CAPACITY:
            readers = [
                replace(each, tables=[said])
                for each in spec.readers
                for said in each.table_specs
                if said.name == lever.where.partition("/")[0]
            ][:1]
        case _:
            readers = []
    return replace(
        spec,
        consumers=[each for each in readers if isinstance(each, ConsumerSpec)],
        applications=[each for each in readers if isinstance(each, ApplicationSpec)],
    )
