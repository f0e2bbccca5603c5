"""One shard that carries more than its part, and the key that fills it."""

import re
from dataclasses import replace

import pytest

from tests.builders import (
    KeySample,
    a_pipeline,
    newest,
    signals,
    the_consumer,
    the_stream,
    with_consumers,
    with_key_samples,
    with_stream,
)
from tests.flink_builders import a_flink_pipeline, job_signals
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream.hot_keys import (
    hot_shard_or_key,
    is_uneven,
    refuses_producers,
    stream_has_headroom,
)
from tidegate.rules.kinds.signals import Signals

CROWD = {f"rider-{at}": 1 for at in range(50)}


def sampled(pipeline: Pipeline, **per_shard: dict[str, int]) -> Pipeline:
    """By shard, ``shard_1`` for shard-1, how many records of each key were sampled."""
    samples = tuple(
        KeySample(shard.replace("_", "-"), tuple(counts.items()))
        for shard, counts in per_shard.items()
    )
    return with_key_samples(pipeline, *samples)


def even(count: int, **hot: dict[str, int]) -> Pipeline:
    """So many shards with fifty keys in each, but for those that are ``hot``."""
    shards = {f"shard_{at}": CROWD for at in range(count)} | hot
    return sampled(a_pipeline(shards=count, factor=10), **shards)


def refusing(pipeline: Pipeline, use: float = 0.7, share: float = 0.25) -> Signals:
    """A stream of which so much is used, and which refuses so much of what comes."""
    records = use * 60_000 * the_stream(pipeline).shard_count
    refused = records * share / (1 - share)
    return newest(
        signals(pipeline), incoming_records=[records] * 3, incoming_bytes=[0] * 3,
        write_throttles=[refused] * 3,
    )  # fmt: skip


def late(pipeline: Pipeline, busy: float = 1.2) -> Signals:
    """The age grows by 40 s a minute beside so many busy executions."""
    seen = newest(signals(pipeline), iterator_age_milliseconds=[60_000, 100_000, 140_000])
    return newest(seen, "scorer", duration_sum_milliseconds=[busy * 60_000] * 3)


@pytest.mark.parametrize(
    ("refused", "is_told"), [(1000, False), (1002, True), (0, False)], ids=["0.1 %", "more", "none"]
)
def test_a_thousandth_of_refused_records_does_not_count(refused: float, is_told: bool) -> None:
    seen = newest(signals(a_pipeline()), incoming_records=[999_000], write_throttles=[refused])
    assert refuses_producers(seen) is is_told


@pytest.mark.parametrize(
    ("records", "size", "has_headroom"),
    [(0.79, 0, True), (0.8, 0, False), (0, 0.79, True), (0, 0.8, False)],
)
def test_four_fifths_of_records_or_bytes_leave_no_headroom(
    records: float, size: float, has_headroom: bool
) -> None:
    seen = newest(
        signals(a_pipeline(shards=2)),
        incoming_records=[records * 120_000] * 3, incoming_bytes=[size * 120 * 2**20] * 3,
    )  # fmt: skip
    assert stream_has_headroom(seen) is has_headroom


def test_refusals_on_a_stream_with_headroom_ask_for_a_closer_look() -> None:
    assert is_uneven(refusing(a_pipeline(shards=4, factor=10)))
    assert not is_uneven(refusing(a_pipeline(shards=4, factor=10), use=0.8))
    assert not is_uneven(signals(a_pipeline(shards=4, factor=10)))


@pytest.mark.parametrize(
    ("busy", "of_function", "of_table", "is_told"),
    [
        (7.9, {}, {}, True),
        (8, {}, {}, False),
        (1, {"errors": [1, 0, 0]}, {}, False),
        (1, {"throttles": [1, 0, 0]}, {}, False),
        (1, {}, {"write_throttles": [900] * 3}, False),
    ],
    ids=["idle executions", "busy", "fails", "throttled", "its table throttled"],
)
def test_an_age_that_grows_beside_idle_executions_asks_for_a_closer_look(
    busy: float,
    of_function: dict[str, list[float]],
    of_table: dict[str, list[float]],
    is_told: bool,
) -> None:
    seen = newest(late(a_pipeline(shards=5, factor=2), busy), "scorer", **of_function)
    assert is_uneven(newest(seen, "scores", **of_table)) is is_told


