from datetime import timedelta

import pytest

from rules.diagnosis import LeverKind
from scaling.bounds import constrain
from scaling.futility import futility_constraints
from scaling.history import History
from scaling.record import Entry, Lever, Outcome
from tests.builders import NOON, Minute, a_pipeline, readings

FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")


def raised(minutes_ago: int, before: int, after: int) -> Entry:
    at = NOON - timedelta(minutes=minutes_ago)
    operation = "lambda:UpdateEventSourceMapping"
    return Entry(f"e{minutes_ago}", "race", FACTOR, operation, before, after, "", at, Outcome.DONE)


TWICE = History((raised(40, 1, 2), raised(20, 2, 4)))


def held(history: History, wanted: int, *, age: float = 900, rate: float = 100) -> tuple[str, ...]:
    minutes = [Minute(age_seconds=age + at, records_per_second=rate) for at in range(10)]
    seen = readings(a_pipeline(factor=4), *minutes)
    return constrain(4, wanted, futility_constraints(seen, history, FACTOR, 4, wanted))[1]


def test_what_was_raised_twice_in_vain_is_held_and_says_why() -> None:
    assert held(TWICE, 8) == (
        "2 raises of parallelization_factor of scorer since 11:20 did not help: 100 records/s were "
        "read before them, 100 since",
    )


@pytest.mark.parametrize(
    ("history", "wanted", "age", "rate"),
    [
        (History(TWICE.entries[:1]), 8, 900, 100),
        (TWICE, 2, 900, 100),
        (TWICE, 8, 1, 100),
        (TWICE, 8, 900, 130),
    ],
    ids=["once", "a-scale-in", "the-age-is-well", "more-is-read"],
)
def test_it_is_not_held_otherwise(history: History, wanted: int, age: float, rate: float) -> None:
    assert held(history, wanted, age=age, rate=rate) == ()
