"""Several mappings of a function on one stream each read all of it, and share its metrics."""

from dataclasses import replace

import pytest

from tests.builders import SPEC, Minute, a_pipeline, newest, signals, the_consumer, with_consumers
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.lambda_mapping.concurrency import executions
from tidegate.rules.kinds.lambda_mapping.state import Reading
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.kinds.lambda_mapping import words
from tidegate.scaling.kinds.lambda_mapping.concurrency import ANY_OWNER, concurrency
from tidegate.scaling.kinds.lambda_mapping.levers import factor_constraints
from tidegate.scaling.kinds.lambda_mapping.sizing import learn_rate
from tidegate.scaling.model.plan import Prohibition


def several(*factors: int, shards: int = 3) -> Pipeline:
    """One function with a mapping of each factor."""
    pipeline = a_pipeline(shards=shards, factor=factors[0])
    one = the_consumer(pipeline)
    beside = tuple(
        replace(one.mapping, uuid=f"beside-{factor}", parallelization_factor=factor)
        for factor in factors[1:]
    )
    return with_consumers(pipeline, replace(one, beside=beside))


@pytest.mark.parametrize(
    ("factors", "expected"), [((4,), 12), ((4, 4), 24), ((4, 1, 2), 21)], ids=["1", "2", "3"]
)
def test_they_have_their_executions_together(factors: tuple[int, ...], expected: int) -> None:
    pipeline = several(*factors)
    assert executions(signals(pipeline), the_consumer(pipeline)) == expected


@pytest.mark.parametrize("factors", [(1,), (1, 1), (1, 4, 2)])
def test_each_reads_every_record(factors: tuple[int, ...]) -> None:
    seen = newest(
        signals(several(*factors), Minute()),
        read_records=[6000 * len(factors)] * 90,
    )
    assert (seen.named_readers, set(seen.shared_readers)) == (len(factors), {len(factors)})
    assert set(seen.reads_of_each.samples) == {6000}


def test_one_that_reads_through_a_consumer_of_its_own_shares_no_reads() -> None:
    pipeline = several(1, 1)
    one = the_consumer(pipeline)
    fast = replace(one.beside[0], reading=Reading(fan_out="fast"))
    seen = signals(with_consumers(pipeline, replace(one, beside=(fast,))), Minute())
    assert seen.named_readers == 1
    assert executions(seen, the_consumer(seen.pipeline)) == 6


@pytest.mark.parametrize("mappings", [1, 2, 3])
def test_a_record_takes_an_execution_as_often_as_it_is_read(mappings: int) -> None:
    seen = signals(several(*[1] * mappings), Minute(batch=100, seconds_per_batch=0.5))
    calls = [6000 / 100 * mappings] * 90
    seen = newest(seen, read_records=[6000 * mappings] * 90)
    seen = newest(
        seen, "scorer", invocations=calls, duration_sum_milliseconds=[500 * each for each in calls]
    )
    learnt = learn_rate(seen, the_consumer(seen.pipeline))
    assert learnt is not None
    assert learnt.is_sure
    assert learnt.records_per_busy_second(100) == pytest.approx(200 / mappings)


@pytest.mark.parametrize(("factors", "fixed"), [((2, 2), 4), ((2, 3, 1), 6)])
def test_the_factor_of_one_is_not_moved_and_shards_do_what_it_would(
    factors: tuple[int, ...], fixed: int
) -> None:
    pipeline = several(*factors)
    consumer = the_consumer(pipeline)
    had = concurrency(pipeline, consumer, in_file(SPEC), ANY_OWNER)
    assert (had.executions_on(3), had.executions(3, 9), had.shards_for(5 * fixed)) == (
        3 * fixed, 3 * fixed, 5,
    )  # fmt: skip
    held = Prohibition(words.SEVERAL_MAPPINGS(name="scorer", mappings=len(factors)))
    assert held in list(factor_constraints(consumer, 3, 1000))
    alone = the_consumer(several(2))
    assert not any(isinstance(each, Prohibition) for each in factor_constraints(alone, 3, 1000))
