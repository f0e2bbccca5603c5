"""Causes that sit in the stream: too narrow, its producers and other readers, hot keys, expiry."""

from collections.abc import Iterator
from datetime import timedelta

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.kinesis_stream import words
from tidegate.rules.kinds.kinesis_stream.hot_keys import (
    hot_shard_or_key,
    is_uneven,
    refuses_producers,
    stream_has_headroom,
)
from tidegate.rules.kinds.kinesis_stream.other_readers import other_reader_behind
from tidegate.rules.kinds.kinesis_stream.producers import producers
from tidegate.rules.kinds.kinesis_stream.state import (
    SHARD_BYTES_PER_SECOND,
    SHARD_RECORDS_PER_SECOND,
    stream_of,
)
from tidegate.rules.kinds.kinesis_stream.utilization import (
    incoming_rate,
    shards_then,
    stream_utilization,
)
from tidegate.rules.kinds.odd_minute import judged_by_minutes
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.reason import Reason

__all__ = ["stream_causes"]


def stream_causes(signals: Signals) -> Iterator[Diagnosis]:
    """The causes in the stream itself."""
    hot = hot_shard_or_key(signals) if is_uneven(signals) else None
    if hot is not None:
        yield hot
    elif not signals.refusals_fall:
        yield from _full(signals)
    yield from _readers_throttled(signals)
    yield from _expiring(signals)
    yield from producers(signals)
    yield from other_reader_behind(signals)


def _expiring(signals: Signals) -> Iterator[Diagnosis]:
    """Records are lost unread; not so while a reader that began at the oldest catches up."""
    stream, age = stream_of(signals.pipeline), signals.age_seconds or 0.0
    retention = timedelta(hours=stream.retention_hours).total_seconds()
    share = signals.thresholds["iterator-age-at-retention"]
    if age < share * retention or signals.age_falls:
        return
    yield Diagnosis(
        Cause.RECORDS_DROPPED,
        stream.name,
        (words.RECORDS_EXPIRE(age_seconds=age, hours=stream.retention_hours),),
        advice=(
            f"raise the retention of {stream.name} (now {stream.retention_hours} h) at once: "
            "what has expired can not be read again"
        ),
        holds_raises=False,
    )


def _full(signals: Signals) -> Iterator[Diagnosis]:
    if refuses_producers(signals):
        yield _producer_throttled(signals)
    elif not stream_has_headroom(signals):
        yield _too_narrow(signals)


def _load_evidence(signals: Signals) -> Reason:
    series, shards = signals.series.source, shards_then(signals)
    by_records, by_bytes = stream_utilization(signals)
    if by_bytes > by_records:
        return words.BYTES_COME_IN(
            mib_per_second=incoming_rate(signals, series.incoming_bytes) / SHARD_BYTES_PER_SECOND,
            by_bytes=by_bytes,
            shards=shards,
            by_records=by_records,
        )
    return words.RECORDS_COME_IN(
        records_per_second=incoming_rate(signals, series.incoming_records),
        by_records=by_records,
        shards=shards,
        shard_records_per_second=SHARD_RECORDS_PER_SECOND,
    )


def _producer_throttled(signals: Signals) -> Diagnosis:
    evidence = [
        words.PRODUCERS_REFUSED(throttled_share=signals.producers_throttled),
        _load_evidence(signals),
    ]
    has_headroom = stream_has_headroom(signals)
    if has_headroom:
        evidence.append(words.STREAM_HAS_HEADROOM())
    cause, name = Cause.PRODUCER_THROTTLED, stream_of(signals.pipeline).name
    found = Diagnosis(cause, name, tuple(evidence), cured_by=(LeverKind.SHARD_COUNT,))
    refused = signals.series.source.write_throttles
    return judged_by_minutes(found, refused, signals, is_full=not has_headroom)


def _too_narrow(signals: Signals) -> Diagnosis:
    return Diagnosis(
        Cause.STREAM_TOO_NARROW,
        stream_of(signals.pipeline).name,
        (
            _load_evidence(signals),
            words.PRODUCERS_SOON_REFUSED(),
        ),
        cured_by=(LeverKind.SHARD_COUNT,),
    )


def _reads_in_time(signals: Signals) -> bool:
    """Whether each of the pipeline's readers tells that it reads what comes in: then it is another
    one that the stream's age is of."""
    kinds, series = signals.pipeline.kinds.signals, signals.series.of
    own = [age.last(RECENT_SECONDS) for kind in kinds for age in kind.ages(series[kind.name])]
    peaks = [each.peak for each in own if each.peak is not None]
    well = 1000 * signals.age_well_seconds
    return len(peaks) == len(signals.pipeline.processors) and max(peaks, default=0.0) <= well


def _readers_throttled(signals: Signals) -> Iterator[Diagnosis]:
    refused = signals.series.source.read_throttles.last(RECENT_SECONDS)
    least = signals.thresholds["consumers-throttled"]
    if (refused.latest or 0.0) <= least or not signals.age_is_sick or _reads_in_time(signals):
        return
    yield Diagnosis(
        Cause.STREAM_TOO_NARROW,
        stream_of(signals.pipeline).name,
        (
            words.READS_REFUSED(
                throttled_reads=refused.total,
                name=stream_of(signals.pipeline).name,
                minutes=len(refused.samples),
            ),
            words.SHARED_READ_LIMIT(),
        ),
        advice="give this consumer enhanced fan-out, or remove a standard consumer from the stream",
    )
