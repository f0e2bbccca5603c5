"""What follows from a pipeline's configuration alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_pipeline, a_stream, a_table, even_shards
from tests.flink_builders import ARN, a_flink_pipeline, an_application
from tidegate.rules.graph import (
    CHANGING,
    HASH_KEYS,
    EventSourceMapping,
    FlinkApplication,
    Reading,
    Shard,
    Stream,
)


@given(st.integers(1, 500))
def test_the_shares_of_all_open_shards_make_the_whole_key_space(count: int) -> None:
    shares = [shard.key_share for shard in even_shards(count)]
    assert sum(shares) == pytest.approx(1)
    assert all(share == pytest.approx(1 / count) for share in shares)


def test_both_ends_of_a_hash_key_range_are_its_own() -> None:
    assert Shard("s", 0, HASH_KEYS - 1).key_share == 1
    assert Shard("s", 7, 7).key_share == 1 / 2**128
    assert Shard("s", HASH_KEYS // 4, HASH_KEYS // 2 - 1).key_share == 0.25
    assert Shard("s", 0, 1).is_open


@pytest.mark.parametrize(
    ("mode", "is_provisioned", "is_topic"),
    [("PROVISIONED", True, False), ("ON_DEMAND", False, False), ("KAFKA", False, True)],
)
def test_only_shards_of_a_provisioned_stream_are_ours_to_set(
    mode: str, is_provisioned: bool, is_topic: bool
) -> None:
    stream = a_stream(3, mode=mode)
    found = (stream.shard_count, stream.is_provisioned, stream.is_topic)
    assert found == (3, is_provisioned, is_topic)


def test_a_topic_has_no_shards_and_nothing_of_it_is_ours() -> None:
    assert Stream.of_topic("clicks", ARN) == Stream("clicks", ARN, "ACTIVE", "KAFKA", (), 0)
    assert not a_stream().shard_metrics_enabled


@pytest.mark.parametrize(("window_seconds", "batches"), [(0, 7), (30, 1)])
def test_a_tumbling_window_leaves_one_batch_of_a_shard_at_a_time(
    window_seconds: int, batches: int
) -> None:
    mapping = a_pipeline(factor=7).consumers[0].mapping
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


def test_a_table_has_its_own_capacity_and_that_of_each_index() -> None:
    table = a_table(100, index_units=20)
    assert [(each.where, each.write_units) for each in table.capacities] == [
        ("scores", 100),
        ("scores/by-race", 20),
    ]
    assert [each.decreases_today for each in table.capacities] == [0, 0]
    assert table.is_provisioned
    assert not replace(table, mode="PAY_PER_REQUEST").is_provisioned


@pytest.mark.parametrize(
    ("parallelism", "per_kpu", "kpus"), [(1, 1, 1), (8, 1, 8), (8, 4, 2), (9, 4, 3), (1, 8, 1)]
)
def test_a_kpu_that_is_begun_is_a_kpu(parallelism: int, per_kpu: int, kpus: int) -> None:
    assert an_application(parallelism, parallelism_per_kpu=per_kpu).kpus == kpus


@pytest.mark.parametrize(
    ("status", "is_running", "is_changing"),
    [
        ("RUNNING", True, False),
        *((status, False, True) for status in CHANGING),
        *((status, False, False) for status in ("READY", "DELETING", "ROLLED_BACK")),
    ],
)
def test_an_application_runs_is_changing_or_waits_for_a_person(
    status: str, is_running: bool, is_changing: bool
) -> None:
    application = an_application(status=status)
    assert (application.is_running, application.is_changing) == (is_running, is_changing)


@pytest.mark.parametrize(
    ("runtime", "is_flink_2"), [("FLINK-1_20", False), ("FLINK-2_2", True), ("SQL-1_0", False)]
)
def test_names_of_metrics_follow_flinks_major_version(runtime: str, is_flink_2: bool) -> None:
    assert an_application(runtime=runtime).is_flink_2 is is_flink_2


def test_an_application_without_settings_has_the_services_defaults() -> None:
    application = FlinkApplication("counter", ARN, "RUNNING", "token", 2, 2)
    assert (
        application.parallelism_per_kpu, application.checkpoint_interval_milliseconds,
        application.kpus_max, application.autoscaling_enabled, application.snapshots_enabled,
        application.rollback_enabled,
    ) == (1, 60_000, 64, False, True, False)  # fmt: skip


def test_functions_without_a_reservation_share_what_is_not_reserved() -> None:
    pipeline = a_pipeline()
    assert pipeline.unreserved_concurrency == 1000
    assert replace(pipeline, account_reserved_concurrency=300).unreserved_concurrency == 700


def test_functions_and_applications_read_the_stream() -> None:
    pipeline = a_pipeline()
    assert (pipeline.reader_count, a_flink_pipeline().reader_count) == (1, 1)
    assert replace(pipeline, applications=(an_application(),)).reader_count == 2


def test_a_table_that_several_write_is_one_table() -> None:
    own, other = a_table(), replace(a_table(), name="others")
    pipeline = a_pipeline(table=own)
    (consumer,) = pipeline.consumers
    both = replace(consumer, tables=(own, other))
    application = an_application(tables=(other,))
    shared = replace(pipeline, consumers=(consumer, both), applications=(application,))
    assert shared.tables == (own, other)
    assert a_flink_pipeline(application).tables == (other,)
