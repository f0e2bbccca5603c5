from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, Minute, a_pipeline, a_table, signals, with_consumers, with_stream
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.graph import Kinds, Pipeline
from tidegate.rules.kinds.kinesis_stream.hot_keys import is_uneven
from tidegate.rules.kinds.kinesis_stream.state import KeySample, stream_of
from tidegate.rules.kinds.lambda_mapping.state import consumers_of

SLOW = Minute(records_per_second=100, age_seconds=200, seconds_per_batch=0.9, batch=50)
GROWING = tuple(replace(SLOW, age_seconds=age) for age in (60, 110, 160))
STANDING_STILL = tuple(replace(SLOW, age_seconds=age) for age in (60, 120, 180))


def causes(pipeline: Pipeline, *minutes: Minute | None) -> list[Cause]:
    return [each.cause for each in diagnose(signals(pipeline, *minutes))]


def told(found: Diagnosis) -> tuple[str, ...]:
    return tuple(map(str, found.evidence))


def each(minutes: tuple[Minute, ...], **changes: float) -> tuple[Minute, ...]:
    return tuple(replace(minute, **changes) for minute in minutes)


@pytest.mark.parametrize(
    ("minutes", "pipeline", "cause"),
    [
        pytest.param(each(GROWING, table_throttles=900), a_pipeline(), Cause.TABLE_THROTTLED),
        pytest.param(
            each(GROWING, index_throttles=900),
            a_pipeline(table=a_table(5000, index_units=20)),
            Cause.INDEX_THROTTLED,
        ),
        pytest.param(
            each(GROWING, table_throttles=900, key_range_throttles=880),
            a_pipeline(),
            Cause.HOT_KEY,
        ),
        pytest.param(each(STANDING_STILL, errors=60), a_pipeline(), Cause.POISON_BATCH),
        pytest.param(each(GROWING, errors=60), a_pipeline(), Cause.BAD_DEPLOY),
        pytest.param(
            each(GROWING, throttles=60), a_pipeline(reserved_concurrency=1), Cause.CONCURRENCY_CAP
        ),
        pytest.param(each(GROWING, longest_seconds=14, errors=9), a_pipeline(), Cause.TIMEOUT_NEAR),
        pytest.param(GROWING, a_pipeline(), Cause.CONSUMER_TOO_SLOW),
        pytest.param(
            (Minute(records_per_second=980, refused_per_second=400),) * 3,
            a_pipeline(factor=10),
            Cause.PRODUCER_THROTTLED,
        ),
        pytest.param(
            (Minute(records_per_second=300, record_bytes=3000),) * 3,
            a_pipeline(factor=10),
            Cause.STREAM_TOO_NARROW,
        ),
        pytest.param((Minute(),) * 3, a_pipeline(), Cause.HEALTHY),
    ],
    ids=lambda value: value.value if isinstance(value, Cause) else "",
)
def test_an_illness_is_named_by_its_evidence(
    minutes: tuple[Minute, ...], pipeline: Pipeline, cause: Cause
) -> None:
    found = diagnose(signals(pipeline, *minutes))
    assert [diagnosis.cause for diagnosis in found] == [cause]
    assert all(str(reason) for diagnosis in found for reason in diagnosis.evidence)
    assert all(
        bool(each.advice) != bool(each.cured_by) or each.cause is Cause.HEALTHY for each in found
    )


def test_a_throttled_index_comes_before_a_narrow_stream() -> None:
    minutes = each(GROWING, index_throttles=900, records_per_second=950, batch=100)
    found = causes(a_pipeline(table=a_table(5000, index_units=20)), *minutes)
    assert found == [Cause.INDEX_THROTTLED, Cause.STREAM_TOO_NARROW]


def test_a_throttled_table_explains_the_slow_function_the_errors_and_the_timeouts() -> None:
    minutes = each(GROWING, table_throttles=900, errors=4, longest_seconds=15)
    assert causes(a_pipeline(), *minutes) == [Cause.TABLE_THROTTLED]


