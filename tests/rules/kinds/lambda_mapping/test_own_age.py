"""Each of several consumers is judged by the age of what it reads itself."""

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import (
    Minute,
    a_pipeline,
    a_table,
    newest,
    signals,
    the_consumer,
    with_consumers,
)
from tidegate.rules.cause import Cause
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.lambda_mapping.own_age import seen_by
from tidegate.rules.kinds.lambda_mapping.state import Function, Reading, consumers_of
from tidegate.rules.kinds.signals import Signals

LATE = [Minute(age_seconds=60.0 * at) for at in range(1, 5)]
WELL = [400.0] * 4


def two(**reading: Any) -> Signals:
    """scorer, and mailer beside it, on a stream whose age grows by a minute a minute."""
    pipeline = a_pipeline(factor=10)
    scorer = the_consumer(pipeline)
    mapping = replace(scorer.mapping, function_name="mailer", reading=Reading(**reading))
    mails = replace(a_table(), name="mails")
    mails = replace(mails, capacity=replace(mails.capacity, table="mails"))
    mailer = replace(scorer, function=Function("mailer", 15, 512), mapping=mapping, writes=(mails,))
    seen = signals(with_consumers(pipeline, scorer, mailer), *LATE)
    return newest(seen, "mailer", invocations=[60.0] * 4)


def growth(seen: Signals, name: str) -> float:
    consumer = next(each for each in consumers_of(seen.pipeline) if each.name == name)
    return seen_by(seen, consumer).age_growth


def test_one_of_two_has_the_age_that_its_function_tells() -> None:
    seen = newest(two(), "scorer", iterator_age_milliseconds=WELL)
    assert (growth(seen, "scorer"), growth(seen, "mailer")) == (0.0, 1.0)


@pytest.mark.parametrize(
    "told",
    [
        {"iterator_age_milliseconds": [400, None, 400]},
        {"iterator_age_milliseconds": WELL, "throttles": [0, 3, 0]},
    ],
    ids=["a minute is silent", "what is throttled tells no age"],
)
def test_an_age_that_is_not_told_in_full_is_the_streams(told: dict[str, list[float]]) -> None:
    assert growth(newest(two(), "scorer", **told), "scorer") == 1.0


def test_the_age_of_a_function_with_other_sources_may_be_theirs() -> None:
    seen = signals(two(other_sources=("queue",)).pipeline, *LATE)
    seen = newest(seen, "mailer", invocations=[60.0] * 4, iterator_age_milliseconds=WELL)
    assert growth(seen, "mailer") == 1.0


def test_a_high_age_beside_throttles_is_told_all_the_same() -> None:
    seen = newest(two(), "mailer", throttles=[1] * 4, iterator_age_milliseconds=[90_000.0] * 4)
    assert growth(seen, "mailer") == 0.0


def test_the_only_consumer_has_the_age_of_the_pipeline() -> None:
    seen = newest(signals(a_pipeline(), *LATE), "scorer", iterator_age_milliseconds=WELL)
    assert seen_by(seen, the_consumer(seen.pipeline)) is seen


def test_failures_of_one_that_is_well_are_not_why_the_other_is_late() -> None:
    seen = newest(two(), "scorer", iterator_age_milliseconds=WELL, errors=[60.0] * 4)
    causes = {(each.cause, each.where) for each in diagnose(seen)}
    assert (Cause.POISON_BATCH, "scorer") not in causes
    unknown = newest(two(), "scorer", errors=[60.0] * 4)
    assert (Cause.POISON_BATCH, "scorer") in {
        (each.cause, each.where) for each in diagnose(unknown)
    }
