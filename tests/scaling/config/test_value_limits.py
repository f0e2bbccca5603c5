from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.scaling.config.value_limits import (
    Bound,
    at_least,
    at_most,
    more_than,
    not_empty,
)

NUMBERS = st.integers(-5, 5) | st.floats(-5, 5)


@given(NUMBERS, NUMBERS)
def test_a_bound_complains_of_what_is_beyond_it_alone(bound: float, value: float) -> None:
    assert (at_least(bound).complaint(value) is None) is (value >= bound)
    assert (more_than(bound).complaint(value) is None) is (value > bound)
    assert (at_most(bound).complaint(value) is None) is (value <= bound)


@pytest.mark.parametrize(
    ("bound", "value", "words"),
    [
        (at_least(1), 0, "0 is less than 1"),
        (more_than(0), 0, "0 is not more than 0"),
        (at_most(1), 1.5, "1.5 is more than 1"),
        (not_empty(), "", "it is empty"),
        (not_empty(), [], "it is empty"),
        (not_empty(), [0], None),
    ],
)
def test_a_complaint_says_the_value_and_the_bound(
    bound: Bound, value: Any, words: str | None
) -> None:
    assert bound.complaint(value) == words


@pytest.mark.parametrize(
    ("bound", "name"),
    [(at_least(3), "ge"), (more_than(3), "gt"), (at_most(3), "le"), (Bound("min_length", 3),
      "min_length")],
)  # fmt: skip
def test_pydantic_is_told_the_same_bound_beside_the_type(bound: Bound, name: str) -> None:
    schema = bound.__get_pydantic_core_schema__(int, lambda source: {"type": source.__name__})
    assert schema == {"type": "int", name: 3}