@pytest.mark.parametrize(
    ("raised_seconds_ago", "words"),
    [
        (60, "scores is provisioned for 5,000 WCU and consumed 100 WCU"),
        (59, "scores consumed 100 WCU, and is provisioned for 5,000 WCU since 11:59"),
    ],
)
def test_what_was_consumed_is_not_set_against_units_that_came_later(
    raised_seconds_ago: int, words: str
) -> None:
    raised_at = NOON - timedelta(seconds=raised_seconds_ago)
    table = a_table(5000)
    table = replace(table, capacity=replace(table.capacity, last_increase_at=raised_at))
    seen = signals(a_pipeline(table=table), *each(GROWING, table_throttles=900))
    assert words in diagnose(seen)[0].because


def test_a_single_throttled_write_is_not_an_illness() -> None:
    assert causes(a_pipeline(), Minute(table_throttles=1)) == [Cause.HEALTHY]


def test_errors_that_do_not_hold_the_shard_up_are_not_a_poison_batch() -> None:
    assert causes(a_pipeline(), *[Minute(errors=60)] * 3) == [Cause.HEALTHY]


BLOCKED = [Minute(age_seconds=60.0 * at, batch=5, errors=46) for at in range(1, 5)]
"""One lane of twenty stands still, and its failing batch is 4 % of all invocations."""


def test_a_batch_that_blocks_one_lane_of_many_is_a_poison_batch() -> None:
    (found,) = diagnose(signals(a_pipeline(shards=2, factor=10), *BLOCKED))
    assert found.cause is Cause.POISON_BATCH
    assert "138 of 3,600 invocations of scorer failed in 3 min" in told(found)


@pytest.mark.parametrize(
    "minutes",
    [
        [*BLOCKED[:-1], replace(BLOCKED[-1], errors=0)],
        [replace(minute, age_seconds=20 + 30.0 * at) for at, minute in enumerate(BLOCKED)],
    ],
    ids=["nothing fails any more", "the oldest records are read"],
)
def test_a_few_failures_beside_an_age_that_grows_are_not_one(minutes: list[Minute]) -> None:
    assert Cause.POISON_BATCH not in causes(a_pipeline(shards=2, factor=10), *minutes)


def test_a_draining_backlog_is_not_an_illness() -> None:
    found = diagnose(signals(a_pipeline(), *GROWING[:0:-1]))
    assert found[0].cause is Cause.HEALTHY
    assert [each.kind for each in found[0].evidence] == ["backlog-drains"]


def test_silence_is_unknown_and_says_since_when() -> None:
    found = diagnose(signals(a_pipeline(), *[None] * 8))
    assert [each.cause for each in found] == [Cause.UNKNOWN, Cause.AWS_EVENT]
    assert "since 11:52" in found[0].because


def test_a_pipeline_without_any_metrics_is_told_so() -> None:
    found = diagnose(signals(a_pipeline(), None, healthy_before=False))
    assert told(found[0]) == ("CloudWatch has no metrics of this pipeline yet",)


def test_minutes_that_are_merely_late_are_not_silence() -> None:
    assert causes(a_pipeline(), None, None) == [Cause.HEALTHY]


def test_idle_lanes_beside_an_age_that_grows_point_to_a_key_that_came_often() -> None:
    pipeline = a_pipeline(shards=2, factor=10)
    late = [Minute(age_seconds=300 + 40 * at, seconds_per_batch=0.6) for at in range(5)]
    found = diagnose(signals(pipeline, *late))[0]
    assert found.cause is Cause.UNKNOWN
    assert "1.2 of 20 concurrent executions of scorer are busy" in told(found)
    assert "find the most frequent key" in (found.advice or "")


def test_where_no_lane_is_busy_the_mapping_is_to_be_looked_at() -> None:
    pipeline = a_pipeline(shards=2, factor=10)
    late = [Minute(age_seconds=300 + 40 * at, seconds_per_batch=0.1) for at in range(5)]
    found = diagnose(signals(pipeline, *late))[0]
    assert found.cause is Cause.UNKNOWN
    assert "result of the event source mapping" in (found.advice or "")


