"""Which tables a function may write: its role's policies and its environment, pure functions.

Of an environment only the variables' names are ever shown, never their values.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

__all__ = ["Candidate", "RolePolicy", "tables_gone", "tables_written"]

WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")
"""DynamoDB's actions that write items; a transaction needs the same ones (service authorization
reference)."""

_TABLE = ":table/"
_WORDS = re.compile(r"[A-Za-z0-9_.-]+")
"""What a table's name is made of (DynamoDB guide, naming rules)."""


@dataclass(frozen=True, slots=True)
class RolePolicy:
    """A policy of a role, inline or attached, as IAM gives it."""

    name: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A table that a function may write. It is sure where a policy or the environment names it,
    and not where only a wildcard covers it."""

    table: str
    because: str
    is_sure: bool


@dataclass(frozen=True, slots=True)
class _Grant:
    """A resource that a statement names, and whether it allows or denies writes to it."""

    policy: str
    pattern: str
    allows: bool
    is_inverse: bool = False

    def covers(self, arn: str) -> bool:
        return _matches(self.pattern, arn) != self.is_inverse

    @property
    def names_a_table(self) -> bool:
        """Whether the table itself is spelled out; region and account may be wildcards."""
        _, found, name = self.pattern.partition(_TABLE)
        return bool(found) and not self.is_inverse and not _has_wildcard(name)


def tables_written(
    policies: Sequence[RolePolicy] | None,
    environment: Mapping[str, str],
    tables: Sequence[str],
    prefix: str,
) -> tuple[Candidate, ...]:
    """The tables that may be written, in the order of ``tables``.

    ``prefix`` is what the ARN of each begins with. ``policies`` is None where they couldn't be
    read; then the environment alone decides. Conditions of a statement are not weighed: what may be
    written under one may be written, and what is denied under one may be written too.
    """
    named = _named(environment, frozenset(tables))
    grants = None if policies is None else tuple(_grants(policies))
    found = (_candidate(table, prefix + table, grants, named.get(table)) for table in tables)
    return tuple(each for each in found if each is not None)


def _candidate(
    table: str, arn: str, grants: Sequence[_Grant] | None, variable: str | None
) -> Candidate | None:
    by_variable = None if variable is None else f"environment variable {variable} names it"
    if grants is None:
        return None if by_variable is None else Candidate(table, by_variable, is_sure=True)
    covering = [each for each in grants if each.covers(arn)]
    if not covering or any(not each.allows for each in covering):
        return None
    exact = next((each for each in covering if each.names_a_table), None)
    if exact is not None:
        return Candidate(table, f"policy {exact.policy} lets it be written", is_sure=True)
    if by_variable is not None:
        return Candidate(table, by_variable, is_sure=True)
    wide = covering[0]
    pattern = f"all but {wide.pattern}" if wide.is_inverse else wide.pattern
    return Candidate(table, f"policy {wide.policy} lets {pattern} be written", is_sure=False)


def tables_gone(
    policies: Sequence[RolePolicy], tables: Sequence[str], prefix: str
) -> tuple[str, ...]:
    """Tables that the policies spell out and that aren't among ``tables``: deleted, or of another
    region or account."""
    named = {
        each.pattern
        for each in _grants(policies)
        if each.allows and each.names_a_table and not _has_wildcard(each.pattern)
    }
    gone = {each for each in named if "/" not in each.partition(_TABLE)[2]}
    return tuple(sorted(gone - {prefix + table for table in tables}))


def _named(environment: Mapping[str, str], tables: frozenset[str]) -> dict[str, str]:
    """The variable that names each table: as its value, or as a word of it, such as in an ARN."""
    found: dict[str, str] = {}
    for variable, value in sorted(environment.items()):
        for word in _WORDS.findall(value):
            if word in tables:
                found.setdefault(word, variable)
    return found


def _grants(policies: Iterable[RolePolicy]) -> Iterator[_Grant]:
    for policy in policies:
        for statement in _list(policy.document.get("Statement", [])):
            allows = statement.get("Effect") == "Allow"
            is_held_by_condition = not allows and "Condition" in statement
            if is_held_by_condition or not _is_about_writes(statement, allows):
                continue
            for key, is_inverse in (("Resource", False), ("NotResource", True)):
                for pattern in _list(statement.get(key, [])):
                    yield _Grant(policy.name, str(pattern), allows, is_inverse)


def _is_about_writes(statement: Mapping[str, Any], allows: bool) -> bool:
    """Whether any way to write is allowed; a table is denied only when every way is."""
    said = "Action" if "Action" in statement else "NotAction"
    patterns = [str(each).lower() for each in _list(statement.get(said, []))]
    covered = (
        any(_matches(each, f"dynamodb:{write}".lower()) for each in patterns) == (said == "Action")
        for write in WRITES
    )
    return any(covered) if allows else all(covered)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _has_wildcard(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern


def _matches(pattern: str, text: str) -> bool:
    return _expression(pattern).fullmatch(text) is not None


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    """IAM's wildcards: ``*`` is any text, ``?`` one character (IAM guide, policy elements).

    What stands between two stars may as well be where it first fits, whatever comes after: with
    that settled (``(?>...)``) nothing is tried again, however many stars a policy has.
    """
    first, *rest = (re.escape(part).replace(r"\?", ".") for part in pattern.split("*"))
    if not rest:
        return re.compile(first, re.DOTALL)
    *between, last = rest
    found = "".join(f"(?>.*?{part})" for part in between)
    return re.compile(f"{first}{found}.*{last}", re.DOTALL)
