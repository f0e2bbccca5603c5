"""A table that is written no more, by a function that goes on."""

from datetime import timedelta

import pytest

from tests.builders import NOON, Samples, a_pipeline, newest, signals, the_consumer, with_mapping
from tidegate.rules.kinds.lambda_mapping.state import Reading
from tidegate.rules.kinds.lambda_mapping.written import Unwritten, unwritten, written_units
from tidegate.rules.kinds.signals import Signals


def seen(units: Samples, **function: Samples) -> Signals:
    of = newest(signals(a_pipeline()), "scores", consumed_write_units=units)
    return newest(of, "scorer", **function) if function else of


def found(of: Signals) -> Unwritten | None:
    return unwritten(of, the_consumer(of.pipeline))


def since(minutes: int) -> Unwritten:
    return Unwritten("scores", NOON - timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ([None] * 4, None),
        ([None] * 5, since(5)),
        ([0.0, None] * 4, since(8)),
        ([None] * 80, since(80)),
        ([None] * 81, None),
        ([*[None] * 6, 1.0, *[None] * 6], None),
        ([*[None] * 6, 1.0, *[None] * 7], since(7)),
        ([*[None] * 9, 1.0], None),
        ([*[None] * 7, 1.0, *[None] * 5, 1.0, *[None] * 6], None),
    ],
    ids=["too short", "five minutes", "zeros", "ten with writes before", "nine", "as long before",
         "longer than before", "written again", "longer than one of two before"],
)  # fmt: skip
def test_silence_counts_from_five_minutes_on_and_longer_than_ever(
    units: Samples, expected: Unwritten | None
) -> None:
    assert found(seen(units)) == expected


def test_only_minutes_in_which_some_invocation_passed_count() -> None:
    assert found(seen([None] * 8, invocations=[0, 7] * 4)) is None
    assert found(seen([None] * 9, invocations=[0, 7] * 4)) == since(9)
    assert found(seen([None] * 6, errors=[120.0] * 2)) is None
    assert found(seen([None] * 6, errors=[119.0] * 2)) == since(6)


def test_of_a_function_with_other_sources_nothing_is_concluded() -> None:
    of = with_mapping(a_pipeline(), reading=Reading(other_sources=("queue",)))
    assert found(newest(signals(of), "scores", consumed_write_units=[None] * 9)) is None


def test_the_units_of_its_tables_are_summed() -> None:
    of = seen([5.0, None, 7.0])
    assert written_units(of, the_consumer(of.pipeline), 180) == 12
