"""How far back: what is understood, and what is refused in words."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from tidegate.since import moment_since


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90m", NOON - timedelta(minutes=90)),
        ("24h", NOON - timedelta(hours=24)),
        ("14d", NOON - timedelta(days=14)),
        ("2026-01-05T03:00:00Z", datetime(2026, 1, 5, 3, tzinfo=UTC)),
        ("2026-01-05T03:00:00", datetime(2026, 1, 5, 3, tzinfo=UTC)),
        ("2026-01-05T03:00:00+01:00", datetime(2026, 1, 5, 2, tzinfo=UTC)),
        ("2026-01-05", datetime(2026, 1, 5, tzinfo=UTC)),
    ],
)
def test_a_time_is_understood(text: str, moment: datetime) -> None:
    assert moment_since(text, NOON) == moment


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("5x", "is not a time; 90m, 24h, 14d or ISO 8601"),
        ("", "is not a time"),
        ("-3h", "is not a time"),
        ("1.5h", "is not a time"),
        ("٣h", "is not a time"),
        ("0h", "is not in the past"),
        ("2027-01-01", "is not in the past"),
        ("999999d", "is longer ago than there are days"),
    ],
)
def test_anything_else_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        moment_since(text, NOON)


@given(st.text(max_size=30))
def test_any_text_is_a_past_moment_or_refused(text: str) -> None:
    try:
        at = moment_since(text, NOON)
    except ValueError as error:
        refusal = str(error)
    else:
        assert at < NOON
        return
    assert repr(text) in refusal
