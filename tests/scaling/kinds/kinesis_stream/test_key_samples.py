"""Keys are sampled where one shard seems to carry more than its part, and only there."""

from dataclasses import dataclass, field, replace
from typing import TypeVar, cast

import pytest

from tests.builders import NOON, Minute, a_pipeline, signals
from tests.flink_builders import JobMinute, a_flink_pipeline, job_signals
from tidegate.rules.graph import Question
from tidegate.rules.kinds.kinesis_stream.state import KeySample, SampleKeys, stream_of
from tidegate.scaling.kinds.kinesis_stream.key_samples import look_closer
from tidegate.scaling.model.errors import Throttled

A = TypeVar("A")
REFUSED = [Minute(records_per_second=500, refused_per_second=200, age_seconds=1)] * 5


@dataclass
class Shards:
    """Looks into shards, and notes which and for how long."""

    refuse: bool = False
    asked: list[tuple[str, int]] = field(default_factory=list)

    def ask(self, question: Question[A]) -> A:
        assert isinstance(question, SampleKeys)
        assert (question.stream, question.until) == ("racers", NOON)
        if self.refuse:
            raise Throttled("kinesis:GetRecords", question.stream, "too often")
        self.asked.append((question.shard_id, question.seconds))
        return cast(A, KeySample(question.shard_id, (("a", 3),)))


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
