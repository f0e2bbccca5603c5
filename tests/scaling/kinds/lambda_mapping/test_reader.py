"""What a load needs of a function: its factor, and shards for its executions."""

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import (
    SPEC,
    Minute,
    Reading,
    a_pipeline,
    newest,
    signals,
    the_consumer,
    the_table,
    with_consumers,
    with_mapping,
)
from tests.change_records import history
from tidegate.rules.reason import Reason
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import TargetUtilization
from tidegate.scaling.kinds.lambda_mapping.drain_rate import feeding
from tidegate.scaling.kinds.lambda_mapping.reader import FunctionReader, learn_reader
from tidegate.scaling.kinds.lambda_mapping.record_cost import record_cost
from tidegate.scaling.kinds.lambda_mapping.sizing import RateModel, learn_rate
from tidegate.scaling.load.base_load import Used
from tidegate.scaling.load.current_load import Load

SAID = in_file(SPEC)
NONE = Reason.told("none", "")
DRAIN = Reason.told("drain", ", and it is drained")
RATE = RateModel(0.1, 0.004, is_sure=True)
"""Of which one execution does 200 records/s in batches of 100."""


def reader(learnt: RateModel | None = RATE, **mapping: Any) -> FunctionReader:
    pipeline = with_mapping(a_pipeline(shards=4, factor=2), **mapping)
    seen, consumer = signals(pipeline), the_consumer(pipeline)
    return FunctionReader(seen, consumer, learnt, feeding(seen, consumer, learnt, history()))


@pytest.mark.parametrize(
    ("rate", "backlog", "factor"),
    [(1, 0, 1), (400, 0, 1), (401, 0, 2), (4_000, 0, 10), (9_000, 0, 10), (400, 300_000, 2),
     (400, 0.0001, 1), (0, 228_000, 1), (0, 228_300, 2)],
    ids=["hardly any", "four at half of their use", "one more", "ten each", "no more", "a backlog",
         "hardly a backlog", "nearly all of their use", "a little more"],
)  # fmt: skip
def test_the_factor_is_for_the_load_and_for_what_waits(
    rate: float, backlog: float, factor: int
) -> None:
    found = reader().demand(Load(rate, 0, backlog), SAID, 4, NONE)
    assert found is not None
    assert (str(found.lever), found.capacity) == ("parallelization_factor of scorer", factor)


@pytest.mark.parametrize(
    ("backlog", "executions", "utilization"), [(0, "4.0", "50%"), (300_000, "7.4", "95%")]
)
def test_the_factor_says_why_and_how_the_backlog_is_drained(
    backlog: float, executions: str, utilization: str
) -> None:
    found = reader().demand(Load(400, 0, backlog), SAID, 4, DRAIN)
    assert found is not None
    assert str(found.because) == (
        f"{executions} concurrent executions on 4 shards are needed for 400 records/s at a true "
        f"processing rate of 200 records/s per execution, {utilization} utilized, and it is drained"
    )


@pytest.mark.parametrize(
    ("is_sure", "shown", "shards", "kind", "executions", "factor"),
    [
        (False, 300.0, 1, "executions-shown-enough", 2.0, 2),
        (False, 290.0, 1, "executions-shown-enough", 2.1, 3),
        (False, 300.0, 2, "executions-shown-enough", 2.0, 1),
        (False, 100.0, 1, "executions", 6.0, 6),
        (False, None, 1, "executions", 6.0, 6),
        (True, 300.0, 1, "executions", 6.0, 6),
    ],
    ids=["enough", "a tenth is begun", "on two shards", "as many", "not shown", "a sure rate"],
)
def test_of_a_rate_that_is_not_sure_no_more_is_asked_than_was_seen_to_read_as_much(
    is_sure: bool, shown: float | None, shards: int, kind: str, executions: float, factor: int
) -> None:
    """600 records/s are six executions at half of their use, by the rate that was learnt."""
    of = replace(reader(replace(RATE, is_sure=is_sure)), shown=shown)
    found = of.demand(Load(600, 0), SAID, shards, NONE)
    assert found is not None
    numbers = dict(found.because.numbers)
    assert (found.because.kind, numbers["executions"]) == (kind, executions)
    assert (numbers["plural"], found.capacity) == ("s" if shards > 1 else "", factor)


@pytest.mark.parametrize(("shards", "told"), [(1, "1 shard are"), (2, "2 shards are")])
def test_one_shard_is_no_plural(shards: int, told: str) -> None:
    found = reader().demand(Load(400, 0), SAID, shards, NONE)
    assert found is not None
    assert told in str(found.because)


def test_without_a_rate_or_with_one_batch_a_shard_nothing_is_asked_of_the_factor() -> None:
    load = Load(400, 0)
    assert reader(None).demand(load, SAID, 4, NONE) is None
    window = Reading(tumbling_window_seconds=30)
    assert reader(reading=window).demand(load, SAID, 4, NONE) is None


