"""A stream takes part in a plan by its shards."""

from dataclasses import replace
from typing import TypeVar

from tests.builders import (
    NOON,
    SPEC,
    Minute,
    a_pipeline,
    a_stream,
    signals,
    the_consumer,
    with_key_samples,
)
from tests.change_records import change, history
from tests.flink_builders import a_flink_pipeline
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Question
from tidegate.rules.kinds.kinesis_stream.state import KeySample, stream_of
from tidegate.rules.reason import Reason
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.kinds.kinesis_stream.actions import SPLIT_SHARD, MergeShards, SplitShard
from tidegate.scaling.kinds.kinesis_stream.planning import StreamPlanning
from tidegate.scaling.kinds.kinesis_stream.resource import KinesisStream
from tidegate.scaling.kinds.kinesis_stream.units import Shards
from tidegate.scaling.model.change_record import Lever, Outcome, refused_by_limit
from tidegate.scaling.model.look import Look, Situation
from tidegate.scaling.model.plan import Decision
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation


def test_the_units_of_a_pipeline_are_the_shards_of_its_stream() -> None:
    pipeline = a_pipeline(shards=3)
    planning = KinesisStream().planning(pipeline)
    assert planning == StreamPlanning(stream_of(pipeline))
    assert planning.source == Shards.of(stream_of(pipeline))


def test_it_is_known_who_reads_with_throughput_of_its_own() -> None:
    pipeline = a_pipeline(shards=3)
    consumer = the_consumer(pipeline)
    reading = replace(consumer.mapping.reading, fan_out="fast")
    pushed = replace(consumer, mapping=replace(consumer.mapping, reading=reading))
    for others, is_polled in (((), False), ((consumer,), True)):
        resources = (stream_of(pipeline), pushed, *others)
        planning = KinesisStream().planning(replace(pipeline, resources=resources))
        assert isinstance(planning, StreamPlanning)
        assert (planning.source.pushed, planning.source.is_polled) == (1, is_polled)


def test_a_topic_has_no_shards() -> None:
    assert KinesisStream().planning(a_flink_pipeline(topic=True)) is None


SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
RETENTION = Lever.of(LeverKind.RETENTION_HOURS, "racers")
NARROW = Decision(SHARDS, 2, 3, 2, UNCHANGED)


def look(*diagnoses: Diagnosis) -> Look:
    keys = KeySample("shard-1", tuple((str(key), 1) for key in range(100)))
    seen = signals(with_key_samples(a_pipeline(shards=2), keys), Minute())
    return Look(seen, diagnoses, in_file(SPEC), history(), NOON)


def planning(shards: int = 2) -> StreamPlanning:
    return StreamPlanning(a_stream(shards))


def test_a_hot_shard_is_split_instead_of_all_being_resized() -> None:
    why = Reason.told("test", "one shard is hot")
    hot = Diagnosis(Cause.HOT_SHARD, "shard-1", (why,), (LeverKind.SHARD_COUNT,))
    (found,) = planning().instead(look(hot), [NARROW])
    assert found is not None
    assert isinstance(found.action, SplitShard)
    assert (found.recommendation.lever, found.recommendation.wanted) == (SHARDS, 3)
    assert list(planning().instead(look(), [NARROW])) == []


def test_without_its_usual_call_the_count_moves_by_one_split_or_merge() -> None:
    up, down = planning().step(SHARDS, 4), planning(4).step(SHARDS, 2)
    assert up is not None
    assert down is not None
    assert (type(up[0]), up[1]) == (SplitShard, 3)
    assert (type(down[0]), down[1]) == (MergeShards, 3)
    assert planning(4).step(SHARDS, 4) is None
    assert planning().step(RETENTION, 48) is None


def test_splits_wait_after_one_was_refused_and_merges_do_not() -> None:
    refused = change(
        SHARDS, 2, 3, minutes_ago=2, operation=SPLIT_SHARD, outcome=Outcome.FAILED,
        detail=refused_by_limit("no shards left"),
    )  # fmt: skip
    situation = Situation(signals(a_pipeline()), history(refused), NOON)
    more, fewer = (Recommendation(SHARDS, 2, wanted, UNCHANGED) for wanted in (3, 1))
    assert len(list(planning().limits_instead(situation, more))) == 1
    assert list(planning().limits_instead(situation, fewer)) == []
    busy = StreamPlanning(a_stream(2, status="UPDATING"))
    assert len(list(busy.limits_instead(situation, fewer))) == 1


def test_a_count_that_finishes_sooner_is_preferred_and_a_retention_is_as_it_was_allowed() -> None:
    assert planning(8).preferred(SHARDS, 8, 9) == 10
    assert planning(8).preferred(RETENTION, 24, 25) == 25


A = TypeVar("A")


def test_keys_are_looked_at_only_where_a_shard_seems_to_carry_more_than_its_part() -> None:
    class Nobody:
        def ask(self, question: Question[A]) -> A:
            raise AssertionError("nothing is to be asked")

    seen = signals(a_pipeline(shards=2), Minute())
    assert planning().look_closer(seen, Nobody(), NOON) == (seen, ())


def test_the_shards_are_changed_by_a_command_too() -> None:
    assert planning().shared_levers == (SHARDS,)
