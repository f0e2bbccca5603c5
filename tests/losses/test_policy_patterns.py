"""IAM's wildcards are matched in time that a policy's author can't stretch."""

import resource
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.scaling.kinds.dynamodb_table.access import WRITE_ACCESS
from tidegate.scaling.onboarding.iam_write_access import RolePolicy, Sinks, gone, written

PREFIX = "arn:aws:dynamodb:eu-west-1:123456789012:table/"
PROCESSOR_SECONDS = 10


def policy(action: str, pattern: str) -> list[RolePolicy]:
    statement = {"Effect": "Allow", "Action": action, "Resource": pattern}
    return [RolePolicy("p", {"Statement": [statement]})]


def sinks(table: str) -> Sinks:
    return Sinks([table], PREFIX, WRITE_ACCESS.actions)


def is_written(pattern: str, table: str) -> bool:
    return bool(written(policy("dynamodb:PutItem", pattern), {}, sinks(table)))


HARD = [
    "is_written('*a*a*a*a*ab', 'a' * 200)",
    "is_written('*' + 'a*' * 50 + 'b', 'a' * 255)",
    "is_written('*' * 60 + 'b', 'a' * 255)",
    "is_written('*' + '?*' * 60 + 'b', 'a' * 255)",
    "written(policy('*a*a*a*a*a*a*a*b'.replace('a', 't'), '*'), {}, sinks('t' * 255))",
]


@pytest.mark.parametrize("expression", HARD)
def test_no_number_of_stars_makes_it_slow(expression: str) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))

    code = f"from tests.losses.test_policy_patterns import *; print(bool({expression}))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=False, preexec_fn=limited, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr


def matches(pattern: str, text: str) -> bool:
    """Letter by letter, trying everything."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(matches(pattern[1:], text[at:]) for at in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and matches(pattern[1:], text[1:])


@given(st.text("ab*?.", max_size=8), st.text("ab.", min_size=1, max_size=8))
def test_a_pattern_matches_what_it_did_when_everything_was_tried(pattern: str, table: str) -> None:
    assert is_written(PREFIX + pattern, table) == matches(pattern, table)


@pytest.mark.parametrize(
    ("pattern", "is_covered"),
    [("*orders", True), ("*ord*ers", True), ("*table/?rders", True), ("*table/?orders", False)],
)
def test_a_wildcard_covers_what_it_should(pattern: str, is_covered: bool) -> None:
    assert is_written(pattern, "orders") == is_covered
    assert gone(policy("dynamodb:PutItem", pattern), sinks("orders")) == ()