def test_every_consumer_must_have_idle_executions() -> None:
    pipeline = a_pipeline(shards=5, factor=2)
    scorer = the_consumer(pipeline)
    other = replace(scorer, function=replace(scorer.function, name="other"), writes=())
    both = with_consumers(pipeline, scorer, other)
    assert is_uneven(late(both))
    assert not is_uneven(newest(late(both), "other", errors=[1]))
    alone = late(pipeline)
    assert not is_uneven(replace(alone, pipeline=with_consumers(pipeline)))


def test_a_pipeline_without_a_stream_has_no_shards_to_look_into() -> None:
    assert not is_uneven(job_signals(a_flink_pipeline(topic=True)))


# ---- with sampled keys


def test_without_samples_nothing_is_told() -> None:
    assert hot_shard_or_key(refusing(a_pipeline(shards=4))) is None
    assert hot_shard_or_key(refusing(sampled(a_pipeline(), shard_0={}))) is None
    assert hot_shard_or_key(refusing(sampled(a_pipeline(), shard_gone={"a": 9}))) is None


def found(of: Signals) -> tuple[Cause, str, tuple[LeverKind, ...]] | None:
    told = hot_shard_or_key(of)
    return None if told is None else (told.cause, told.where, told.cured_by)


HOT_SHARD = (Cause.HOT_SHARD, "shard-2", (LeverKind.SHARD_COUNT,))
HOT_KEY = (Cause.HOT_KEY, "shard-2", ())


def many(count: int, each: int = 1) -> dict[str, int]:
    return {f"racer-{at}": each for at in range(count)}


@pytest.mark.parametrize(
    ("hot", "told"),
    [
        (many(90), HOT_SHARD),
        (many(89), None),
        ({"leader": 100, **many(100)}, HOT_KEY),
        ({"leader": 99, **many(101)}, HOT_SHARD),
        ({"leader": 30, **many(30)}, HOT_KEY),
        ({"leader": 29, **many(30)}, None),
    ],
    ids=["half as much again", "less", "half of it is one key", "less than half", "one key alone",
         "nothing"],
)  # fmt: skip
def test_a_shard_that_is_full_is_hot_by_its_keys_or_by_one(
    hot: dict[str, int], told: tuple[Cause, str, tuple[LeverKind, ...]] | None
) -> None:
    """Of four shards: 90 records of 240 are half as much again as a fourth."""
    assert found(refusing(even(4, shard_2=hot), use=0.79)) == told


@pytest.mark.parametrize(("use", "is_told"), [(0.35, True), (0.349, False)])
def test_refusals_come_from_a_shard_only_where_it_is_full(use: float, is_told: bool) -> None:
    """The sampled shard carries a half of all records, which is twice its part: full at 0.7."""
    seen = refusing(even(4, shard_2=many(150)), use=use)
    assert found(seen) == (HOT_SHARD if is_told else None)


def test_a_shard_with_a_smaller_part_of_the_keys_is_judged_by_that_part() -> None:
    pipeline = even(4)
    shards = list(the_stream(pipeline).open_shards)
    narrow = replace(shards[2], ending_hash_key=shards[2].starting_hash_key + 2**124)
    wide = replace(shards[3], starting_hash_key=narrow.ending_hash_key + 1)
    stream = replace(the_stream(pipeline), open_shards=(*shards[:2], narrow, wide))
    of = refusing(with_stream(pipeline, stream), use=0.79)
    told = hot_shard_or_key(of)
    assert told is not None
    assert (told.where, told.cause) == ("shard-2", Cause.HOT_SHARD)
    assert dict(told.evidence[0].numbers)["times"] == pytest.approx(4)


def test_one_sample_of_a_shard_can_show_a_key_and_no_shard() -> None:
    of = a_pipeline(shards=4, factor=10)
    assert found(refusing(sampled(of, shard_2=many(90)), use=0.79)) is None
    assert found(refusing(sampled(of, shard_2={"leader": 9, **many(9)}), use=0.79)) == HOT_KEY


@pytest.mark.parametrize(("records", "told"), [(150, HOT_SHARD), (149, None)])
def test_of_a_few_shards_that_were_looked_into_each_has_its_part_of_those(
    records: int, told: tuple[Cause, str, tuple[LeverKind, ...]] | None
) -> None:
    """Of two of four shards, half of what was sampled is its part; 150 of 200 are 1.5 times that."""
    of = sampled(a_pipeline(shards=4, factor=10), shard_0=CROWD, shard_2=many(records))
    assert found(refusing(of, use=0.79)) == told


