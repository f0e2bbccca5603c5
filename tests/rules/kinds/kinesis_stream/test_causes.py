"""What is wrong with a stream as a whole."""

from dataclasses import replace

import pytest

from tests.builders import KeySample, Samples, a_pipeline, newest, signals, with_key_samples
from tests.flink_builders import JobMinute, a_flink_pipeline, job_signals
from tidegate.rules.cause import Cause, LeverKind
from tidegate.rules.kinds.kinesis_stream.causes import stream_causes
from tidegate.rules.kinds.signals import Signals

SHARDS = (LeverKind.SHARD_COUNT,)
Found = tuple[Cause, str, tuple[LeverKind, ...], list[str]]


def seen(
    records: float = 0.1, size: float = 0.0, *, refused: Samples = (), shards: int = 2
) -> Signals:
    """Records and bytes as shares of what the stream takes, and refused records by minute."""
    return newest(
        signals(a_pipeline(shards=shards, factor=10)),
        incoming_records=[records * shards * 60_000] * 3,
        incoming_bytes=[size * shards * 60 * 2**20] * 3,
        write_throttles=[*[0] * (3 - len(refused)), *refused],
    )


def found(of: Signals) -> list[Found]:
    return [
        (each.cause, each.where, each.cured_by, [why.kind for why in each.evidence])
        for each in stream_causes(of)
    ]


NARROW = [(Cause.STREAM_TOO_NARROW, "racers", SHARDS)]
REFUSES = [(Cause.PRODUCER_THROTTLED, "racers", SHARDS)]


@pytest.mark.parametrize(
    ("of", "told", "why"),
    [
        (seen(0.79), [], []),
        (seen(0.8), NARROW, ["records-come-in", "producers-soon-refused"]),
        (seen(0.1, 0.8), NARROW, ["bytes-come-in", "producers-soon-refused"]),
        (seen(0.8, 0.8), NARROW, ["records-come-in", "producers-soon-refused"]),
        (seen(0.9, refused=[9000]), REFUSES, ["producers-refused", "records-come-in"]),
        (seen(0.2, refused=[9000]), REFUSES,
         ["producers-refused", "records-come-in", "stream-has-headroom"]),
        (seen(0.9, refused=[9000, 6000]), [], []),
        (seen(0.9, refused=[9000, 8000]), REFUSES, ["producers-refused", "records-come-in"]),
        (seen(0.9, refused=[8000, 9000]), REFUSES, ["producers-refused", "records-come-in"]),
    ],
    ids=["headroom", "by records", "by bytes", "by both", "refuses", "refuses with headroom",
         "soon refuses no more", "refuses less", "refuses more"],
)  # fmt: skip
def test_a_stream_that_is_full_is_told_before_and_when_it_refuses(
    of: Signals, told: list[tuple[object, ...]], why: list[str]
) -> None:
    assert found(of) == [(*each, why) for each in told]


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (seen(0.9), "1,800 records/s arrive, 90% of the stream's limit (2 x 1,000 records/s per "
         "shard); producers will be throttled if the load grows further"),
        (seen(0.25, 0.9), "1.80 MiB/s arrive, 90% of the stream's limit (2 x 1 MiB/s per shard); by "
         "number of records the stream is at only 25% of its limit; producers will be throttled if "
         "the load grows further"),
    ],
    ids=["records", "bytes"],
)  # fmt: skip
def test_the_limit_that_is_met_is_said(of: Signals, words: str) -> None:
    (told,) = stream_causes(of)
    assert told.because == words


@pytest.mark.parametrize(
    ("refused", "is_sick", "is_told"),
    [((0, 0, 1), True, True), ((5, 1, 0), True, False), ((0, 1, None), True, True),
     ((0, 0, 1), False, False), ((None,) * 3, True, False)],
    ids=["refused", "not any more", "late", "in time", "silent"],
)  # fmt: skip
def test_readers_that_share_a_shards_limit_need_their_own(
    refused: Samples, is_sick: bool, is_told: bool
) -> None:
    of = newest(seen(), read_throttles=refused)
    if is_sick:
        # Each execution is busy, so that no key is suspected.
        of = newest(of, iterator_age_milliseconds=[60_000, 100_000, 140_000])
        of = newest(of, "scorer", duration_sum_milliseconds=[20 * 60_000] * 3)
    told = (Cause.STREAM_TOO_NARROW, "racers", (), ["reads-refused", "shared-read-limit"])
    assert found(of) == [told] * is_told


@pytest.mark.parametrize(
    ("behind", "is_told"), [(0.0, False), (15.0, False), (15.1, True), (None, True)]
)
def test_reads_are_not_refused_to_a_job_that_tells_that_it_reads_what_comes_in(
    behind: float | None, is_told: bool
) -> None:
    """The stream's age is then another reader's; one that tells none may be the late one."""
    of = job_signals(a_flink_pipeline(), *[JobMinute(behind_seconds=behind)] * 90)
    of = newest(of, read_throttles=[4800] * 3)
    of = newest(of, iterator_age_milliseconds=[20_000, 35_000, 50_000])
    assert bool(found(of)) is is_told


def test_refused_reads_are_counted_over_the_newest_minutes() -> None:
    of = newest(seen(), read_throttles=[1, 2000, 3])
    of = newest(of, iterator_age_milliseconds=[60_000, 100_000, 140_000])
    *_, told = stream_causes(of)
    assert str(told.evidence[0]) == "2,004 reads of racers were throttled in 3 min"
    assert "enhanced fan-out" in (told.advice or "")


def test_a_hot_shard_explains_what_is_refused() -> None:
    of = seen(0.5, refused=[9000])
    samples = (KeySample("shard-0", (("a", 50), ("b", 50))), KeySample("shard-1", (("c", 9),)))
    pipeline = with_key_samples(of.pipeline, *samples)
    assert [each[0] for each in found(of)] == [Cause.PRODUCER_THROTTLED]
    told = found(replace(of, pipeline=pipeline))
    assert [each[:3] for each in told] == [(Cause.HOT_KEY, "shard-0", ())]


DAY = 24 * 3600


@pytest.mark.parametrize(
    ("ages", "is_told"),
    [
        ((DAY, DAY, DAY), True),
        ((DAY, DAY, DAY - 1), False),
        ((DAY + 20, DAY + 10, DAY), False),
        ((1, 1, DAY), False),
    ],
    ids=["at the retention", "just under it", "catching up", "one odd minute"],
)
def test_records_that_expire_unread_are_lost_and_more_capacity_is_still_wanted(
    ages: tuple[float, ...], is_told: bool
) -> None:
    seen = newest(signals(a_pipeline()), iterator_age_milliseconds=[each * 1000 for each in ages])
    told = list(stream_causes(seen))
    assert [(each.cause, each.where, each.holds_raises) for each in told] == [
        (Cause.RECORDS_DROPPED, "racers", False)
    ] * is_told
    assert all("records expire unread" in each.because for each in told)
