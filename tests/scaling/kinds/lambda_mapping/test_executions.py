"""A plan leaves a function the executions that it needs, on however many shards."""

import pytest

from tests.builders import SPEC, a_pipeline, newest, signals, the_consumer
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.kinds.lambda_mapping import words
from tidegate.scaling.kinds.lambda_mapping.executions import FunctionExecutions

HOUR, COOLDOWN = 3600, 180


def busy(*executions: float, reserved: int | None = None) -> FunctionExecutions:
    """On eight shards with a factor of two; so many were busy in the newest minutes."""
    pipeline = a_pipeline(shards=8, factor=2, reserved_concurrency=reserved)
    durations = [each * 60_000 for each in executions]
    quiet = [0.0] * (90 - len(durations))
    seen = newest(signals(pipeline), "scorer", duration_sum_milliseconds=[*quiet, *durations])
    return FunctionExecutions(seen, the_consumer(pipeline), in_file(SPEC))


def test_the_lever_is_the_factor_of_the_function_and_its_durations_are_told() -> None:
    executions = busy(4)
    assert str(executions.lever) == "parallelization_factor of scorer"
    assert executions.durations.latest == 240_000
    assert executions.least_decrease_share == 0.2


@pytest.mark.parametrize(("count", "shards"), [(8, 1), (8.1, 2), (16, 2), (800, 100)])
def test_the_fewest_shards_leave_a_fifth_to_spare_with_the_highest_factor(
    count: float, shards: int
) -> None:
    assert busy().units_for(count) == shards


@pytest.mark.parametrize(("units", "factor"), [(8, 1), (4, 2), (3, 3), (2, 4), (1, 8)])
def test_fewer_shards_need_a_higher_factor(units: int, factor: int) -> None:
    """Four are busy, and half of them may be."""
    assert busy(4).least_setting(units, HOUR) == factor
    assert busy(4).why_raised(units) == words.EXECUTIONS_ON_FEWER_SHARDS(
        executions=8.0, shards=units, plural="s"[: units > 1]
    )


def test_no_factor_is_higher_than_aws_has() -> None:
    assert busy(400).least_setting(1, HOUR) == 10


def test_only_the_newest_minutes_count_where_only_those_matter() -> None:
    executions = busy(4, 0.5, 0.5, 0.5)
    assert executions.least_setting(1, HOUR) == 8
    assert executions.least_setting(1, COOLDOWN) == 1


def test_the_shards_needed_are_those_for_the_busiest_minute_of_the_hour() -> None:
    assert busy(4, 0, 0, 0).units_needed() == 1
    assert busy(10, 0, 0, 0).units_needed() == 2


@pytest.mark.parametrize(
    ("units", "factor", "enough"), [(4, 2, True), (4, 1, False), (7, 1, False)]
)
def test_too_few_are_told_with_what_is_needed(units: int, factor: int, enough: bool) -> None:
    found = busy(4).too_few(units, factor, HOUR)
    told = words.EXECUTIONS_NEEDED(name="scorer", executions=8.0, shards=units, factor=factor)
    assert found == (None if enough else told)


def test_a_function_needs_no_more_than_it_may_have() -> None:
    assert busy(4, reserved=4).too_few(4, 1, HOUR) is None
    assert busy(4, reserved=5).too_few(4, 1, HOUR) is not None
