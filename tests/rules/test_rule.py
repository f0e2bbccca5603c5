"""A rule has in each minute the threshold that it had then."""

from datetime import timedelta

import pytest

from tests.builders import NOON, a_pipeline
from tidegate.rules.cause import LeverKind
from tidegate.rules.evaluate import evaluate
from tidegate.rules.kinds.packs import in_force, rules_for
from tidegate.rules.rule import Rule, Verdict
from tidegate.rules.setting_steps import SettingStep
from tidegate.rules.window import Window


def rule(name: str, *steps: tuple[LeverKind, str, float, int]) -> Rule:
    """Of two shards with factor 2 and a table of 100 units, after these steps."""
    made = tuple(
        SettingStep(kind, where, NOON - timedelta(minutes=ago), before)
        for kind, where, ago, before in steps
    )
    rules = rules_for(a_pipeline(shards=2, factor=2), 60, in_force({}), made)
    return next(each for each in rules if each.name == name)


SHARDS = (LeverKind.SHARD_COUNT, "racers")
FACTOR = (LeverKind.PARALLELIZATION_FACTOR, "scorer")
UNITS = (LeverKind.WRITE_CAPACITY, "scores")


@pytest.mark.parametrize(
    ("name", "steps", "thresholds"),
    [
        ("records-near-shard-limit", [(*SHARDS, 5, 1)], [800, 1600]),
        ("records-near-shard-limit", [(*SHARDS, 10, 1), (*SHARDS, 5, 4)], [800, 3200, 1600]),
        ("bytes-near-shard-limit", [(*SHARDS, 5, 4)], [0.8 * 4 * 2**20, 0.8 * 2 * 2**20]),
        ("records-near-shard-limit", [(*UNITS, 5, 1)], [1600]),
        ("producers-throttled", [(*SHARDS, 5, 1)], [0.001]),
    ],
)
def test_a_threshold_was_another_before_what_it_is_a_share_of_was_changed(
    name: str, steps: list[tuple[LeverKind, str, float, int]], thresholds: list[float]
) -> None:
    told = rule(name, *steps)
    moments = [*(NOON - timedelta(minutes=ago, seconds=1) for _, _, ago, _ in steps), NOON]
    found = [told.at(each).threshold for each in moments]
    assert list(dict.fromkeys(found)) == pytest.approx(thresholds)
    assert told.at(NOON) == told


@pytest.mark.parametrize(
    ("samples", "verdict"),
    [
        ([54_000] * 10, Verdict.FIRING),
        ([54_000] * 10 + [54_000], Verdict.FIRING),
        ([54_000] * 10 + [54_000] * 2, Verdict.OK),
        ([54_000] * 10 + [99_000] * 2, Verdict.FIRING),
        ([45_000] * 10, Verdict.OK),
    ],
    ids=["before it", "one since", "two since", "full again", "never full"],
)
def test_minutes_before_a_reshard_breach_the_threshold_of_that_time(
    samples: list[float], verdict: Verdict
) -> None:
    """Ten minutes of one shard; those after them of two."""
    told = rule("records-near-shard-limit", (*SHARDS, len(samples) - 10, 1))
    window = Window(told.metric, NOON - timedelta(minutes=len(samples)), tuple(samples))
    assert evaluate(told, window, NOON).verdict is verdict


def test_what_a_rule_says_names_the_threshold_of_the_minute() -> None:
    told = rule("records-near-shard-limit", (*SHARDS, 0, 1))
    window = Window(told.metric, NOON - timedelta(minutes=3), (54_000.0,) * 3)
    assert evaluate(told, window, NOON).because == (
        "IncomingRecords of racers is 900 records/s, >= 80% of what the open shards take (1,000 "
        "records/s each) (800 records/s until 12:00), since 11:57"
    )


def test_concurrent_executions_are_of_the_shards_and_of_the_factor() -> None:
    of = [each for each in rules_for(a_pipeline(shards=2, factor=2), 60, in_force({}), (
        SettingStep(*SHARDS, NOON - timedelta(minutes=9), 1),
        SettingStep(*FACTOR, NOON - timedelta(minutes=5), 1),
    )) if each.earlier and each.where == FACTOR[1]]  # fmt: skip
    assert of
    for each in of:
        moments = [NOON - timedelta(minutes=ago) for ago in (10, 6, 5)]
        found = [each.at(moment).threshold / each.threshold for moment in moments]
        assert found == [0.25, 0.5, 1]
