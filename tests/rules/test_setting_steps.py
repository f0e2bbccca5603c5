"""What limits was something else before its last changes."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import NOON
from tidegate.rules.cause import LeverKind
from tidegate.rules.setting_steps import (
    Setting,
    SettingStep,
    earlier_shares,
    last_step,
    setting_at,
)

SHARDS = Setting(LeverKind.SHARD_COUNT, "racers", 8)
FACTOR = Setting(LeverKind.PARALLELIZATION_FACTOR, "writer", 4)


def ago(minutes: float) -> datetime:
    return NOON - timedelta(minutes=minutes)


def step(setting: Setting, minutes_ago: float, before: int) -> SettingStep:
    return SettingStep(setting.kind, setting.where, ago(minutes_ago), before)


STEPS = (step(SHARDS, 30, 2), step(FACTOR, 20, 1), step(SHARDS, 10, 4))


@pytest.mark.parametrize(
    ("minutes_ago", "shards", "factor"),
    [(60, 2, 1), (30.1, 2, 1), (30, 4, 1), (20, 4, 4), (10.1, 4, 4), (10, 8, 4), (0, 8, 4)],
)
def test_a_setting_is_what_the_next_step_left(minutes_ago: float, shards: int, factor: int) -> None:
    found = [setting_at(STEPS, each, ago(minutes_ago)) for each in (SHARDS, FACTOR)]
    assert found == [shards, factor]


def test_a_step_of_another_resource_or_lever_is_none_of_this_one() -> None:
    others = (
        SettingStep(LeverKind.SHARD_COUNT, "riders", ago(10), 1),
        SettingStep(LeverKind.RETENTION_HOURS, "racers", ago(10), 24),
    )
    assert setting_at(others, SHARDS, ago(60)) == 8
    assert list(earlier_shares(others, [SHARDS])) == []


def test_a_setting_lasts_since_its_last_step() -> None:
    assert [last_step(STEPS, SHARDS, ago(each)) for each in (0, 10, 10.1)] == [
        ago(10), ago(10), ago(30),
    ]  # fmt: skip
    assert last_step(STEPS, SHARDS, ago(31)) == datetime.min.replace(tzinfo=UTC)


def test_a_limit_of_two_settings_steps_with_each() -> None:
    assert list(earlier_shares(STEPS, [SHARDS, FACTOR])) == [
        (ago(30), 1 / 16), (ago(20), 1 / 8), (ago(10), 1 / 2),
    ]  # fmt: skip
    assert list(earlier_shares(STEPS, [])) == []
