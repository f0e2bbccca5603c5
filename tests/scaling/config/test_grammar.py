import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.scaling.config.grammar import Grammar, stray_character

COLOUR = Grammar(
    "the name of a colour", "lower case letters, {count} of them, are", "[a-z]+", (2, 1_000),
    inside=r"arn:colour:(.*)",
)  # fmt: skip


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("red", None),
        ("a" * 1_000, None),
        ("r", "'r' is not the name of a colour; lower case letters, 2 to 1,000 of them, are"),
        ("red\n", "'red\\n' is not the name of a colour; lower case letters, 2 to 1,000 of them, "
                  "are"),
        ("arn:colour:red", "'arn:colour:red' is not the name of a colour; lower case letters, 2 to "
                           "1,000 of them, are; write its name: red"),
        ("arn:colour:Red", "'arn:colour:Red' is not the name of a colour; lower case letters, 2 to "
                           "1,000 of them, are"),
    ],
    ids=["a-name", "longest", "short", "line-end", "pasted", "pasted-wrong"],
)  # fmt: skip
def test_a_complaint_says_what_is_allowed_and_which_name_was_meant(
    value: str, words: str | None
) -> None:
    assert COLOUR.complaint(value) == words


def test_without_a_pattern_of_what_is_pasted_there_is_no_hint() -> None:
    plain = Grammar("a colour", "letters are", "[a-z]+", (1, 9))
    assert plain.complaint("arn:colour:red") == "'arn:colour:red' is not a colour; letters are"


@given(st.text("ab1:\n", max_size=6))
def test_only_the_empty_text_is_more_where_there_may_be_nothing(value: str) -> None:
    assert COLOUR.or_nothing().accepts(value) is (value == "" or COLOUR.accepts(value))
    assert COLOUR.accepts(value) is bool(re.fullmatch("[a-z]{2,}", value))


def test_a_name_is_checked_in_the_same_words_by_pydantic() -> None:
    def handler(source: Any) -> dict[str, str]:
        return {"type": source.__name__}

    schema = COLOUR.__get_pydantic_core_schema__(str, handler)
    assert (schema["type"], schema["schema"]) == ("function-after", {"type": "str"})
    check = schema["function"]["function"]
    assert check("red") == "red"
    with pytest.raises(ValueError, match="'R' is not the name of a colour; lower case"):
        check("R")


@pytest.mark.parametrize(
    ("grammar", "least", "pattern"),
    [
        (COLOUR, 2, "^(?:[a-z]+)$"),
        (COLOUR.or_nothing(), 0, "^(?:[a-z]+)?$"),
        (Grammar("a word", "words are", r"\w+", (2, 1_000)), 2, r"^(?:\p{L}\p{N}_+)$"),
    ],
    ids=["a-name", "or-nothing", "word-characters"],
)
def test_editors_are_told_the_same_pattern_and_lengths(
    grammar: Grammar, least: int, pattern: str
) -> None:
    schema = grammar.__get_pydantic_json_schema__("core", lambda core: {"of": core})
    assert schema == {"of": "core", "minLength": least, "maxLength": 1_000, "pattern": pattern}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("plain\tand\nlonger, ü, 😀", None),
        ("a\x00", "U+0000"),
        ("\x1b[31m", "U+001B"),
        ("a\r\n", "U+000D"),
        ("\x7f", "U+007F"),
        ("\x9f\xa0", "U+009F"),
        ("\ud800", "U+D800"),
    ],
    ids=["none", "nul", "escape", "return", "delete", "c1", "surrogate"],
)
def test_the_first_character_that_belongs_in_no_text_is_named(text: str, found: str | None) -> None:
    assert stray_character(text) == found
