"""What follows from what is configured of functions and mappings alone."""

from dataclasses import replace

import pytest

from tests.builders import a_pipeline, the_consumer
from tests.flink_builders import ARN
from tidegate.rules.kinds.lambda_mapping.state import (
    EventSourceMapping,
    LambdaAccount,
    Reading,
    account_of,
)


def test_a_mapping_without_more_settings_hands_every_record_on() -> None:
    assert Reading() == Reading("", has_filter=False, tumbling_window_seconds=0, other_sources=())


def test_a_tumbling_window_leaves_one_batch_at_a_time() -> None:
    assert Reading().concurrent_batches(7) == 7
    assert Reading(tumbling_window_seconds=60).concurrent_batches(7) == 1


@pytest.mark.parametrize(("window_seconds", "batches"), [(0, 7), (30, 1)])
def test_a_tumbling_window_leaves_one_batch_of_a_shard_at_a_time(
    window_seconds: int, batches: int
) -> None:
    mapping = the_consumer(a_pipeline(factor=7)).mapping
    reading = Reading(tumbling_window_seconds=window_seconds)
    assert replace(mapping, reading=reading).batches_per_shard == batches


def test_a_mapping_without_settings_has_lambdas_defaults() -> None:
    """CreateEventSourceMapping, API reference."""
    mapping = EventSourceMapping("uuid", "scorer", ARN, "Enabled")
    assert (
        mapping.parallelization_factor, mapping.batch_size, mapping.batching_window_seconds,
        mapping.maximum_retry_attempts, mapping.maximum_record_age_seconds,
        mapping.bisect_batch_on_function_error, mapping.report_batch_item_failures,
    ) == (1, 100, 0, -1, -1, False, False)  # fmt: skip


def test_functions_without_a_reservation_share_what_is_not_reserved() -> None:
    pipeline = a_pipeline()
    assert account_of(pipeline).unreserved_concurrency == 1000
    account = LambdaAccount(1000, 300)
    told = replace(pipeline, resources=(*pipeline.resources, account))
    assert account_of(told).unreserved_concurrency == 700
    assert (account.roles, account.writes) == ((), ())
