"""What is left of a call without what it lowers."""

import pytest

from tidegate.scaling.kinds.dynamodb_table.actions import CapacityTarget, UpdateTableThroughput
from tidegate.scaling.kinds.dynamodb_table.increases import increases_of
from tidegate.scaling.kinds.flink_application.actions import UpdateApplication
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateShardCount


def table(*targets: tuple[str | None, int, int, int, int]) -> UpdateTableThroughput:
    return UpdateTableThroughput("orders", tuple(CapacityTarget(*each) for each in targets))


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        (table((None, 50, 5, 20, 9)), table((None, 50, 5, 50, 9))),
        (table((None, 50, 5, 80, 3)), table((None, 50, 5, 80, 5))),
        (table((None, 50, 5, 20, 5), ("by", 9, 9, 12, 9)), table(("by", 9, 9, 12, 9))),
        (table((None, 50, 5, 60, 5), ("by", 9, 9, 9, 2)), table((None, 50, 5, 60, 5))),
    ],
    ids=["writes lowered", "reads lowered", "table lowered", "index lowered"],
)
def test_a_call_that_does_both_leaves_what_it_raises(
    asked: UpdateTableThroughput, left: UpdateTableThroughput
) -> None:
    assert increases_of(asked) == left


@pytest.mark.parametrize(
    "action",
    [
        table((None, 50, 5, 60, 9)),
        table((None, 50, 5, 20, 5), ("by", 9, 9, 9, 2)),
        UpdateShardCount("orders", 4, 8),
        UpdateApplication("orders", "token", 4, 2, 8, 1),
    ],
    ids=["only raises", "only lowers", "one lever", "levers that belong together"],
)
def test_any_other_call_is_not_taken_apart(action: object) -> None:
    assert increases_of(action) is None
