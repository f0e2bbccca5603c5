"""Which executions are busy, and what gives more of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import (
    NOON,
    Reading,
    Samples,
    a_pipeline,
    newest,
    signals,
    the_consumer,
    with_consumers,
)
from tests.rules.kinds.lambda_mapping.late import a_mapping
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.lambda_mapping.too_slow import (
    executions_in_use,
    slow_to_drain,
    too_slow,
)
from tidegate.rules.setting_steps import SettingStep


def test_executions_of_a_function_with_other_sources_are_not_counted() -> None:
    pipeline = a_mapping(reading=Reading(other_sources=("queue", "topic")))
    told = str(executions_in_use(signals(pipeline), the_consumer(pipeline)))
    assert told.startswith("scorer has other event sources (2), whose invocations are among")


def after_a_reshard(
    busy: float, *, minutes: int = 12, before: int = 1, shards: int = 4, age: float = 750
) -> list[Diagnosis]:
    """So many executions of factor 1 are busy after shards were changed; the age grows by 10 s a
    minute."""
    ages = [1000 * (age - 10 * back) for back in reversed(range(40))]
    seen = newest(
        newest(signals(a_pipeline(shards=shards)), iterator_age_milliseconds=ages), "scorer",
        invocations=[600] * 5, duration_sum_milliseconds=[busy * 60_000] * 5,
    )  # fmt: skip
    at = NOON - timedelta(minutes=minutes)
    step = SettingStep(LeverKind.SHARD_COUNT, "racers", at, before)
    seen = replace(seen, steps=(step,))
    return [*too_slow(seen, the_consumer(seen.pipeline))]


@pytest.mark.parametrize(("before", "busy"), [(1, 1.0), (2, 1.9), (3, 2.6)])
def test_shards_from_before_a_reshard_that_are_read_for_long_get_a_higher_factor(
    before: int, busy: float
) -> None:
    (told,) = after_a_reshard(busy, before=before)
    assert told.cause is Cause.CONSUMER_TOO_SLOW
    assert told.cured_by == (LeverKind.PARALLELIZATION_FACTOR,)
    assert told.because.startswith(
        f"scorer uses {busy} of {before} concurrent executions: the shards from before the change "
        f"at 11:48 (shard count {before}) are read to the end before the new ones are"
    )


def test_so_they_are_after_a_merge_though_there_were_more_of_them() -> None:
    (told,) = after_a_reshard(3.9, before=8)
    assert told.because.startswith(
        "3.9 of 4 concurrent executions of scorer are busy (shard count 4"
    )


@pytest.mark.parametrize(
    "seen",
    [after_a_reshard(1.0, minutes=9, age=600), after_a_reshard(0.5), after_a_reshard(1.0, age=500)],
    ids=["ten minutes are not over", "not busy", "the new shards are read"],
)
def test_else_they_are_waited_for(seen: list[Diagnosis]) -> None:
    assert seen == []


# ---- a backlog that gets less


def draining(
    per_minute: float = -20, *, age: float = 600, busy: float = 1.0, **of: Samples
) -> list[Diagnosis]:
    """So many of the one execution are busy, and the age falls by so many seconds a minute."""
    ages = [1000 * (age + per_minute * at) for at in range(5)]
    seen = newest(
        newest(signals(a_pipeline(shards=1)), iterator_age_milliseconds=ages), "scorer",
        invocations=[600] * 5, duration_sum_milliseconds=[busy * 60_000] * 5, **of,
    )  # fmt: skip
    return [*slow_to_drain(seen)]


def test_a_reader_whose_executions_are_all_busy_is_too_slow_to_drain() -> None:
    (told,) = draining()
    assert (told.cause, told.cured_by) == (
        Cause.CONSUMER_TOO_SLOW, (LeverKind.PARALLELIZATION_FACTOR, LeverKind.SHARD_COUNT),
    )  # fmt: skip
    assert "the iterator age is 520 s and falls by 20 s per minute, for longer than" in told.because


@pytest.mark.parametrize(
    "told",
    [
        draining(busy=0.7),
        draining(20),
        draining(0),
        draining(-5, age=40),
        draining(errors=[0, 0, 0, 1, 0]),
    ],
    ids=["not busy", "grows", "stands", "within the objective", "something fails"],
)
def test_nothing_is_said_of_a_reader_with_time_to_spare_or_whose_calls_fail(
    told: list[Diagnosis],
) -> None:
    assert told == []


def test_behind_a_table_that_throttles_it_waits_for_the_table() -> None:
    seen = newest(signals(a_pipeline(shards=1)), iterator_age_milliseconds=[600_000, 580_000])
    busy = newest(seen, "scorer", invocations=[600] * 5, duration_sum_milliseconds=[60_000] * 5)
    assert [*slow_to_drain(busy)] != []
    assert [*slow_to_drain(newest(busy, "scores", write_throttles=[900] * 3))] == []


def test_of_two_readers_the_one_is_named_that_is_late_itself() -> None:
    one = a_pipeline(shards=1)
    consumer = the_consumer(one)
    beside = replace(consumer, function=replace(consumer.function, name="mailer"))
    ages = [600_000.0, 580_000.0, 560_000.0]
    seen = newest(signals(with_consumers(one, consumer, beside)), iterator_age_milliseconds=ages)
    for name, own in (("scorer", ages), ("mailer", [200.0] * 3)):
        seen = newest(
            seen, name, invocations=[600] * 3, duration_sum_milliseconds=[60_000] * 3,
            iterator_age_milliseconds=own,
        )  # fmt: skip
    assert [each.where for each in slow_to_drain(seen)] == ["scorer"]
