"""Each action of an application knows its AWS call, the resource that it locks and the levers that it moves."""

import pytest

from tidegate.scaling.kinds.flink_application.actions import UpdateApplication
from tidegate.scaling.model.plan import Action


@pytest.mark.parametrize(
    ("action", "operation", "levers"),
    [
        (
            UpdateApplication("a", "token", 4, 2, 8, 2),
            "kinesisanalytics:UpdateApplication",
            ["parallelism of a"],
        ),
        (
            UpdateApplication("a", "token", 4, 2, 8, 1),
            "kinesisanalytics:UpdateApplication",
            ["parallelism of a", "parallelism_per_kpu of a"],
        ),
    ],
)
def test_an_action_says_what_it_is(action: Action, operation: str, levers: list[str]) -> None:
    assert (action.operation, action.lease) == (operation, "application/a")
    assert list(map(str, action.levers())) == levers
