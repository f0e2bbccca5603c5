"""What functions cost: their time and their requests."""

import pytest

from tests.builders import a_pipeline, with_consumers
from tests.scaling.cost.use import MONTH, now_usd, priced
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.scaling.kinds.lambda_mapping.price import function_items


def test_a_function_is_billed_by_its_time_and_memory_and_by_its_requests() -> None:
    assert now_usd(function_items(priced(a_pipeline()))) == pytest.approx(
        {
            ("function scorer", "GB-s at 512 MB"): 2900 * 0.5 * MONTH * 0.0000166667,
            ("function scorer", "requests"): 7200 * MONTH * 0.0000002,
        }
    )


def test_a_function_with_two_mappings_is_billed_once() -> None:
    pipeline = a_pipeline()
    twice = with_consumers(pipeline, *consumers_of(pipeline) * 2)
    assert len(list(function_items(priced(twice)))) == 2