def test_shards_that_are_closed_since_are_left_out() -> None:
    of = even(4, shard_2=many(150), shard_9=many(5000))
    assert found(refusing(of, use=0.79)) == HOT_SHARD
    alone = sampled(a_pipeline(shards=4, factor=10), shard_2=many(90), shard_9=CROWD)
    assert found(refusing(alone, use=0.79)) is None


@pytest.mark.parametrize(
    ("factor", "of_key", "told"), [(5, 30, True), (5, 29, False), (3, 50, True), (3, 49, False)]
)
def test_a_key_with_half_as_much_again_as_an_execution_is_hot(
    factor: int, of_key: int, told: bool
) -> None:
    pipeline = sampled(a_pipeline(factor=factor), shard_0={"leader": of_key, **many(100 - of_key)})
    assert found(late(pipeline, 1)) == ((Cause.HOT_KEY, "shard-0", ()) if told else None)


def test_while_producers_are_refused_no_execution_is_to_blame() -> None:
    pipeline = sampled(a_pipeline(factor=5), shard_0={"leader": 30, **many(70)})
    of = newest(late(pipeline, 1), write_throttles=[9000], incoming_records=[50_000] * 3)
    assert found(of) is None


def test_the_execution_of_the_smallest_factor_counts() -> None:
    pipeline = sampled(a_pipeline(factor=5), shard_0={"leader": 30, **many(70)})
    scorer = the_consumer(pipeline)
    mapping = replace(scorer.mapping, parallelization_factor=4)
    other = replace(scorer, function=replace(scorer.function, name="other"), mapping=mapping)
    assert found(late(with_consumers(pipeline, scorer, other), 1)) is None


def because(told: Diagnosis | None) -> str:
    assert told is not None
    return told.because


def test_the_evidence_has_shares_and_the_symptom() -> None:
    told = hot_shard_or_key(refusing(even(4, shard_2=many(150)), use=0.5, share=0.2))
    assert because(told) == (
        "shard-2 receives 2.0 times as many records as its share of the key space; the stream as a "
        "whole is at 50% of its limit, but 20.0% of the records that producers send are throttled; "
        "the most frequent partition key has only 1% of the records of shard-2, so a split helps"
    )


def test_the_key_is_named_with_what_to_do_about_it() -> None:
    pipeline = sampled(a_pipeline(factor=5), shard_0={"a": 1, "leader": 30, **many(69)})
    told = hot_shard_or_key(late(pipeline, 1))
    assert because(told) == (
        "1.0 of 5 concurrent executions of scorer are busy, but the iterator age grows by 40 s per "
        "minute; 30% of the records sampled from shard-0 have the partition key 'leader'"
    )
    assert told is not None
    assert "spread 'leader' over several partition keys" in (told.advice or "")


# ---- aggregates of the Kinesis Producer Library


def aggregated(pipeline: Pipeline, share: float = 1.0) -> Pipeline:
    """So much of each shard's sample are aggregates."""
    samples = the_stream(pipeline).key_samples
    return with_key_samples(
        pipeline, *(replace(each, aggregated=round(each.total * share)) for each in samples)
    )


@pytest.mark.parametrize(
    "of",
    [
        refusing(aggregated(even(4, shard_2={"a": 100}))),
        refusing(aggregated(even(4, shard_2={"a": 100, **CROWD}), 0.8)),
        late(aggregated(sampled(a_pipeline(shards=2, factor=10), shard_0={"a": 50}))),
    ],
    ids=["all are", "most are", "beside idle executions"],
)
def test_the_key_of_aggregates_is_told_as_theirs_and_a_factor_as_no_cure(of: Signals) -> None:
    told = hot_shard_or_key(of)
    assert told is not None
    assert re.search(r" (80|100)% .* aggregates of the Kinesis Producer Library", told.because)
    assert "a higher factor does not help" in (told.advice or "")
    assert "spread" not in (told.advice or "")


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_a_key_that_has_more_records_than_are_no_aggregates_is_a_key(share: float) -> None:
    told = hot_shard_or_key(refusing(aggregated(even(4, shard_2={"leader": 100, **CROWD}), share)))
    assert told is not None
    assert "spread 'leader'" in (told.advice or "")
    assert "aggregates" not in told.because
