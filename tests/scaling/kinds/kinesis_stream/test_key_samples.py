"""Keys are sampled where one shard seems to carry more than its part, and only there."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import TypeVar, cast

import pytest

from tests.builders import NOON, Minute, a_pipeline, signals
from tests.flink_builders import JobMinute, a_flink_pipeline, job_signals
from tidegate.rules.graph import Question
from tidegate.rules.kinds.kinesis_stream.state import KeySample, SampleKeys, Stream, stream_of
from tidegate.scaling.kinds.kinesis_stream.key_samples import look_before_change, look_closer
from tidegate.scaling.model.errors import Throttled

A = TypeVar("A")
REFUSED = [Minute(records_per_second=500, refused_per_second=200, age_seconds=1)] * 5


@dataclass
class Shards:
    """Looks into shards, and notes which and for how long."""

    refuse: bool = False
    keys: Iterator[str] = field(default_factory=lambda: repeat("a"))
    asked: list[tuple[str, int]] = field(default_factory=list)

    def ask(self, question: Question[A]) -> A:
        assert isinstance(question, SampleKeys)
        assert (question.stream, question.until) == ("racers", NOON)
        if self.refuse:
            raise Throttled("kinesis:GetRecords", question.stream, "too often")
        self.asked.append((question.shard_id, question.seconds))
        return cast(A, KeySample(question.shard_id, ((next(self.keys), 3),)))


@pytest.mark.parametrize("shards", [2, 4, 30])
def test_each_shard_is_looked_into_for_a_few_hundred_records(shards: int) -> None:
    looked = Shards()
    seen, advice = look_closer(signals(a_pipeline(shards=shards), *REFUSED), looked, NOON)
    assert advice == ()
    assert len(looked.asked) == len(stream_of(seen.pipeline).key_samples) == min(shards, 20)
    (seconds,) = {each for _, each in looked.asked}
    assert seconds == pytest.approx(200 / (500 / shards), abs=1)


def test_what_cannot_be_sampled_is_said_and_keeps_nothing_from_its_cure() -> None:
    seen, (advice,) = look_closer(
        signals(a_pipeline(shards=2), *REFUSED), Shards(refuse=True), NOON
    )
    assert stream_of(seen.pipeline).key_samples == ()
    assert advice.startswith("the partition keys of racers could not be sampled: ")


def test_nothing_is_asked_for_in_health_without_data_or_of_another_source() -> None:
    looked = Shards()
    calm = signals(a_pipeline(shards=2))
    silent = signals(a_pipeline(shards=2), *REFUSED)
    silent = replace(silent, series=replace(silent.series, judged_until=None))
    topic = job_signals(a_flink_pipeline(topic=True), JobMinute())
    for each in (calm, silent, topic):
        assert look_closer(each, looked, NOON) == (each, ())
    assert looked.asked == []


def sampled(*samples: KeySample) -> Stream:
    return replace(stream_of(a_pipeline()), key_samples=samples)


def of(shard: int, counts: dict[str, int], aggregated: int = 0) -> KeySample:
    return KeySample(f"shardId-{shard}", tuple(counts.items()), aggregated)


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (sampled(of(0, {"a": 200}, 200)), True),
        (sampled(of(0, {"a": 150, "rider-1": 50}, 150), of(1, {"rider-2": 9})), True),
        (sampled(of(0, {"all": 90, "rider-1": 9}), of(1, {"all": 80})), True),
        (sampled(of(0, {"rider-1": 90, "rider-2": 9}), of(1, {"rider-3": 80})), False),
        (sampled(of(0, {"all": 30, "rider-1": 60}), of(1, {"all": 30, "rider-2": 60})), False),
        (sampled(of(0, {"a": 20, "rider-1": 80, "rider-2": 80}, 20)), False),
        (sampled(of(0, {})), False),
        (sampled(), False),
    ],
    ids=[
        "aggregates", "most are aggregates", "one key by hash keys of its own",
        "hot keys", "few records of one key", "few aggregates", "no records", "no samples",
    ],
)  # fmt: skip
def test_a_key_that_is_not_the_data_s_own_has_a_shard_read_in_order(
    stream: Stream, expected: bool
) -> None:
    assert stream.has_one_key_a_shard is expected


def test_before_a_change_signals_without_such_keys_stay_as_they_are() -> None:
    calm = signals(a_pipeline(shards=2))
    one_key, keys = Shards(), Shards(keys=iter(("a", "b")))
    assert look_before_change(calm, keys, NOON) == (calm, ())
    seen, failed = look_before_change(calm, one_key, NOON)
    assert (stream_of(seen.pipeline).has_one_key_a_shard, failed) == (True, ())
    assert look_before_change(seen, Shards(refuse=True), NOON) == (seen, ())
    topic = job_signals(a_flink_pipeline(topic=True), JobMinute())
    assert look_before_change(topic, Shards(refuse=True), NOON) == (topic, ())


def test_before_a_change_what_cannot_be_sampled_is_said() -> None:
    calm = signals(a_pipeline(shards=2))
    seen, (advice,) = look_before_change(calm, Shards(refuse=True), NOON)
    assert seen is calm
    assert advice.startswith("the partition keys of racers could not be sampled: ")
