"""The parts of a plan are played by the kinds that a pipeline was described with."""

from tests.builders import a_pipeline, of_types
from tests.change_records import change, history
from tests.flink_builders import a_flink_pipeline, an_application
from tests.scaling.kinds.toy import TOY
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.reason import Reason
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.load.offered_load import SourceChange
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.roles import (
    NO_PART,
    let_in,
    planning_of,
    plannings,
    source_change,
    source_demands,
    source_of,
)


def test_the_source_with_units_is_the_stream() -> None:
    source = source_of(a_pipeline(shards=4))
    assert source is not None
    assert (str(source.lever), source.count) == ("shard_count of racers", 4)


def test_a_topic_and_a_kind_that_says_nothing_have_none() -> None:
    assert source_of(a_flink_pipeline(topic=True)) is None
    assert source_of(of_types(a_pipeline(), TOY)) is None


SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")


def test_the_last_change_of_the_source_is_that_of_its_units() -> None:
    made = change(SHARDS, 2, 4, minutes_ago=7)
    pipeline = a_pipeline(shards=4)
    assert source_change(pipeline, history(made)) == SourceChange(made.begun_at, 30)
    assert source_change(pipeline, history()) is None
    assert source_change(a_flink_pipeline(topic=True), history(made)) is None


def test_a_source_lets_in_what_its_units_take_and_one_without_units_everything() -> None:
    load = Load(9_000, 9_000)
    pipeline = a_pipeline(shards=4)
    assert let_in(load, pipeline) == Load(4_000, 4_000)
    assert let_in(load, pipeline, 2) == Load(2_000, 2_000)
    assert let_in(load, a_flink_pipeline(topic=True)) == load


def test_a_processor_that_can_not_read_from_so_few_units_asks_for_more() -> None:
    why = Reason.told("test", "subtasks wait")
    ill = Diagnosis(Cause.SOURCE_TOO_NARROW, "racers", (why,), (LeverKind.SHARD_COUNT,))
    (demand,) = source_demands(a_flink_pipeline(an_application(8), shards=2), (ill,))
    assert (demand.lever, demand.capacity) == (SHARDS, 8)
    assert list(source_demands(a_flink_pipeline(an_application(8), topic=True), (ill,))) == []
    assert list(source_demands(a_pipeline(shards=2), (ill,))) == []


def test_the_part_of_a_kind_is_found_by_its_levers() -> None:
    pipeline = a_pipeline()
    assert planning_of(SHARDS, pipeline) is plannings(pipeline)[-1]
    assert planning_of(SHARDS, of_types(pipeline, TOY)) is NO_PART
    assert plannings(of_types(pipeline, TOY)) == ()
