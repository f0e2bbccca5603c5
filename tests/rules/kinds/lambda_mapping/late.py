"""A consumer that falls behind, and what is found of it."""

from typing import Any

from tests.builders import Samples, a_pipeline, newest, signals, with_mapping
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.lambda_mapping.causes import consumer_causes
from tidegate.rules.kinds.signals import Signals


def a_mapping(pipeline: Pipeline | None = None, **settings: Any) -> Pipeline:
    """A pipeline of two executions with other settings of its mapping."""
    return with_mapping(pipeline or a_pipeline(factor=2), **settings)


def growing(pipeline: Pipeline | None = None, per_minute: float = 50, /, **of: Samples) -> Signals:
    """The age grows from 60 s by so many seconds a minute; ``of`` the function's newest minutes."""
    ages = [60_000 + per_minute * 1000 * at for at in range(3)]
    seen = newest(signals(pipeline or a_mapping()), iterator_age_milliseconds=ages)
    return newest(seen, "scorer", **of)


def found(of: Signals) -> list[tuple[Cause, tuple[LeverKind, ...], list[str]]]:
    return [
        (each.cause, each.cured_by, [why.kind for why in each.evidence])
        for each in consumer_causes(of)
    ]


def causes(of: Signals) -> list[Cause]:
    return [each.cause for each in consumer_causes(of)]


def the_one(of: Signals) -> Diagnosis:
    (told,) = consumer_causes(of)
    return told
