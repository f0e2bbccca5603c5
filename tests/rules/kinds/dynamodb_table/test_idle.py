"""Minutes in which nothing was consumed of a table, and what says that it wasn't."""

from datetime import timedelta

import pytest

from tests.builders import NOON
from tidegate.rules.kinds.dynamodb_table.idle import consumption_told
from tidegate.rules.kinds.dynamodb_table.metrics import table_metric
from tidegate.rules.window import Window


def window(sample: float | None) -> Window:
    metric = table_metric("scores", None, "ConsumedWriteCapacityUnits", "Sum")
    return Window(metric, NOON - timedelta(minutes=1), (sample,))


@pytest.mark.parametrize(
    ("units", "came", "read", "told"),
    [
        (7.0, 0.0, 0.0, 7.0),
        (None, 0.0, 0.0, 0.0),
        (None, 0.0, None, 0.0),
        (None, 0.0, 5.0, None),
        (None, 9.0, 0.0, None),
        (None, None, None, None),
        (None, None, 0.0, None),
    ],
)
def test_a_table_is_silent_for_want_of_records(
    units: float | None, came: float | None, read: float | None, told: float | None
) -> None:
    assert consumption_told(window(units), window(came), window(read)).samples == (told,)
