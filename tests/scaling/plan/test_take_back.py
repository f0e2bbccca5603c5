"""A raise that did not help, and was not the first for its load, is taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import (
    NOON,
    OURS,
    SPEC,
    Minute,
    Samples,
    a_pipeline,
    a_table,
    newest,
    signals,
)
from tests.change_records import change, history
from tests.looks import a_look
from tidegate.rules.cause import LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Window
from tidegate.scaling.config.specification import ChangeWindow, LeverSpec, PipelineSpec
from tidegate.scaling.model.change_record import TAKEN_BACK, ChangeRecord, Lever, Outcome
from tidegate.scaling.model.effect import is_take_back
from tidegate.scaling.model.history import SOMEONE_ELSE, History
from tidegate.scaling.model.pause import Pause
from tidegate.scaling.model.plan import Decision, Plan
from tidegate.scaling.plan.decide import decide

FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
UNITS = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
FIRST, SECOND = 60, 20
"""Minutes ago."""
SETTINGS = {FACTOR: 8, SHARDS: 4, UNITS: 1000}
RAISES = [(FACTOR, 2, 5, 8), (SHARDS, 2, 3, 4), (UNITS, 200, 500, 1000)]
"""What a lever was set to at first, and by each of two raises."""


def late(**minute: float) -> list[Minute]:
    """An age over the objective that grows."""
    return [Minute(age_seconds=900 + 30 * at, **minute) for at in range(90)]


def seen(*minutes: Minute) -> Signals:
    pipeline = a_pipeline(shards=4, factor=8, table=a_table(1000))
    return signals(pipeline, *(minutes or late()))


def twice(lever: Lever, first: int, second: int, third: int) -> list[ChangeRecord]:
    return [
        change(lever, first, second, minutes_ago=FIRST),
        change(lever, second, third, minutes_ago=SECOND),
    ]


TWICE = twice(FACTOR, 2, 5, 8)


def plan_of(of: Signals, past: History, spec: PipelineSpec = SPEC) -> Plan:
    return decide(a_look(of, diagnose(of), spec, past, NOON))


def taken_back(of: Signals, *made: ChangeRecord, spec: PipelineSpec = SPEC) -> dict[Lever, int]:
    plan = plan_of(of, history(*made), spec)
    return {each.lever: each.allowed for each in plan.decisions if is_take_back(each)}


def decision(of: Signals, lever: Lever, *made: ChangeRecord) -> Decision:
    (found,) = [each for each in plan_of(of, history(*made)).decisions if each.lever == lever]
    return found


@pytest.mark.parametrize(("lever", "first", "second", "third"), RAISES, ids=lambda each: str(each))
def test_the_second_raise_for_the_same_load_that_did_not_help_is_taken_back(
    lever: Lever, first: int, second: int, third: int
) -> None:
    made = twice(lever, first, second, third)
    assert taken_back(seen(), *made) == {lever: second}
    assert taken_back(seen(), made[1]) == {}
    plan = plan_of(seen(), history(*made))
    assert [list(each.levers()) for each in plan.actions] == [[lever]]


def test_the_reason_says_what_did_not_help_and_what_is_kept() -> None:
    assert str(decision(seen(), FACTOR, *TWICE).because) == (
        "a further increase for the same load, from 5 to 8 at 11:40, did not help and is taken "
        "back: 100 records/s read before and 100 after the increase; the increase of the "
        "parallelization factor of scorer at 11:00 is kept, since it was made before the minutes "
        "compared"
    )
