"""Moments are compared, so that each has its time zone."""

from datetime import UTC, datetime

import pytest

from tidegate.rules.kinds.lambda_mapping.moments import moment_of

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-05T12:00:00.000+0000", NOON),
        ("2026-01-05T13:00:00.000+0100", NOON),
        ("2026-01-05T12:00:00", NOON),
        ("", None),
        ("lately", None),
    ],
    ids=["as Lambda writes it", "elsewhere", "without a zone", "nothing", "no moment"],
)
def test_a_moment_is_read_as_aws_writes_it(text: str, expected: datetime | None) -> None:
    assert moment_of(text) == expected
