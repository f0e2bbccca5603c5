"""The notation of series in the tests of rule packs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.rules.series import parse_series


@pytest.mark.parametrize(
    ("text", "samples"),
    [
        ("", ()),
        ("1", (1.0,)),
        ("-1.5 0", (-1.5, 0.0)),
        ("7x2", (7.0, 7.0, 7.0)),
        ("7x0", (7.0,)),
        ("2+3x2", (2.0, 5.0, 8.0)),
        ("2-0.5x2", (2.0, 1.5, 1.0)),
        ("2+3", (2.0,)),
        ("_", (None,)),
        ("_x3 1", (None, None, None, 1.0)),
        ("_x0", ()),
        ("1 2+3x2 _", (1.0, 2.0, 5.0, 8.0, None)),
        ("\t1\n 2 ", (1.0, 2.0)),
    ],
)
def test_terms_become_samples(text: str, samples: tuple[float | None, ...]) -> None:
    assert parse_series(text) == samples


@pytest.mark.parametrize(
    "term", ["x3", "1x", "1.x3", "1++2x3", "__", "_+1x2", "1e3", "nan", "1x12345", "1,5", "--1"]
)
def test_a_term_that_cannot_be_read_is_named(term: str) -> None:
    with pytest.raises(ValueError, match="is not a term") as refused:
        parse_series(f"1 {term} 2")
    assert str(refused.value).startswith(repr(term))


@given(st.lists(st.none() | st.integers(-(10**15) + 1, 10**15 - 1)))
def test_what_is_written_sample_by_sample_is_read_as_it_was(samples: list[int | None]) -> None:
    text = " ".join("_" if each is None else str(each) for each in samples)
    assert parse_series(text) == tuple(samples)
