"""The work of a job comes in whole shards, partitions and key groups."""

import pytest

from tests.flink_builders import a_flink_pipeline, an_application
from tidegate.scaling.config.specification import ApplicationSpec
from tidegate.scaling.kinds.flink_application.parts import (
    default_max_parallelism,
    even_from,
    few_enough_groups,
    growth_of_the_busiest,
    one_part_fewer,
    parts_of,
)


@pytest.mark.parametrize(
    ("parallelism", "most"),
    [
        (1, 128),
        (100, 128),
        (128, 128),
        (129, 256),
        (172, 256),
        (256, 256),
        (257, 512),
        (400, 512),
        (30_000, 32_768),
    ],
)
def test_flinks_default_maximum_is_128_or_the_next_power_of_two_whatever_it_was_started_with(
    parallelism: int, most: int
) -> None:
    assert default_max_parallelism(parallelism) == most


@pytest.mark.parametrize("started_with", [1, 85, 86, 150, 170, 171, 300, 20_000])
def test_a_job_that_is_raised_to_its_maximum_still_has_that_one(started_with: int) -> None:
    """By what Flink computes of a new job: half more, up to a power of two."""
    half_more = started_with + started_with // 2
    maximum = min(max(128, 1 << (half_more - 1).bit_length()), 32_768)
    for raised in (started_with, (started_with + maximum) // 2, maximum):
        assert default_max_parallelism(raised) <= maximum


@pytest.mark.parametrize(
    ("parts", "least", "even"),
    [
        ((6, 128), 5, 6),
        ((6, 128), 3, 3),
        ((6, 128), 4, 4),
        ((8, 128), 7, 8),
        ((8, 128), 6, 6),
        ((24, 128), 10, 12),
        ((128,), 43, 43),
        ((128,), 56, 64),
        ((128,), 75, 75),
        ((4, 128), 13, 13),
        ((9,), 20, 20),
    ],
)
def test_a_parallelism_is_rounded_up_to_an_even_one_where_that_is_near(
    parts: tuple[int, ...], least: int, even: int
) -> None:
    assert even_from(parts, least, 256) == even


@pytest.mark.parametrize(
    ("groups", "least", "load", "enough"),
    [
        (16, 10, 8.5, 16),
        (16, 10, 7.9, 10),
        (20, 14, 10.3, 20),
        (128, 75, 64.0, 75),
        (128, 75, 65.0, 128),
        (128, 50, 43.0, 64),
        (128, 50, 42.0, 50),
        (16, 20, 30.0, 20),
        (16, 12, 30.0, 16),
        (1000, 12, 11.0, 12),
    ],
)
def test_the_busiest_subtask_has_whole_key_groups_and_time_for_them(
    groups: int, least: int, load: float, enough: int
) -> None:
    assert few_enough_groups(groups, least, load) == enough


@pytest.mark.parametrize(
    ("shards", "before", "after"),
    [(6, 5, 6), (6, 4, 6), (9, 8, 9), (9, 4, 5), (7, 3, 4), (128, 43, 64)],
)
def test_shards_that_lie_unevenly_get_as_many_subtasks_as_take_one_of_each(
    shards: int, before: int, after: int
) -> None:
    assert one_part_fewer((shards, 128), before) == after


def test_but_never_above_what_there_may_be() -> None:
    assert even_from((6, 128), 5, 5) == 5


@pytest.mark.parametrize(
    ("parts", "before", "after", "times"),
    [
        ((), 8, 4, 2.0),
        ((6,), 9, 5, 2.0),
        ((6,), 9, 6, 1.5),
        ((128,), 64, 43, 1.5),
        ((128,), 128, 75, 2.0),
        ((128,), 128, 64, 2.0),
        ((4,), 8, 4, 2.0),
    ],
)
def test_the_busiest_subtask_gets_whole_parts_more(
    parts: tuple[int, ...], before: int, after: int, times: float
) -> None:
    assert growth_of_the_busiest(parts, before, after) == pytest.approx(times)


def test_the_parts_are_shards_or_partitions_and_key_groups() -> None:
    of_stream, of_topic = an_application(4), an_application(4, partitions=24)
    assert parts_of(a_flink_pipeline(of_stream, shards=6), of_stream, None) == (6, 128)
    topic = a_flink_pipeline(of_topic, topic=True)
    assert parts_of(topic, of_topic, ApplicationSpec("counter", max_parallelism=40)) == (24, 40)
    unknown = an_application(4)
    assert parts_of(a_flink_pipeline(unknown, topic=True), unknown, None) == (128,)
