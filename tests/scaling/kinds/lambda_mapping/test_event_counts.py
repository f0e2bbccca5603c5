"""What it costs to read a mapping's counts, and the call that switches them on."""

import pytest

from tests.builders import a_pipeline, the_consumer
from tidegate.scaling.kinds.lambda_mapping.event_counts import (
    event_count_call,
    event_count_monthly_usd,
)


def test_six_metrics_a_minute_cost_what_cloudwatch_charges_for_them() -> None:
    assert event_count_monthly_usd() == pytest.approx(6 * 730 * 60 * 0.01 / 1000)


def test_the_call_names_the_mapping() -> None:
    assert "--uuid uuid-1 " in event_count_call(the_consumer(a_pipeline()).mapping)
