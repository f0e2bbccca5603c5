from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import SPEC, Minute, a_pipeline, a_table, signals
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.kinds.lambda_mapping.limits import FACTOR_MAX
from tidegate.scaling.kinds.lambda_mapping.reader import FunctionReader
from tidegate.scaling.kinds.lambda_mapping.sizing import learn_rate
from tidegate.scaling.load.current_load import Load, load_now
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.recommend.learned import Model, learn
from tidegate.scaling.recommend.sizing import size

TABLE = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
INDEX = Lever.of(LeverKind.WRITE_CAPACITY, "scores/by-race")
FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")


def a_model() -> Model:
    return learn(signals(a_pipeline(table=a_table(index_units=50)), Minute()))


def demands(model: Model, load: Load) -> dict[Lever, int]:
    return {
        demand.lever: demand.capacity
        for demand in size(model, load, in_file(SPEC), stream_of(model.pipeline).shard_count)
    }


def test_one_look_sizes_every_layer_downstream_first() -> None:
    found = size(a_model(), Load(1000, 300_000), in_file(SPEC), 1)
    assert [(demand.lever, demand.capacity) for demand in found] == [
        (TABLE, 1429),
        (INDEX, 1429),
        (FACTOR, 10),
        (SHARDS, 2),
    ]
    assert all(str(demand.because) for demand in found)


loads = st.builds(Load, st.floats(0, 1e5), st.floats(0, 1e8), st.floats(0, 1e7))


@given(load=loads, more=loads)
def test_a_larger_load_never_needs_less(load: Load, more: Load) -> None:
    model = a_model()
    larger = Load(
        load.records_per_second + more.records_per_second,
        load.bytes_per_second + more.bytes_per_second,
        load.backlog_records + more.backlog_records,
    )
    small, large = demands(model, load), demands(model, larger)
    assert small.keys() <= large.keys()
    assert all(large[lever] >= capacity for lever, capacity in small.items())


@given(load=loads)
def test_a_met_demand_carries_the_load_within_the_limits(load: Load) -> None:
    model = a_model()
    found = demands(model, load)
    assert found[SHARDS] * 1000 >= load.records_per_second
    assert found[SHARDS] * 1024 * 1024 >= load.bytes_per_second
    assert 1 <= found[FACTOR] <= FACTOR_MAX
    (reader,) = model.readers
    assert isinstance(reader, FunctionReader)
    rate = reader.learnt
    assert rate is not None
    executions = found[SHARDS] * FACTOR_MAX
    assert executions * rate.records_per_busy_second(100) >= load.records_per_second


def test_bytes_can_need_more_shards_than_records() -> None:
    assert demands(a_model(), Load(100, 3 * 1024 * 1024))[SHARDS] == 4


def test_a_backlog_is_drained_by_factor_and_table_not_by_shards() -> None:
    stabilization, behind = Load(200, 60_000), Load(200, 60_000, backlog_records=300_000)
    before, after = demands(a_model(), stabilization), demands(a_model(), behind)
    assert after[FACTOR] > before[FACTOR]
    assert after[TABLE] > before[TABLE]
    assert after[SHARDS] == before[SHARDS]


def test_duration_is_learnt_as_a_plus_b_times_batch() -> None:
    minutes = [Minute(batch=batch, seconds_per_batch=0.2 + 0.007 * batch) for batch in (10, 40, 80)]
    pipeline = a_pipeline()
    learnt = learn_rate(
        signals(pipeline, *minutes, healthy_before=False), consumers_of(pipeline)[0]
    )
    assert learnt is not None
    assert learnt.seconds_per_invocation == pytest.approx(0.2)
    assert learnt.seconds_per_record == pytest.approx(0.007)
    assert learnt.records_per_busy_second(100) == pytest.approx(100 / 0.9)


def test_a_few_odd_minutes_do_not_spoil_what_is_learnt() -> None:
    good = [
        Minute(batch=batch, seconds_per_batch=0.2 + 0.007 * batch) for batch in range(10, 90, 2)
    ]
    odd = [Minute(batch=90, seconds_per_batch=8.0)] * 8
    pipeline = a_pipeline()
    seen = signals(pipeline, *good[:20], *odd, *good[20:], healthy_before=False)
    learnt = learn_rate(seen, consumers_of(pipeline)[0])
    assert learnt is not None
    assert learnt.seconds_per_record == pytest.approx(0.007, rel=0.05)
    assert learnt.seconds_per_invocation == pytest.approx(0.2, rel=0.15)


def test_minutes_of_throttling_do_not_make_the_function_look_slow() -> None:
    pipeline = a_pipeline()
    stretched = Minute(seconds_per_batch=9, table_throttles=500)
    stabilization = learn_rate(signals(pipeline, Minute()), consumers_of(pipeline)[0])
    ill = learn_rate(signals(pipeline, *[stretched] * 5), consumers_of(pipeline)[0])
    assert stabilization is not None
    assert ill == stabilization


def test_a_function_that_became_slower_is_believed_after_three_minutes() -> None:
    pipeline = a_pipeline()
    slower = Minute(seconds_per_batch=1.2)
    learnt = learn_rate(signals(pipeline, *[slower] * 3), consumers_of(pipeline)[0])
    assert learnt is not None
    assert learnt.records_per_busy_second(50) == pytest.approx(50 / 1.2, rel=0.05)


def test_a_rate_from_throttled_minutes_alone_does_not_widen_the_stream() -> None:
    pipeline = a_pipeline()
    stretched = Minute(seconds_per_batch=30, table_throttles=500)
    model = learn(signals(pipeline, *[stretched] * 3, healthy_before=False))
    assert demands(model, Load(100, 30_000))[SHARDS] == 1


def test_the_backlog_is_what_came_in_during_the_iterator_age_and_what_joined_since() -> None:
    late = [replace(Minute(), age_seconds=age) for age in (570, 600)]
    load = load_now(signals(a_pipeline(), *late), 1.0, 300)
    assert load.backlog_records == pytest.approx(60_000)
    assert load.to_drain == pytest.approx(60_000 + 100 * 30 / 60 * 180)
