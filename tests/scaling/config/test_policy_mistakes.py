from dataclasses import replace
from itertools import pairwise
from math import inf
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.scaling.config.lever_spec import Owner
from tidegate.scaling.config.policy_mistakes import policy_mistakes
from tidegate.scaling.config.scaling_policies import (
    MetricQuery,
    PolicyMetric,
    ScheduledAction,
    Step,
    StepScaling,
    TargetTracking,
)
from tidegate.scaling.config.specification import LeverSpec

METRIC = PolicyMetric("AWS/Kinesis", "IncomingRecords")
TRACKING = TargetTracking("keep", 70.0, METRIC)
STEPPING = StepScaling("jump", METRIC, 5.0, [Step(1)])
NIGHT = ScheduledAction("night", "cron(0 22 * * ? *)", min=2, max=4)
AT = ("levers", "shard_count")
Mistakes = list[tuple[tuple[str | int, ...], str]]


def told(**policies: Any) -> Mistakes:
    said = LeverSpec(max=8, min=2, owner="application-autoscaling", **policies)
    return list(policy_mistakes(said, AT))


def test_policies_in_order_are_no_mistake() -> None:
    assert told(target_tracking=[TRACKING], step_scaling=[STEPPING], scheduled=[NIGHT]) == []


@pytest.mark.parametrize("owner", [None, "tidegate"])
def test_policies_are_for_levers_that_application_auto_scaling_owns(owner: Owner | None) -> None:
    said = LeverSpec(max=8, min=2, owner=owner, scheduled=[NIGHT])
    words = "scheduled is for levers whose owner is application-autoscaling"
    assert list(policy_mistakes(said, AT)) == [((*AT, "scheduled"), words)]


@pytest.mark.parametrize(
    ("key", "policy"), [("target_tracking", TRACKING), ("step_scaling", STEPPING),
                        ("scheduled", NIGHT)]
)  # fmt: skip
def test_policies_of_one_kind_have_different_names(key: str, policy: Any) -> None:
    words = f"{policy.name!r} is here twice (also number 1); names must differ"
    assert told(**{key: [policy, policy]}) == [((*AT, key, 1, "name"), words)]


QUERY, SUM = MetricQuery("m1", METRIC), MetricQuery("e1", expression="m1 * 2", returns=True)
METRICS: tuple[str | int, ...] = (*AT, "target_tracking", 0, "metrics")
ONE_RETURNS = "exactly one of the metrics must say returns: true"


@pytest.mark.parametrize(
    ("changes", "mistakes"),
    [
        ({"metric": None, "metrics": [QUERY, SUM]}, []),
        ({"metric": None}, [(METRICS[:-1], "'keep' needs either metric or metrics")]),
        ({"metrics": [QUERY, SUM]}, [(METRICS[:-1], "'keep' needs either metric or metrics")]),
        ({"metric": None, "metrics": [QUERY]}, [(METRICS, ONE_RETURNS)]),
        (
            {"metric": None, "metrics": [replace(QUERY, returns=True), SUM]},
            [(METRICS, ONE_RETURNS)],
        ),
        (
            {"metric": None, "metrics": [replace(SUM, id="M1")]},
            [((*METRICS, 0, "id"), "'M1' is not an id; a lower case letter, then letters, digits "
              "and _ are")],
        ),
        (
            {"metric": None, "metrics": [MetricQuery("m1"), SUM]},
            [((*METRICS, 0), "'m1' needs either metric or expression")],
        ),
        (
            {"metric": None, "metrics": [replace(SUM, metric=METRIC)]},
            [((*METRICS, 0), "'e1' needs either metric or expression")],
        ),
        (
            {"metric": None, "metrics": [QUERY, SUM, QUERY]},
            [((*METRICS, 2, "id"), "'m1' is here twice (also number 1); names must differ")],
        ),
    ],
    ids=["math", "no-metric", "both", "none-returns", "two-return", "id", "empty", "full", "twice"],
)  # fmt: skip
def test_what_is_tracked_is_one_metric_or_the_one_result_of_metric_math(
    changes: dict[str, Any], mistakes: Mistakes
) -> None:
    assert told(target_tracking=[replace(TRACKING, **changes)]) == mistakes


