"""A name on the command line that is none: what is wrong with it, and what to write."""

import click
import pytest

from tidegate.arguments import named
from tidegate.deployment.names import BOUNDARY, ROLE, STAGE, WEB_ACL
from tidegate.scaling.config.grammar import Grammar

EXAMPLES = [
    (ROLE, "arn:aws:iam::ACCOUNT:role/NAME", "ACCOUNT and NAME"),
    (ROLE, "arn:aws:iam::ACCOUNT:role/operators", "ACCOUNT"),
    (BOUNDARY, "arn:aws:iam::ACCOUNT:policy/NAME", "ACCOUNT and NAME"),
    (WEB_ACL, "arn:aws:wafv2:REGION:ACCOUNT:regional/webacl/NAME/ID",
     "REGION and ACCOUNT and NAME and ID"),
]  # fmt: skip


@pytest.mark.parametrize(("grammar", "value", "own"), EXAMPLES)
def test_an_example_typed_as_it_is_written_is_told_what_to_replace(
    grammar: Grammar, value: str, own: str
) -> None:
    with pytest.raises(click.BadParameter) as raised:
        named(grammar, value)
    assert raised.value.message.endswith(f"; put your own in place of {own}")


@pytest.mark.parametrize(
    ("grammar", "value"), [(ROLE, "arn:aws:iam::1:role/a"), (ROLE, "*"), (STAGE, "PROD")]
)
def test_what_is_no_example_is_told_the_grammar_alone(grammar: Grammar, value: str) -> None:
    with pytest.raises(click.BadParameter) as raised:
        named(grammar, value)
    assert raised.value.message == grammar.complaint(value)