@pytest.mark.parametrize(("rate", "shards"), [(1_600, 1), (1_601, 2), (16_000, 10)])
def test_shards_are_for_executions_of_which_a_fifth_is_spare(rate: float, shards: int) -> None:
    found = reader().source_demand(Load(rate, 0), SAID)
    assert found is not None
    count, because = found
    assert count == shards
    assert f"scorer needs {rate / 100:.1f} concurrent executions" in str(because)


def test_a_file_that_lets_more_be_used_needs_fewer_shards() -> None:
    most = in_file(replace(SPEC, target_utilization=TargetUtilization(concurrency=1.0)))
    found = reader().source_demand(Load(2_000, 0), most)
    assert found is not None
    assert found[0] == 1


def test_a_rate_that_is_not_sure_widens_no_stream() -> None:
    load = Load(9_000, 0)
    assert reader(replace(RATE, is_sure=False)).source_demand(load, SAID) is None
    assert reader(None).source_demand(load, SAID) is None


@pytest.mark.parametrize(
    ("rate", "is_sure"), [(220.0, True), (222.0, False)], ids=["nearly as fast", "slower"]
)
def test_a_rate_below_what_was_seen_to_be_read_is_not_sure(rate: float, is_sure: bool) -> None:
    """By its durations one execution does 44.1 records/s; a quarter of what comes in was read by
    each of four, and a rate that is off by a quarter is another one."""
    pipeline, batches = a_pipeline(shards=4), (40, 60, 80)
    consumer = the_consumer(pipeline)
    slow = replace(consumer, function=replace(consumer.function, timeout_seconds=900))
    minutes = [
        Minute(rate, batch=batch, seconds_per_batch=4 * (0.1 + 0.004 * batch)) for batch in batches
    ]
    seen = signals(with_consumers(pipeline, slow), *minutes)
    learnt = learn_rate(seen, slow)
    assert learnt is not None
    assert learnt.is_sure
    found = learn_reader(seen, slow, history())
    assert found.shown == rate / 4
    assert found.learnt == replace(learnt, is_sure=is_sure)


def test_of_a_function_that_was_not_invoked_nothing_is_learnt() -> None:
    none = [0.0] * 90
    seen = newest(signals(a_pipeline()), "scorer", invocations=none, duration_sum_milliseconds=none)
    assert learn_reader(seen, the_consumer(seen.pipeline), history()).learnt is None


def test_it_is_learnt_from_the_windows() -> None:
    pipeline = a_pipeline(shards=4)
    minutes = [Minute(batch=batch, seconds_per_batch=0.1 + 0.004 * batch) for batch in (40, 60, 80)]
    seen, consumer = signals(pipeline, *minutes), the_consumer(pipeline)
    learnt = learn_rate(seen, consumer)
    found = learn_reader(seen, consumer, history())
    fed = feeding(seen, consumer, learnt, history())
    assert found == FunctionReader(seen, consumer, learnt, fed, shown=25.0)
    assert found.writes == consumer.writes
    consumed = seen.of(the_table(pipeline).capacity).consumed_write_units
    used = Used(consumed, of_reads=True)
    assert found.cost(used) == record_cost(seen, consumer, used)
    most = fed.records_per_second_at_most(SAID, 4)
    assert found.records_per_second_at_most(SAID, 4) == most


@pytest.mark.parametrize(
    ("ages", "keeps_up"),
    [([500.0, 900.0, 15_000.0], True), ([500.0, 15_001.0, 900.0], False),
     ([500.0, None, 500.0], False), ([None, None, None], False)],
    ids=["in time", "late in one minute", "a minute not told", "not published"],
)  # fmt: skip
def test_a_function_keeps_up_by_its_own_age_whatever_waits_for_others(
    ages: list[float | None], keeps_up: bool
) -> None:
    seen = signals(a_pipeline(), *[Minute(age_seconds=600)] * 3)
    seen = newest(seen, "scorer", iterator_age_milliseconds=ages)
    found = learn_reader(seen, the_consumer(seen.pipeline), history())
    assert found.keeps_up is keeps_up


def test_what_will_wait_for_its_table_is_its_own_while_nothing_waits() -> None:
    seen = newest(signals(a_pipeline()), "scorer", iterator_age_milliseconds=[500.0] * 3)
    assert not learn_reader(seen, the_consumer(seen.pipeline), history()).keeps_up


@pytest.mark.parametrize(("age_seconds", "keeps_up"), [(15.0, False), (15.001, True)])
def test_a_function_keeps_up_only_while_the_stream_is_later_than_is_well(
    age_seconds: float, keeps_up: bool
) -> None:
    seen = newest(signals(a_pipeline()), iterator_age_milliseconds=[age_seconds * 1000] * 3)
    seen = newest(seen, "scorer", iterator_age_milliseconds=[500.0] * 3)
    assert learn_reader(seen, the_consumer(seen.pipeline), history()).keeps_up is keeps_up