STEPS = (*AT, "step_scaling", 0, "steps")


@pytest.mark.parametrize(
    ("steps", "mistakes"),
    [
        ([Step(1, 0, 10), Step(2, 10)], []),
        ([Step(2, 10), Step(1, 0, 10)], []),
        ([Step(-1, None, 0), Step(1, 0)], []),
        ([Step(1, 5, 5)], [((*STEPS, 0), "lower is 5, not less than upper (5)")]),
        ([Step(1, 0, 10), Step(2, 11)], [
            (STEPS, "one step ends at 10, the next begins at 11; they must meet")]),
        ([Step(1, 0, 10), Step(2, 9)], [
            (STEPS, "one step ends at 10, the next begins at 9; they must meet")]),
        ([Step(1, 0), Step(2, 10)], [
            (STEPS, "one step ends at inf, the next begins at 10; they must meet")]),
    ],
    ids=["in-order", "in-any-order", "both-ends-open", "empty", "gap", "overlap", "two-open"],
)  # fmt: skip
def test_steps_meet_without_gap_or_overlap(steps: list[Step], mistakes: Mistakes) -> None:
    assert told(step_scaling=[replace(STEPPING, steps=steps)]) == mistakes


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=6, unique=True), st.randoms())
@pytest.mark.slow
def test_however_the_line_is_cut_its_parts_are_steps_and_a_missing_one_is_a_gap(
    cuts: list[int], random: Random
) -> None:
    edges = [-inf, *sorted(cuts), inf]
    steps = [
        Step(1, None if lower == -inf else lower, None if upper == inf else upper)
        for lower, upper in pairwise(edges)
    ]
    shuffled = [*steps]
    random.shuffle(shuffled)
    assert told(step_scaling=[replace(STEPPING, steps=shuffled)]) == []
    if len(steps) > 2:
        holed = [each for each in shuffled if each is not steps[1]]
        assert len(told(step_scaling=[replace(STEPPING, steps=holed)])) == 1


ACTION = (*AT, "scheduled", 0)
REFUSED = "outside 2..8 of the lever: the endpoint would refuse to go there"


@pytest.mark.parametrize(
    ("changes", "mistakes"),
    [
        ({"schedule": "at(2026-01-05T12:00:00)", "min": None}, []),
        ({"schedule": "rate(1 day)", "max": None}, []),
        ({"min": 2, "max": 8}, []),
        ({"schedule": "0 22 * * *"}, [((*ACTION, "schedule"),
            "'0 22 * * *' is not a schedule; at(...), rate(...) or cron(...) is")]),
        ({"schedule": "rate()"}, [((*ACTION, "schedule"),
            "'rate()' is not a schedule; at(...), rate(...) or cron(...) is")]),
        ({"min": None, "max": None}, [(ACTION, "'night' needs min, max or both")]),
        ({"min": 1}, [((*ACTION, "min"), f"min is 1, {REFUSED}")]),
        ({"max": 9}, [((*ACTION, "max"), f"max is 9, {REFUSED}")]),
        ({"min": 5}, [((*ACTION, "min"), "min is 5, more than max (4)")]),
        ({"time_zone": "Berlin"}, [((*ACTION, "time_zone"),
            "'Berlin' is not a time zone; an IANA name such as Europe/Berlin is")]),
    ],
    ids=["at", "rate", "edges", "crontab", "empty", "neither", "below", "above", "crossed", "zone"],
)  # fmt: skip
def test_a_scheduled_action_sets_bounds_within_those_of_its_lever(
    changes: dict[str, Any], mistakes: Mistakes
) -> None:
    assert told(scheduled=[replace(NIGHT, **changes)]) == mistakes
