"""The parts of a plan are played by the kinds that a pipeline was described with."""

from dataclasses import replace

from tests.builders import SPEC, a_pipeline, newest, of_types, signals
from tests.change_records import change, history
from tests.flink_builders import (
    FLINK_SPEC,
    JobMinute,
    a_flink_pipeline,
    an_application,
    job_signals,
)
from tests.scaling.kinds.toy import TOY
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Role
from tidegate.rules.reason import Reason
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.levers import all_settings
from tidegate.scaling.load.offered_load import SourceChange
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.roles import (
    NO_PART,
    arrivals_of,
    capacity_causes,
    executions_of,
    planning_of,
    plannings,
    role_of,
    source_change,
    source_demands,
    source_of,
    uneven_causes,
    units_of,
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


def test_each_lever_that_is_sized_with_others_has_a_role() -> None:
    pipeline = a_pipeline()
    roles = {lever.kind.value: role_of(lever, pipeline) for lever in all_settings(pipeline)}
    assert roles == {
        "write_capacity": Role.SINK, "read_capacity": Role.SINK,
        "parallelization_factor": Role.PROCESSOR, "shard_count": Role.SOURCE,
        "batching_window_seconds": None, "retention_hours": None,
    }  # fmt: skip
    alone = a_flink_pipeline(topic=True)
    assert {role_of(lever, alone) for lever in all_settings(alone)} == {None}


def test_the_units_are_those_of_the_source() -> None:
    assert units_of(a_pipeline(shards=4)) == 4
    assert units_of(a_flink_pipeline(topic=True)) == 0


def test_a_source_without_units_tells_its_arrivals_as_they_are() -> None:
    """Nothing came in, and the readers found the stream empty."""
    silent = newest(signals(a_pipeline()), incoming_records=[None] * 3, read_records=[0.0] * 3)
    silent = newest(silent, iterator_age_milliseconds=[0.0] * 3)
    assert arrivals_of(silent).samples[-3:] == (0.0, 0.0, 0.0)
    toy = replace(silent, pipeline=of_types(silent.pipeline, TOY))
    assert arrivals_of(toy).samples[-3:] == (None, None, None)


def test_executions_are_those_of_each_function() -> None:
    (executions,) = executions_of(signals(a_pipeline()), in_file(SPEC))
    assert str(executions.lever) == "parallelization_factor of scorer"
    job = job_signals(a_flink_pipeline(), JobMinute())
    assert executions_of(job, in_file(FLINK_SPEC)) == ()


def test_what_capacity_cures_and_what_is_uneven_is_what_kinds_say() -> None:
    pipeline = a_pipeline()
    assert capacity_causes(pipeline) == {Cause.TABLE_THROTTLED, Cause.INDEX_THROTTLED}
    assert uneven_causes(pipeline) == {Cause.HOT_KEY, Cause.HOT_SHARD}
    assert uneven_causes(a_flink_pipeline(topic=True)) == frozenset()
