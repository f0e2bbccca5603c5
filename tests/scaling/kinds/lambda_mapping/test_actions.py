"""Each action of a mapping knows its AWS call, the resource that it locks and the levers that it moves."""

import pytest

from tidegate.scaling.kinds.lambda_mapping.actions import (
    UpdateBatchingWindow,
    UpdateParallelizationFactor,
)
from tidegate.scaling.model.plan import Action


@pytest.mark.parametrize(
    ("action", "operation", "levers"),
    [
        (
            UpdateParallelizationFactor("id", "f", 1, 2),
            "lambda:UpdateEventSourceMapping",
            ["parallelization_factor of f"],
        ),
        (
            UpdateBatchingWindow("id", "f", 0, 2),
            "lambda:UpdateEventSourceMapping",
            ["batching_window_seconds of f"],
        ),
    ],
)
def test_an_action_says_what_it_is(action: Action, operation: str, levers: list[str]) -> None:
    assert (action.operation, action.lease) == (operation, "function/f")
    assert list(map(str, action.levers())) == levers
