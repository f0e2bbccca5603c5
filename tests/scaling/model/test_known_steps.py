"""The steps of settings are the changes that reached AWS, by whomever."""

from dataclasses import replace
from datetime import timedelta

from tests.builders import NOON
from tests.change_records import change, history
from tidegate.rules.cause import LeverKind
from tidegate.rules.setting_steps import SettingStep
from tidegate.scaling.model.change_record import Lever, Outcome
from tidegate.scaling.model.known_steps import setting_steps

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")


def test_steps_are_ours_and_others_oldest_first() -> None:
    ours = [change(SHARDS, 2, 4, minutes_ago=60), change(SHARDS, 8, 4, minutes_ago=20)]
    known = replace(history(*ours), others=(change(SHARDS, 4, 8, minutes_ago=40),))
    found = setting_steps(known, NOON - timedelta(minutes=90))
    assert [each.before for each in found] == [2, 4, 8]
    at = NOON - timedelta(minutes=20)
    assert found[-1] == SettingStep(LeverKind.SHARD_COUNT, "racers", at, 8)


def test_what_was_not_done_or_is_long_ago_or_of_no_known_lever_is_no_step() -> None:
    known = history(
        change(SHARDS, 2, 4, outcome=Outcome.FAILED),
        change(SHARDS, 2, 4, outcome=Outcome.BEGUN),
        change(SHARDS, 2, 4, minutes_ago=90.1),
        change(Lever("gears", "racers"), 2, 4),
    )
    assert setting_steps(known, NOON - timedelta(minutes=90)) == ()
