"""Which executions are busy, and what gives more of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, Reading, a_pipeline, newest, signals, the_consumer
from tests.rules.kinds.lambda_mapping.late import a_mapping
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.lambda_mapping.too_slow import executions_in_use, too_slow
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
