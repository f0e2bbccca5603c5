"""Causes that sit in the stream: too narrow, producers throttled, a hot shard, a hot key."""

from collections.abc import Iterator

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.kinesis_stream import words
from tidegate.rules.kinds.kinesis_stream.hot_keys import (
    FULL_SHARE,
    hot_shard_or_key,
    is_uneven,
    stream_has_headroom,
)
from tidegate.rules.kinds.readings import (
    RECENT_SECONDS,
    SHARD_BYTES_PER_SECOND,
    SHARD_RECORDS_PER_SECOND,
    Readings,
    rate,
)
from tidegate.rules.reason import Reason

__all__ = ["stream_causes"]


def stream_causes(readings: Readings) -> Iterator[Diagnosis]:
    """What ails the stream itself."""
    hot = hot_shard_or_key(readings) if is_uneven(readings) else None
    if hot is not None:
        yield hot
    elif not readings.refusals_fall:
        yield from _full(readings)
    yield from _readers_throttled(readings)


def _full(readings: Readings) -> Iterator[Diagnosis]:
    if readings.producers_throttled > 0.001:
        yield _producer_throttled(readings)
    elif max(readings.stream_utilization) >= FULL_SHARE:
        yield _too_narrow(readings)


def _load_evidence(readings: Readings) -> Reason:
    vitals, shards = readings.vitals.stream, readings.pipeline.stream.shard_count
    by_records, by_bytes = readings.stream_utilization
    if by_bytes > by_records:
        return words.BYTES_COME_IN(
            rate=rate(vitals.incoming_bytes) / SHARD_BYTES_PER_SECOND,
            by_bytes=by_bytes,
            shards=shards,
            by_records=by_records,
        )
    return words.RECORDS_COME_IN(
        rate=rate(vitals.incoming_records),
        by_records=by_records,
        shards=shards,
        shard_records_per_second=SHARD_RECORDS_PER_SECOND,
    )


def _producer_throttled(readings: Readings) -> Diagnosis:
    evidence = [
        words.PRODUCERS_REFUSED(producers_throttled=readings.producers_throttled),
        _load_evidence(readings),
    ]
    if stream_has_headroom(readings):
        evidence.append(words.STREAM_HAS_HEADROOM())
    return Diagnosis(
        Cause.PRODUCER_THROTTLED,
        readings.pipeline.stream.name,
        tuple(evidence),
        cured_by=(LeverKind.SHARD_COUNT,),
    )


def _too_narrow(readings: Readings) -> Diagnosis:
    return Diagnosis(
        Cause.STREAM_TOO_NARROW,
        readings.pipeline.stream.name,
        (
            _load_evidence(readings),
            words.PRODUCERS_SOON_REFUSED(),
        ),
        cured_by=(LeverKind.SHARD_COUNT,),
    )


def _readers_throttled(readings: Readings) -> Iterator[Diagnosis]:
    refused = readings.vitals.stream.read_throttles.last(RECENT_SECONDS)
    if not refused.latest or not readings.age_is_sick:
        return
    yield Diagnosis(
        Cause.STREAM_TOO_NARROW,
        readings.pipeline.stream.name,
        (
            words.READS_REFUSED(total=refused.total, len=len(refused.samples)),
            words.SHARED_READ_LIMIT(),
        ),
        advice="give this consumer enhanced fan-out, or take a standard consumer off the stream",
    )
