"""Bounds of a stream's levers out of two weeks of metrics: pure functions."""

from collections.abc import Iterator
from functools import partial
from statistics import median

from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream.fan_out import fan_out_age, fan_out_metrics
from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.kinds.kinesis_stream.state import (
    SHARD_BYTES_PER_SECOND,
    SHARD_RECORDS_PER_SECOND,
    Stream,
    stream_of,
)
from tidegate.rules.kinds.lambda_mapping.state import fan_out_consumers
from tidegate.rules.window import Metric
from tidegate.scaling.kinds.kinesis_stream.limits import SHARDS_MAX
from tidegate.scaling.kinds.kinesis_stream.price import stream_monthly_usd
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.proposal import (
    HEADROOM,
    PERIOD_SECONDS,
    Evidence,
    Lateness,
    Proposed,
    Range,
    above,
    coarse,
    dollars,
    priced,
    unseen,
    whole,
)

__all__ = ["seen_lateness", "seen_metrics", "stream_ranges"]

RETENTION_HOURS = 168


def _metric(stream: str, name: str, statistic: str = "Sum") -> Metric:
    return coarse(stream_metric(stream, name, statistic))


def _incoming(stream: str) -> tuple[Metric, Metric]:
    """Records and bytes taken in."""
    return _metric(stream, "IncomingRecords"), _metric(stream, "IncomingBytes")


def _refused(stream: str) -> Metric:
    return _metric(stream, "WriteProvisionedThroughputExceeded")


def _age(stream: str) -> Metric:
    return _metric(stream, "GetRecords.IteratorAgeMilliseconds", "Maximum")


def seen_metrics(pipeline: Pipeline) -> Iterator[Metric]:
    """What comes in, what is refused and read, and how old it gets."""
    stream = stream_of(pipeline).name
    yield from _incoming(stream)
    yield from (_refused(stream), _metric(stream, "GetRecords.Records"), _age(stream))
    yield from map(coarse, fan_out_metrics(stream, fan_out_consumers(pipeline)))


def seen_lateness(evidence: Evidence) -> Lateness:
    """The iterator age of the stream, and how far its consumers with fan-out are behind."""
    stream = stream_of(evidence.pipeline).name
    own = (coarse(fan_out_age(stream, each)) for each in fan_out_consumers(evidence.pipeline))
    ages = [age for metric in (_age(stream), *own) for age in evidence.present(metric)]
    return Lateness(tuple(age / 1000 for age in ages))


def stream_ranges(evidence: Evidence) -> Iterator[Range]:
    """Shards by what came in, and a retention of up to a week."""
    stream = stream_of(evidence.pipeline)
    if stream.is_provisioned:
        yield _shards(stream, evidence)
    yield _retention(stream)


def _shards(stream: Stream, evidence: Evidence) -> Range:
    lever, current = Lever.of(LeverKind.SHARD_COUNT, stream.name), stream.shard_count
    price = partial(stream_monthly_usd, stream, lever)
    records, size = (
        [each / PERIOD_SECONDS for each in evidence.present(metric)]
        for metric in _incoming(stream.name)
    )
    if not records or not size:
        return unseen(lever, current, price, SHARDS_MAX)
    use = evidence.target_utilization["shard"]
    most = _shards_for(max(records), max(size), use)
    least = min(current, _shards_for(median(records), median(size), use))
    peak = f"the peak of {max(records):,.0f} records/s, {max(size) / 2**20:,.2f} MiB/s"
    words = above(current, most, f"{peak} needs at {use:.0%} use")
    lost = sum(evidence.present(_refused(stream.name)))
    if lost:
        words += f"; {lost:,.0f} records were refused: more was offered"
    return Range(
        lever,
        current,
        Proposed(least, f"half of the time {median(records):,.0f} records/s or fewer"),
        priced(min(SHARDS_MAX, max(current, HEADROOM * most)), words, price),
    )


def _shards_for(records_per_second: float, bytes_per_second: float, use: float) -> int:
    by_records = records_per_second / (SHARD_RECORDS_PER_SECOND * use)
    by_bytes = bytes_per_second / (SHARD_BYTES_PER_SECOND * use)
    return whole(max(by_records, by_bytes))


def _retention(stream: Stream) -> Range:
    lever, current = Lever.of(LeverKind.RETENTION_HOURS, stream.name), stream.retention_hours
    most = max(current, RETENTION_HOURS)
    words = "one week: the retention is extended when records would expire unread"
    usd = dollars(stream_monthly_usd(stream, lever, most))
    return Range(lever, current, Proposed(current, "as now"), Proposed(most, f"{words}; {usd}"))
