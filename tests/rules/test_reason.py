"""A reason is a kind with numbers; its sentence is made where it is shown."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tidegate.rules.reason import Reason, Words

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
FULL = Words("shards-full", "{stream} is {use:.0%} full since {since:%H:%M}")


def test_a_sentence_is_made_of_the_numbers() -> None:
    assert str(FULL(stream="orders", use=0.934, since=NOON)) == "orders is 93% full since 12:00"


def test_programs_get_the_kind_and_the_numbers_as_they_were() -> None:
    told = FULL(stream="orders", use=0.934, since=NOON).as_json
    assert told["kind"] == "shards-full"
    assert told["numbers"] == {
        "stream": "orders",
        "use": 0.934,
        "since": "2026-01-05T12:00:00+00:00",
    }


def test_numbers_have_the_types_of_json() -> None:
    told = Words("k", "")(none=None, whole=1, is_so=True, text="a", other=(1, 2)).as_json
    assert told["numbers"] == {
        "none": None, "whole": 1, "is_so": True, "text": "a", "other": "(1, 2)",
    }  # fmt: skip


def test_a_reason_may_rest_on_another() -> None:
    full = FULL(stream="orders", use=1.0, since=NOON)
    both = Words("peak", "at the peak: {because}")(because=full)
    assert str(both) == "at the peak: orders is 100% full since 12:00"
    assert both.as_json["numbers"] == {"because": full.as_json}


@given(words=st.text())
def test_what_others_have_worded_is_told_as_it_is(words: str) -> None:
    assert str(Reason.told("kept", words)) == words


@given(use=st.floats(0, 10), other=st.floats(0, 10))
def test_reasons_are_equal_by_kind_and_numbers(use: float, other: float) -> None:
    same = FULL(stream="orders", use=use, since=NOON) == FULL(
        stream="orders", use=other, since=NOON
    )
    assert same == (use == other)
