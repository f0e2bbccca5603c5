"""Each action of a table knows its AWS call, the resource that it locks and the levers that it moves."""

import pytest

from tidegate.scaling.kinds.dynamodb_table.actions import CapacityTarget, UpdateTableThroughput
from tidegate.scaling.model.plan import Action

BOTH = CapacityTarget(None, 10, 5, 20, 8)
READS = CapacityTarget("by-day", 10, 5, 10, 8)


@pytest.mark.parametrize(
    ("action", "operation", "levers"),
    [
        (
            UpdateTableThroughput("t", (BOTH, READS)),
            "dynamodb:UpdateTable",
            ["write_capacity of t", "read_capacity of t", "read_capacity of t/by-day"],
        ),
    ],
)
def test_an_action_says_what_it_is(action: Action, operation: str, levers: list[str]) -> None:
    assert (action.operation, action.lease) == (operation, "table/t")
    assert list(map(str, action.levers())) == levers
