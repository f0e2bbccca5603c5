"""The emulator of target tracking, both ways."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from tests.builders import NOON
from tests.chalice_app.scaling_policies import PERIOD, Point, Policies
from tidegate.scaling.autoscaling_api.registration import Policy, Registration, Target

TARGET = 60_000


def wanted(values: list[float], *, scales_in: bool = True) -> int | None:
    """Of a target with four, after these newest minutes."""

    def read(_metric: Mapping[str, Any], _start: datetime, end: datetime) -> list[Point]:
        return [(end - PERIOD * (len(values) - at), value) for at, value in enumerate(values)]

    said = {
        "TargetValue": TARGET,
        "ScaleOutCooldown": 60,
        "ScaleInCooldown": 60,
        "DisableScaleIn": not scales_in,
        "CustomizedMetricSpecification": {},
    }
    policy = Policy("target", "tracking", "TargetTrackingScaling", said)
    registration = Registration((Target("target", 1, 32),), (policy,))
    return Policies.of(registration, read).wanted(4, NOON)


@pytest.mark.parametrize(
    ("values", "capacity"),
    [
        ([90_000.0] * 3, 6),
        ([90_000.0] * 2, None),
        ([60_000.0] * 15, None),
        ([30_000.0] * 14, None),
        ([30_000.0] * 15, 2),
        ([0.0] * 15, 1),
        ([55_000.0] + [30_000.0] * 14, None),
    ],
)
def test_it_goes_out_after_three_minutes_and_in_after_fifteen(
    values: list[float], capacity: int | None
) -> None:
    assert wanted(values) == capacity


def test_it_does_not_go_in_where_that_is_switched_off() -> None:
    assert wanted([0.0] * 15, scales_in=False) is None
    assert wanted([90_000.0] * 3, scales_in=False) == 6
