"""What windows say in the terms of the field, up to the edges of their thresholds."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import (
    NOON,
    Reading,
    a_pipeline,
    a_table,
    newest,
    signals,
    the_consumer,
    with_mapping,
)
from tests.flink_builders import a_flink_pipeline, job_signals
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.signals import Signals

HEALTHY = signals(a_pipeline(factor=2))


def aged(*seconds: float | None, of: Pipeline | None = None) -> Signals:
    """The newest ages, one a minute; before them the age is 1 s."""
    seen = signals(of or a_pipeline(factor=2))
    return newest(seen, iterator_age_milliseconds=[each and each * 1000 for each in seconds])


@pytest.mark.parametrize(
    ("seconds", "age", "growth", "falls", "is_out", "is_sick"),
    [
        ((1,), 1, 0, False, False, False),
        ((10, 15), 15, 5 / 60, False, False, False),
        ((14, 15.5, 17), 17, 1.5 / 60, False, False, False),
        ((14, 16, 19), 19, 3 / 60, False, False, False),
        ((14, 16, 19.1), 19.1, 3.1 / 60, False, False, True),
        ((59, 60), 60, 1 / 60, False, False, False),
        ((60, 61), 61, 1 / 60, False, True, True),
        ((103, 102, 100), 100, -2 / 60, False, True, True),
        ((107, 104, 101), 101, -3 / 60, True, True, False),
        ((200, 190, 180), 180, -10 / 60, True, True, False),
        ((100, 160, None), 160, 1, False, True, True),
        ((100, 160, None, None), 160, 0, False, True, True),
        ((100, 160, None, None, None), None, 0, False, False, False),
        ((1, 1, 100), 1, 0, False, False, False),
    ],
    ids=[
        "well", "grows below a quarter", "grows slowly", "grows at the limit", "grows faster",
        "the objective itself", "over it", "over it and falls slowly", "over it and falls",
        "drains", "late", "one sample left", "silent", "not confirmed",
    ],
)  # fmt: skip
def test_an_age_is_sick_over_the_objective_or_growing_towards_it(
    seconds: tuple[float | None, ...],
    age: float | None,
    growth: float,
    falls: bool,
    is_out: bool,
    is_sick: bool,
) -> None:
    seen = aged(*seconds)
    assert (seen.age_seconds, seen.age_falls) == (age, falls)
    assert seen.age_growth == pytest.approx(growth)
    assert (seen.is_out_of_objective, seen.age_is_sick) == (is_out, is_sick)


@pytest.mark.parametrize(
    ("seconds", "behind"),
    [((97, 100, 103), False), ((97, 100, 103.1), True), ((10, 30, 50), False),
     ((109, 106, 103), False)],
    ids=["at the limit of growth", "over it and grows", "grows within the objective", "falls"],
)  # fmt: skip
def test_a_reader_falls_behind_where_its_age_is_over_the_objective_and_grows(
    seconds: tuple[float, ...], behind: bool
) -> None:
    assert aged(*seconds).falls_behind is behind


def test_growth_is_per_second_between_the_two_newest_ages() -> None:
    assert aged(100, None, 160).age_growth == 0.5


def test_a_quarter_of_the_objective_is_well() -> None:
    assert HEALTHY.age_well_seconds == 15
    assert replace(HEALTHY, iterator_age_max_seconds=600).age_well_seconds == 150


def full(seen: Signals, concurrent: float) -> Signals:
    """So many executions of the function busy in the newest minute."""
    return newest(seen, "scorer", duration_sum_milliseconds=[0, 0, concurrent * 60_000])


@pytest.mark.parametrize(
    ("reader", "busy", "holds"),
    [
        (a_pipeline(shards=5, factor=2), 8, True),
        (a_pipeline(shards=5, factor=2), 7.9, False),
        (a_pipeline(shards=5, factor=2, reserved_concurrency=5), 4, True),
        (a_pipeline(shards=5, factor=2, reserved_concurrency=5), 3.9, False),
        (a_pipeline(shards=5, factor=2, reserved_concurrency=0), 0.8, True),
        (a_pipeline(shards=5, factor=2, reserved_concurrency=0), 0.7, False),
    ],
    ids=["four fifths", "fewer", "of the cap", "below the cap", "no cap to speak of", "idle"],
)
def test_one_rise_holds_where_a_reader_is_at_its_end(
    reader: Pipeline, busy: float, holds: bool
) -> None:
    seen = full(aged(1, 1, 100, of=reader), busy)
    assert seen.is_saturated is holds
    assert seen.age_seconds == (100 if holds else 1)


def test_a_function_with_other_sources_is_never_at_its_end_for_certain() -> None:
    pipeline = with_reading(a_pipeline(), Reading(other_sources=("queue",)))
    assert not full(aged(1, 1, 100, of=pipeline), 9).is_saturated


def with_reading(pipeline: Pipeline, reading: Reading) -> Pipeline:
    return with_mapping(pipeline, reading=reading)


@pytest.mark.parametrize(
    ("field", "throttled", "is_throttled"),
    [
        ("write_throttles", 0.99, False),
        ("write_throttles", 1, True),
        ("read_throttles", 0.99, False),
        ("read_throttles", 1, True),
    ],
)
def test_one_percent_of_throttled_writes_or_reads_is_a_throttled_table(
    field: str, throttled: float, is_throttled: bool
) -> None:
    consumed = {"consumed_write_units": [33] * 3, "consumed_read_units": [33] * 3}
    seen = newest(HEALTHY, "scores", **consumed, **{field: [0, 0, throttled]})
    consumer = the_consumer(seen.pipeline)
    assert seen.is_throttled_downstream(consumer) is is_throttled
    assert seen.is_saturated is is_throttled


def test_a_throttled_index_is_a_throttled_table() -> None:
    seen = signals(a_pipeline(table=a_table(5000, index_units=10)))
    seen = newest(seen, "scores/by-race", write_throttles=[9000])
    assert seen.is_throttled_downstream(the_consumer(seen.pipeline))


def test_producers_are_throttled_by_what_the_newest_minute_refused() -> None:
    seen = newest(HEALTHY, write_throttles=[90, 100], incoming_records=[100, 300])
    assert seen.producers_throttled == 0.25
    assert newest(seen, write_throttles=[0]).producers_throttled == 0


@pytest.mark.parametrize(
    ("refused", "fall"),
    [
        ((100, 80, 94), True),
        ((100, 80, 95), False),
        ((20, 100, 94), True),
        ((100, None, 94), True),
        ((100, None, 95), False),
        ((None, None, 10), False),
        ((0, 0, 0), False),
        ((1000, 10, 10, 10), False),
    ],
    ids=["fewer", "as many", "the largest counts", "a gap", "a gap and as many", "one minute",
         "none at all", "longer ago"],
)  # fmt: skip
def test_after_a_change_refusals_fall_where_the_newest_minute_has_a_twentieth_fewer(
    refused: tuple[float | None, ...], fall: bool
) -> None:
    changed = replace(HEALTHY, changed_at=NOON - timedelta(seconds=359))
    assert newest(changed, write_throttles=refused).refusals_fall is fall


@pytest.mark.parametrize(
    ("refused", "fall"),
    [
        ((100, 100, 75), True),
        ((100, 100, 76), False),
        ((100, 90, 60), True),
        ((100, None, 61), False),
        ((100, 94, 88), False),
        ((0, 200, 0), True),
        ((None, None, 10), False),
    ],
    ids=["gone in three minutes", "in more", "over two minutes", "in more, over two", "slowly",
         "gone", "one minute"],
)  # fmt: skip
@pytest.mark.parametrize("minutes_ago", [None, 6])
def test_without_a_change_refusals_fall_where_they_end_soon(
    refused: tuple[float | None, ...], fall: bool, minutes_ago: int | None
) -> None:
    at = None if minutes_ago is None else NOON - timedelta(minutes=minutes_ago)
    unmoved = replace(HEALTHY, changed_at=at)
    assert newest(unmoved, write_throttles=refused).refusals_fall is fall


@pytest.mark.parametrize(
    ("seconds_ago", "is_in_cooldown"), [(0, True), (179, True), (180, False), (None, False)]
)
def test_a_change_is_settled_after_three_minutes_of_metrics(
    seconds_ago: int | None, is_in_cooldown: bool
) -> None:
    at = None if seconds_ago is None else NOON - timedelta(seconds=seconds_ago)
    assert replace(HEALTHY, changed_at=at).is_in_cooldown is is_in_cooldown


def test_without_fresh_metrics_nothing_is_known_to_be_in_cooldown() -> None:
    silent = signals(a_pipeline(), *[None] * 10)
    assert not replace(silent, changed_at=NOON).is_in_cooldown


@pytest.mark.parametrize(
    ("busy", "busiest", "cpu_percent", "is_saturated"),
    [
        (800, 800, 50, True),
        (799.5, 799.5, 50, False),
        (100, 800, 50, True),
        (None, None, 79, False),
        (None, None, 80, True),
        (None, None, None, False),
    ],
)
def test_an_application_is_at_its_end_by_its_busiest_subtask(
    busy: float | None, busiest: float | None, cpu_percent: float | None, is_saturated: bool
) -> None:
    seen = newest(
        job_signals(a_flink_pipeline()), "counter",
        busy=[busy] * 3, busiest=[busiest] * 3, cpu_percent=[cpu_percent] * 3,
    )  # fmt: skip
    assert seen.is_saturated is is_saturated


def test_the_age_has_the_name_that_its_source_gives_it() -> None:
    names = HEALTHY.age_name, job_signals(a_flink_pipeline()).age_name
    assert names == ("iterator age", "time behind the latest record")


def test_readers_that_no_file_names_are_counted_minute_by_minute() -> None:
    seen = newest(HEALTHY, read_records=[12_000] * 60)
    assert seen.shared_readers[-1] == 2
    assert HEALTHY.shared_readers == (1,) * 90


@pytest.mark.parametrize(
    ("refused", "changed_minutes_ago", "minutes"),
    [((), None, 15), ((5, 4, 3), None, 12), ((5, 0, 3), None, 14), ((5, 4, 3), 2, 13),
     ((5, 4, 3), 4, 12)],
    ids=["none", "three minutes of them", "one since they ended", "a lever moved since",
         "a lever moved before"],
)  # fmt: skip
def test_refusals_may_take_a_quarter_of_an_hour_to_end(
    refused: tuple[float, ...], changed_minutes_ago: int | None, minutes: int
) -> None:
    seen = newest(HEALTHY, write_throttles=(0, *refused))
    end = seen.series.source.write_throttles.end
    if changed_minutes_ago is not None:
        seen = replace(seen, changed_at=end - timedelta(minutes=changed_minutes_ago))
    assert seen.refusals_fall_until == end + timedelta(minutes=minutes)


@pytest.mark.parametrize(("minutes", "fall"), [(15, True), (16, False)])
def test_refusals_that_fall_for_longer_than_that_do_not_end(minutes: int, fall: bool) -> None:
    refused = [900.0] * (minutes - 2) + [500.0, 100.0]
    unmoved = replace(HEALTHY, changed_at=None)
    assert newest(unmoved, write_throttles=(0, *refused)).refusals_fall is fall
