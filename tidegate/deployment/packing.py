"""A policy split over as many managed ones as its length needs."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tidegate.deployment.resource import Json
from tidegate.scaling.model.errors import ConfigurationError, Mistake

__all__ = ["CHARACTERS_MAX", "POLICIES_MAX", "characters", "packed"]

CHARACTERS_MAX = 6_144
"""Of a managed policy, white space not counted (IAM quotas)."""

POLICIES_MAX = 10
"""Managed policies of a role, unless the account has more (IAM quotas)."""

REFERENCE_CHARACTERS = 14
"""The longest that a reference to a partition, a region or an account stands for."""

NAME_CHARACTERS = 128
"""More than the ARN of a table, a queue or a log group of the stack has: their names are made of
the stack's (at most 29 characters), their own and 13 of CloudFormation's."""


def characters(document: Json) -> int:
    """About how long IAM finds a policy whose references are replaced, at most."""
    text = json.dumps(document, separators=(",", ":"))
    text = re.sub(r'\{"Fn::Sub":("[^"]+")\}', r"\1", text)
    text = re.sub(r'\{"Fn::GetAtt":[^}]+\}', "x" * NAME_CHARACTERS, text)
    short = r"\$\{AWS::(Partition|Region|AccountId)\}"
    text = re.sub(short, "x" * REFERENCE_CHARACTERS, text)
    return len(re.sub(r"\$\{[^}]+\}", "x" * NAME_CHARACTERS, text))


def packed(document: Json, policies_max: int = POLICIES_MAX) -> list[Json]:
    """Documents that together allow the same, each short enough for a managed policy.

    Raises ConfigurationError where they are more than a role may have.
    """
    documents: list[list[Json]] = [[]]
    for statement in document["Statement"]:
        for piece in _pieces(statement):
            if characters(_document([*documents[-1], piece])) > CHARACTERS_MAX:
                documents.append([])
            documents[-1].append(piece)
    if len(documents) > policies_max:
        words = (
            f"the pipelines need {len(documents)} managed policies; a role may have {policies_max}:"
            " package with --prefix, which grants all names that begin with it, or --granted-tag"
        )
        raise ConfigurationError((Mistake("the file", 1, 1, words),))
    return [_document(statements) for statements in documents]


def _document(statements: list[Json]) -> Json:
    return {"Version": "2012-10-17", "Statement": statements}


def _pieces(statement: Json) -> Iterator[Json]:
    """A statement whose lists are so short that half a document holds it."""
    if characters(_document([statement])) <= CHARACTERS_MAX // 2:
        yield statement
        return
    for half in _halves(statement):
        yield from _pieces(half)


def _halves(statement: Json) -> tuple[Json, Json]:
    """The same with one half of its longest list and with the other: of what it allows, or of whose
    it may be."""
    if len(statement["Resource"]) > 1:
        first, last = _halved(statement["Resource"])
        return {**statement, "Resource": first}, {**statement, "Resource": last}
    ((operator, keys),) = statement["Condition"].items()
    ((key, owners),) = keys.items()
    first, last = _halved(owners)
    return (
        {**statement, "Condition": {operator: {key: first}}},
        {**statement, "Condition": {operator: {key: last}}},
    )


def _halved(values: list[Any]) -> tuple[list[Any], list[Any]]:
    middle = len(values) // 2
    return values[:middle], values[middle:]
