"""What a mapping tells of its reading."""

import pytest

from tidegate.rules.reading import Reading


@pytest.mark.parametrize(
    ("result", "is_problem"),
    [("", False), ("OK", False), ("No records processed", False), ("PROBLEM: no key", True)],
)
def test_a_problem_is_what_aws_calls_one(result: str, is_problem: bool) -> None:
    assert Reading(result).has_problem is is_problem


def test_a_mapping_without_more_settings_hands_every_record_on() -> None:
    assert Reading() == Reading("", has_filter=False, tumbling_window_seconds=0, other_sources=())


def test_a_tumbling_window_leaves_one_batch_at_a_time() -> None:
    assert Reading().concurrent_batches(7) == 7
    assert Reading(tumbling_window_seconds=60).concurrent_batches(7) == 1
