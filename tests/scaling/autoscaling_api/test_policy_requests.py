from dataclasses import replace
from typing import Any

import pytest

from tidegate.scaling.autoscaling_api.policy_requests import (
    alarm_configuration,
    schedule_configuration,
    stepping_configuration,
    tracking_configuration,
)
from tidegate.scaling.config.scaling_policies import (
    MetricQuery,
    PolicyMetric,
    ScheduledAction,
    Step,
    StepScaling,
    TargetTracking,
)

METRIC = PolicyMetric("AWS/Kinesis", "IncomingRecords", {"b": "2", "a": "1"}, "Sum")
TOLD = {
    "Namespace": "AWS/Kinesis",
    "MetricName": "IncomingRecords",
    "Dimensions": [{"Name": "a", "Value": "1"}, {"Name": "b", "Value": "2"}],
}
STEPPING = StepScaling(
    "jump", METRIC, 5.0, [Step(-1, None, 0), Step(2, 0, 10), Step(9, 10)], "<", 4,
    "PercentChangeInCapacity", 90,
)  # fmt: skip


def test_a_metric_is_tracked_with_every_setting_given() -> None:
    policy = TargetTracking("keep", 70.0, METRIC, scale_in=False, scale_in_cooldown_seconds=7)
    assert tracking_configuration(policy) == {
        "TargetValue": 70.0,
        "CustomizedMetricSpecification": {**TOLD, "Statistic": "Sum"},
        "ScaleOutCooldown": 300,
        "ScaleInCooldown": 7,
        "DisableScaleIn": True,
    }


def test_metric_math_is_tracked_by_its_one_result() -> None:
    queries = [
        MetricQuery("m1", METRIC),
        MetricQuery("e1", expression="m1 / 60", returns=True),
        MetricQuery("m2"),
    ]
    policy = TargetTracking("keep", 70.0, metrics=queries)
    assert tracking_configuration(policy)["CustomizedMetricSpecification"] == {
        "Metrics": [
            {"Id": "m1", "ReturnData": False, "MetricStat": {"Metric": TOLD, "Stat": "Sum"}},
            {"Id": "e1", "ReturnData": True, "Expression": "m1 / 60"},
            {"Id": "m2", "ReturnData": False},
        ]
    }


def test_steps_leave_an_open_end_out() -> None:
    assert stepping_configuration(STEPPING) == {
        "AdjustmentType": "PercentChangeInCapacity",
        "StepAdjustments": [
            {"ScalingAdjustment": -1, "MetricIntervalUpperBound": 0},
            {"ScalingAdjustment": 2, "MetricIntervalLowerBound": 0,
             "MetricIntervalUpperBound": 10},
            {"ScalingAdjustment": 9, "MetricIntervalLowerBound": 10},
        ],
        "Cooldown": 90,
        "MetricAggregationType": "Average",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("comparison", "operator"),
    [
        (">", "GreaterThanThreshold"),
        (">=", "GreaterThanOrEqualToThreshold"),
        ("<", "LessThanThreshold"),
        ("<=", "LessThanOrEqualToThreshold"),
    ],
)
def test_the_alarm_compares_as_the_file_says_and_is_silent_on_silence(
    comparison: Any, operator: str
) -> None:
    policy = replace(STEPPING, comparison=comparison)
    assert alarm_configuration(policy) == {
        **TOLD,
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 4,
        "Threshold": 5.0,
        "ComparisonOperator": operator,
        "TreatMissingData": "missing",
    }


@pytest.mark.parametrize(
    ("bounds", "told"),
    [
        ({"min": 2}, {"MinCapacity": 2}),
        ({"max": 9}, {"MaxCapacity": 9}),
        ({"min": 2, "max": 9}, {"MinCapacity": 2, "MaxCapacity": 9}),
    ],
    ids=["min", "max", "both"],
)
def test_a_scheduled_action_sets_only_the_bounds_that_it_names(
    bounds: dict[str, int], told: dict[str, int]
) -> None:
    action = ScheduledAction("night", "rate(1 day)", "Europe/Berlin", **bounds)
    assert schedule_configuration(action) == {
        "Schedule": "rate(1 day)",
        "Timezone": "Europe/Berlin",
        "ScalableTargetAction": told,
    }