def test_without_a_processor_that_knows_where_to_look_who_reads_the_source_is_to_be_checked() -> (
    None
):
    late = [Minute(age_seconds=300 + 40 * at, seconds_per_batch=0.1) for at in range(5)]
    seen = signals(a_pipeline(shards=2, factor=10), *late)
    stream_alone = tuple(each for each in seen.pipeline.kinds.signals if each.pack == "kinesis")
    alone = replace(seen.pipeline, kinds=Kinds(lambda: stream_alone))
    found = diagnose(replace(seen, pipeline=alone))[0]
    assert (found.cause, found.advice) == (
        Cause.UNKNOWN, "check who reads racers, and what fails there"
    )  # fmt: skip


def test_a_mapping_that_does_not_read_is_named() -> None:
    pipeline = a_pipeline()
    consumer = consumers_of(pipeline)[0]
    disabled = replace(consumer, mapping=replace(consumer.mapping, state="Disabled"))
    found = diagnose(signals(with_consumers(pipeline, disabled), Minute()))
    assert found[0].cause is Cause.NOT_READING
    assert "Disabled" in found[0].because


REFUSED = (Minute(records_per_second=1200, refused_per_second=300),) * 3


def sampled(pipeline: Pipeline, *per_shard: dict[str, int]) -> Pipeline:
    samples = tuple(
        KeySample(shard.shard_id, tuple(counts.items()))
        for shard, counts in zip(stream_of(pipeline).open_shards, per_shard, strict=True)
    )
    return with_stream(pipeline, replace(stream_of(pipeline), key_samples=samples))


def test_refusals_on_a_stream_with_room_ask_for_a_closer_look() -> None:
    assert is_uneven(signals(a_pipeline(shards=4, factor=10), *REFUSED))


def test_a_table_without_units_left_is_at_its_partitions_limit_and_no_key_is_hot() -> None:
    """One partition takes 1,000 units a second, also out of the burst of fewer."""
    throttling = each(GROWING, table_throttles=900, key_range_throttles=880)
    rate = throttling[-1].records_per_second
    for units, cause in ((int(2 * rate), Cause.HOT_KEY), (int(rate), Cause.TABLE_THROTTLED)):
        (found,) = diagnose(signals(a_pipeline(table=a_table(units)), *throttling))
        assert found.cause is cause
    assert told(found)[-1] == (
        "scores consumed all of its provisioned write capacity: an increase adds partitions"
    )


def test_one_minute_of_a_key_ranges_throttles_tells_of_no_hot_key_yet() -> None:
    """Seconds in which all partitions were at their limit leave units of their minute as well."""
    throttling = each(GROWING, table_throttles=900, key_range_throttles=880)
    one, stabilization = throttling[-1], GROWING[-1]
    for newest, is_hot in (
        ((one, one, one), True),
        ((one, stabilization, one), True),
        ((one, one, stabilization), True),
        ((stabilization, stabilization, one), False),
        ((stabilization, one, stabilization), False),
    ):
        seen = signals(a_pipeline(), *GROWING[:-3], *newest)
        causes = {found.cause for found in diagnose(seen)}
        assert (Cause.HOT_KEY in causes) is is_hot
        assert Cause.TABLE_THROTTLED not in causes


def test_throttles_from_before_the_table_was_raised_tell_of_no_hot_key() -> None:
    throttling = each(GROWING, table_throttles=900, key_range_throttles=880)
    table = a_table(5000)
    raised = replace(table.capacity, last_increase_at=NOON - timedelta(minutes=1))
    (found,) = diagnose(signals(a_pipeline(table=replace(table, capacity=raised)), *throttling))
    assert found.cause is Cause.TABLE_THROTTLED
    assert told(found)[-1] == (
        "the write capacity of scores was increased after that, which adds partitions if there were "
        "too few"
    )


