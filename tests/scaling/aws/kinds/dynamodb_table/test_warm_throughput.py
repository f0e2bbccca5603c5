"""The warm throughput of tables and indexes, as DescribeTable tells it."""

from typing import Any

import pytest

from tidegate.rules.kinds.dynamodb_table.state import WarmThroughput
from tidegate.scaling.aws.kinds.dynamodb_table.warm_throughput import warm_throughput

UNITS = {"ReadUnitsPerSecond": 12_000, "WriteUnitsPerSecond": 4000}


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        ({"WarmThroughput": {**UNITS, "Status": "ACTIVE"}}, WarmThroughput(4000, 12_000)),
        ({"WarmThroughput": UNITS}, WarmThroughput(4000, 12_000)),
        (
            {"WarmThroughput": {**UNITS, "Status": "UPDATING"}},
            WarmThroughput(4000, 12_000, is_updating=True),
        ),
        ({"WarmThroughput": {"Status": "ACTIVE"}}, None),
        ({"WarmThroughput": {"ReadUnitsPerSecond": 12_000}}, None),
        ({}, None),
    ],
    ids=["of a table", "without a status", "being raised", "no units", "reads alone", "not told"],
)
def test_what_is_not_told_is_not_known(
    described: dict[str, Any], expected: WarmThroughput | None
) -> None:
    assert warm_throughput(described) == expected
