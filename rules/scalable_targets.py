"""The capacities of tables that DynamoDB's own auto scaling sets."""

from dataclasses import dataclass

from tidegate.rules.cause import LeverKind

__all__ = ["ScalableTarget", "ScalableTargets"]


@dataclass(frozen=True, slots=True)
class ScalableTarget:
    """One capacity that DynamoDB's own auto scaling sets from ``min`` to ``max`` units a second.

    ``where`` is the table, or table/index, as in ``Capacity.where``; ``kind`` is WRITE_CAPACITY or
    READ_CAPACITY: each is registered by itself.
    """

    where: str
    kind: LeverKind
    min: int
    max: int


@dataclass(frozen=True, slots=True)
class ScalableTargets:
    """What was found of them. ``unread`` is why they could not be read, None where they were: an
    owner that could not be asked for may be there."""

    targets: tuple[ScalableTarget, ...] = ()
    unread: str | None = None

    def of(self, kind: LeverKind, where: str) -> ScalableTarget | None:
        """The target that sets a capacity, None where none is known."""
        same = (each for each in self.targets if (each.kind, each.where) == (kind, where))
        return next(same, None)
