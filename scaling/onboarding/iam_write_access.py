"""What a function may write to: its role's policies and its environment, pure functions.

Of an environment only the variables' names are ever shown, never their values.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

__all__ = ["Candidate", "RolePolicy", "Sinks", "gone", "written"]

_WORDS = re.compile(r"[A-Za-z0-9_.-]+")
"""What a name is made of (DynamoDB guide, naming rules; Kinesis, CreateStream)."""


@dataclass(frozen=True, slots=True)
class RolePolicy:
    """A policy of a role, inline or attached, as IAM gives it."""

    name: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sinks:
    """What there is of one kind that may be written to: the names, what the ARN of each begins
    with, and the IAM actions that write to it."""

    names: Sequence[str]
    prefix: str
    actions: Sequence[str]

    @property
    def path(self) -> str:
        """What stands before the name in an ARN, whatever its region and account."""
        return f":{self.prefix.rpartition(':')[2]}"

    def name_in(self, pattern: str) -> str | None:
        """The name that a pattern of ARNs ends in, wildcards included; None without one."""
        _, found, name = pattern.partition(self.path)
        return name if found else None


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a function may write to, such as a table. It is sure where a policy or the environment
    names it, and not where only a wildcard covers it."""

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

    def names_one(self, sinks: Sinks) -> bool:
        """Whether a sink itself is spelled out; region and account may be wildcards."""
        name = sinks.name_in(self.pattern)
        return name is not None and not self.is_inverse and not _has_wildcard(name)


def written(
    policies: Sequence[RolePolicy] | None, environment: Mapping[str, str], sinks: Sinks
) -> tuple[Candidate, ...]:
    """What may be written to, in the order of the names.

    ``policies`` is None where they couldn't be read; then the environment alone decides. Conditions
    of a statement are not weighed: what may be written under one may be written, and what is denied
    under one may be written too.
    """
    variables = _named(environment, frozenset(sinks.names))
    grants = None if policies is None else tuple(_grants(policies, sinks.actions))
    found = (_candidate(name, sinks, grants, variables.get(name)) for name in sinks.names)
    return tuple(each for each in found if each is not None)


def _candidate(
    name: str, sinks: Sinks, grants: Sequence[_Grant] | None, variable: str | None
) -> Candidate | None:
    by_variable = None if variable is None else f"environment variable {variable} names it"
    if grants is None:
        return None if by_variable is None else Candidate(name, by_variable, is_sure=True)
    covering = [each for each in grants if each.covers(sinks.prefix + name)]
    if not covering or any(not each.allows for each in covering):
        return None
    exact = next((each for each in covering if each.names_one(sinks)), None)
    if exact is not None:
        return Candidate(name, f"policy {exact.policy} lets it be written", is_sure=True)
    if by_variable is not None:
        return Candidate(name, by_variable, is_sure=True)
    wide = covering[0]
    pattern = f"all but {wide.pattern}" if wide.is_inverse else wide.pattern
    return Candidate(name, f"policy {wide.policy} lets {pattern} be written", is_sure=False)


def gone(policies: Sequence[RolePolicy], sinks: Sinks) -> tuple[str, ...]:
    """ARNs that the policies spell out and that aren't among the names: deleted, or of another
    region or account."""
    spelled = {
        each.pattern
        for each in _grants(policies, sinks.actions)
        if each.allows and each.names_one(sinks) and not _has_wildcard(each.pattern)
    }
    # What has more after the name is part of it, such as an index.
    whole = {each for each in spelled if "/" not in (sinks.name_in(each) or "")}
    return tuple(sorted(whole - {sinks.prefix + name for name in sinks.names}))


def _named(environment: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    """The variable that has each name: as its value, or as a word of it, such as in an ARN."""
    found: dict[str, str] = {}
    for variable, value in sorted(environment.items()):
        for word in _WORDS.findall(value):
            if word in names:
                found.setdefault(word, variable)
    return found


def _grants(policies: Iterable[RolePolicy], writes: Sequence[str]) -> Iterator[_Grant]:
    for policy in policies:
        for statement in _list(policy.document.get("Statement", [])):
            allows = statement.get("Effect") == "Allow"
            is_held_by_condition = not allows and "Condition" in statement
            if is_held_by_condition or not _is_about(writes, statement, allows):
                continue
            for key, is_inverse in (("Resource", False), ("NotResource", True)):
                for pattern in _list(statement.get(key, [])):
                    yield _Grant(policy.name, str(pattern), allows, is_inverse)


def _is_about(writes: Sequence[str], statement: Mapping[str, Any], allows: bool) -> bool:
    """Whether any way to write is allowed; a sink is denied only when every way is."""
    said = "Action" if "Action" in statement else "NotAction"
    patterns = [str(each).lower() for each in _list(statement.get(said, []))]
    covered = (
        any(_matches(each, write.lower()) for each in patterns) == (said == "Action")
        for write in writes
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
