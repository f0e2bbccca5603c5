import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.scaling.model.change_record import DesiredCapacity
from tidegate.scaling.model.errors import (
    CloudError,
    ConfigurationError,
    Fault,
    LedgerUnavailable,
    LimitExceeded,
    Mistake,
    QuotaExceeded,
    TidegateError,
    as_known,
    shown,
    shown_key,
)
from tidegate.scaling.model.plan import Decision


@given(st.text() | st.integers() | st.lists(st.text(max_size=9)))
def test_a_value_is_shown_on_one_short_line(value: object) -> None:
    text = shown(value)
    assert text.isprintable()
    assert len(text) <= 80
    assert text == repr(value) or (text.endswith("...") and repr(value).startswith(text[:-3]))


@pytest.mark.parametrize(
    ("key", "told"),
    [("shard_count", "shard_count"), ("k" * 40, "k" * 40), ("k" * 41, f"'{'k' * 41}'"),
     ("a\nb", "'a\\nb'"), ("", "")],
    ids=["plain", "longest", "long", "line-end", "empty"],
)  # fmt: skip
def test_a_key_is_named_as_it_is_where_it_is_short_and_can_be_printed(key: str, told: str) -> None:
    assert shown_key(key) == told


@pytest.mark.parametrize(
    ("error", "kind", "about"),
    [
        (TidegateError(), "tidegate-error", "tidegate-error"),
        (LedgerUnavailable("busy"), "ledger-unavailable", "ledger-unavailable"),
        (QuotaExceeded("kinesis:Split", "racers", "9 of 9"), "quota-exceeded",
         "quota-exceeded kinesis:Split racers"),
        (QuotaExceeded("kinesis:Split", "racers", "8 of 8"), "quota-exceeded",
         "quota-exceeded kinesis:Split racers"),
    ],
)  # fmt: skip
def test_an_error_is_one_word_for_programs_and_about_the_same_whatever_its_figures(
    error: TidegateError, kind: str, about: str
) -> None:
    assert (error.kind, error.about) == (kind, about)


def test_what_aws_refused_says_the_call_its_resource_and_the_reason() -> None:
    error = LimitExceeded("kinesis:Split", "racers", "ten a day")
    assert str(error) == "kinesis:Split on racers: ten a day"
    assert (error.operation, error.resource, error.reason) == (
        "kinesis:Split", "racers", "ten a day"
    )  # fmt: skip
    assert isinstance(QuotaExceeded("", "", ""), LimitExceeded | CloudError)


def test_all_mistakes_of_a_file_are_told_at_once_each_with_its_place() -> None:
    mistakes = (Mistake("p.yaml", 3, 5, "is no name"), Mistake("p.yaml", 9, 1, "is missing"))
    error = ConfigurationError(mistakes)
    assert str(error) == "p.yaml:3:5: is no name\np.yaml:9:1: is missing"
    assert error.mistakes == mistakes


def raised(call: Callable[..., object], *arguments: object) -> Exception:
    try:
        call(*arguments)
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def test_an_error_of_tidegates_own_stays_what_it_is() -> None:
    error = LedgerUnavailable("busy")
    assert as_known(error) is error


def test_any_other_exception_is_a_fault_at_the_innermost_line_of_tidegate() -> None:
    changes: Any = Decision.changes
    error = raised(changes.fget, object())
    fault = as_known(error)
    assert isinstance(fault, Fault)
    assert fault.__cause__ is error
    assert str(fault).startswith("AttributeError at scaling/model/plan.py:")
    assert str(fault).endswith(". This is a fault of Tidegate's own: please report it")


def test_what_was_raised_elsewhere_is_placed_by_its_file_and_kept_short() -> None:
    ours = str(as_known(raised(DesiredCapacity.from_text, "{")))
    assert ours.startswith("JSONDecodeError at scaling/model/change_record.py:")
    words = str(as_known(raised(json.loads, "{" + "x" * 500)))
    assert words.startswith("JSONDecodeError at decoder.py:")
    long = str(as_known(ValueError("word  \n" * 100)))
    assert long.startswith("ValueError at an unknown line: word word ")
    assert len(long) < 320
    assert "without a word. This" in str(as_known(ValueError()))