def test_one_key_with_most_of_a_shard_is_a_hot_key_that_no_shard_count_cures() -> None:
    crowd = {f"rider-{at}": 1 for at in range(50)}
    pipeline = sampled(
        a_pipeline(shards=4, factor=10), crowd, {"leader": 400, **crowd}, crowd, crowd
    )
    (found,) = diagnose(signals(pipeline, *REFUSED))
    assert (found.cause, found.where, found.cured_by) == (Cause.HOT_KEY, "shard-1", ())
    assert "'leader'" in found.because


def test_a_key_that_fills_a_lane_of_the_only_shard_is_a_hot_key() -> None:
    crowd = {f"rider-{at}": 1 for at in range(70)}
    late = [Minute(age_seconds=30 + 16.0 * at) for at in range(4)]
    pipeline = a_pipeline(factor=6)
    assert is_uneven(signals(pipeline, *late))
    (found,) = diagnose(signals(sampled(pipeline, {"leader": 30, **crowd}), *late))
    assert (found.cause, found.cured_by) == (Cause.HOT_KEY, ())
    assert "0.8 of 6 concurrent executions of scorer are busy, but the iterator age grows" in (
        found.because
    )
    assert "30% of the records sampled from shard-0 have the partition key 'leader'" in told(found)
    assert causes(sampled(pipeline, {"leader": 20, **crowd}), *late) == [Cause.UNKNOWN]


def test_many_keys_in_one_shard_are_a_hot_shard_that_a_split_cures() -> None:
    crowd = {f"rider-{at}": 1 for at in range(50)}
    busy = {f"rider-{at}": 2 for at in range(150)}
    pipeline = sampled(a_pipeline(shards=4, factor=10), crowd, crowd, busy, crowd)
    (found,) = diagnose(signals(pipeline, *REFUSED))
    assert (found.cause, found.where) == (Cause.HOT_SHARD, "shard-2")
    assert found.cured_by == (LeverKind.SHARD_COUNT,)


def test_even_shards_that_refuse_are_throttled_producers() -> None:
    crowd = {f"rider-{at}": 1 for at in range(50)}
    pipeline = sampled(a_pipeline(shards=4, factor=10), crowd, crowd, crowd, crowd)
    assert causes(pipeline, *REFUSED) == [Cause.PRODUCER_THROTTLED]


@given(
    st.lists(
        st.none()
        | st.builds(
            Minute,
            records_per_second=st.floats(0, 5000),
            refused_per_second=st.floats(0, 5000),
            age_seconds=st.floats(0, 1e6),
            seconds_per_batch=st.floats(0, 30),
            longest_seconds=st.floats(0, 15),
            errors=st.floats(0, 1000),
            throttles=st.floats(0, 1000),
            table_throttles=st.floats(0, 1e5),
        ),
        max_size=10,
    )
)
def test_every_story_has_a_diagnosis_and_none_is_both_healthy_and_ill(
    minutes: list[Minute | None],
) -> None:
    found = causes(a_pipeline(), *minutes)
    assert found
    assert Cause.HEALTHY not in found or found == [Cause.HEALTHY]
    assert found == sorted(found, key=list(Cause).index)


def test_stale_data_is_not_judged_as_now() -> None:
    later = NOON + timedelta(minutes=10)
    found = diagnose(signals(a_pipeline(), *GROWING, now=later))
    assert [each.cause for each in found] == [Cause.UNKNOWN, Cause.AWS_EVENT]


def test_a_metric_that_is_read_by_two_statistics_is_named_once_where_it_is_unread() -> None:
    seen = signals(a_pipeline())
    of = seen.of(consumers_of(seen.pipeline)[0].function)
    windows = (of.duration_sum_milliseconds, of.duration_maximum_milliseconds)
    unread = tuple(replace(each, unread="PartialData") for each in windows)
    (first, *_) = diagnose(replace(seen, series=replace(seen.series, unread=unread)))
    assert first.because.count("could not read Duration of scorer") == 1
