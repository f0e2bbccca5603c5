"""Which of DynamoDB auto scaling's targets sets a capacity."""

import pytest

from tidegate.rules.cause import LeverKind
from tidegate.rules.scalable_targets import ScalableTarget, ScalableTargets

WRITES = ScalableTarget("scores", LeverKind.WRITE_CAPACITY, 5, 500)
READS = ScalableTarget("scores", LeverKind.READ_CAPACITY, 1, 10)
OF_INDEX = ScalableTarget("scores/by-race", LeverKind.WRITE_CAPACITY, 5, 50)


@pytest.mark.parametrize(
    ("kind", "where", "target"),
    [
        (LeverKind.WRITE_CAPACITY, "scores", WRITES),
        (LeverKind.READ_CAPACITY, "scores", READS),
        (LeverKind.WRITE_CAPACITY, "scores/by-race", OF_INDEX),
        (LeverKind.READ_CAPACITY, "scores/by-race", None),
        (LeverKind.WRITE_CAPACITY, "others", None),
    ],
)
def test_each_capacity_is_registered_by_itself(
    kind: LeverKind, where: str, target: ScalableTarget | None
) -> None:
    assert ScalableTargets((WRITES, READS, OF_INDEX)).of(kind, where) == target


def test_where_nothing_was_found_no_target_is_known() -> None:
    assert ScalableTargets().of(LeverKind.WRITE_CAPACITY, "scores") is None
    assert ScalableTargets().unread is None
