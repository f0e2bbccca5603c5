"""The alarms of a Kinesis data stream and its row of the dashboard: pure functions."""

from collections.abc import Iterator

from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.kinds.kinesis_stream.state import (
    SHARD_BYTES_PER_SECOND,
    SHARD_RECORDS_PER_SECOND,
    Stream,
    has_stream,
    stream_of,
)
from tidegate.rules.rule import Comparison
from tidegate.scaling.model.alarm import (
    MISSING,
    Breach,
    NamedAlarm,
    math_alarm,
    metric_alarm,
    part,
)
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.dashboard_row import Graph, Limit, Line, Row
from tidegate.scaling.model.watched import Watched

__all__ = ["stream_alarms", "stream_rows"]

FORECAST_SECONDS = 4 * 3600
"""As the retention extension forecasts: time to wake a person and to cure the cause."""


def stream_alarms(watched: Watched) -> Iterator[NamedAlarm]:
    """On the iterator age and on what is refused; none where none is read."""
    if has_stream(watched.pipeline):
        yield from _age_alarms(watched)
        yield from _refusals(watched)


def _age_alarms(watched: Watched) -> Iterator[NamedAlarm]:
    stream, objective = stream_of(watched.pipeline), watched.iterator_age_max_seconds
    name, limits = stream.name, watched.thresholds
    age = stream_metric(name, "GetRecords.IteratorAgeMilliseconds", "Maximum")
    retention = stream.retention_hours * 3_600_000
    near, lost = limits["iterator-age-near-retention"], limits["iterator-age-at-retention"]
    yield (
        "age-over-objective",
        metric_alarm(
            f"The iterator age of {name} is over its objective of {objective:g} s",
            age,
            Breach(objective * 1000, 3, 5, MISSING, Comparison.ABOVE),
        ),
    )
    yield (
        "age-near-retention",
        metric_alarm(
            f"The iterator age of {name} is over {near * 100:g} % of the retention: records may be "
            "lost",
            age,
            Breach(near * retention, 3, 3, MISSING, Comparison.ABOVE),
        ),
    )
    yield (
        "records-will-be-lost",
        math_alarm(
            f"At its present growth the iterator age of {name} reaches {lost * 100:g} % of the "
            "retention within 4 h",
            {"age": age},
            f"age + RATE(age) * {FORECAST_SECONDS}",
            Breach(lost * retention, 3, 5, MISSING),
        ),
    )


def _refusals(watched: Watched) -> Iterator[NamedAlarm]:
    stream, limits = stream_of(watched.pipeline), watched.thresholds
    name = stream.name
    yield (
        "producers-refused",
        math_alarm(
            f"Records are refused to the producers of {name}",
            {
                "refused": stream_metric(name, "WriteProvisionedThroughputExceeded", "Sum"),
                "taken": stream_metric(name, "IncomingRecords", "Sum"),
            },
            part("refused", "taken"),
            Breach(limits["producers-throttled"], comparison=Comparison.ABOVE),
        ),
    )
    if not stream.is_provisioned:
        return
    # CloudWatch has no metric of a stream's shards that the alarm could be relative to.
    for metric, word, limit in (
        ("IncomingRecords", "records", SHARD_RECORDS_PER_SECOND),
        ("IncomingBytes", "bytes", SHARD_BYTES_PER_SECOND),
    ):
        share = limits[f"{word}-near-shard-limit"]
        yield (
            f"{word}-near-shard-limit",
            metric_alarm(
                f"{name} takes in {share * 100:g} % of the {word} that its shards take, or more "
                f"({stream.shard_count:,} when this was put; after a reshard run tidegate alarms "
                "again)",
                stream_metric(name, metric, "Sum"),
                Breach(share * limit * stream.shard_count * 60, 4, 5),
            ),
        )


def stream_rows(watched: Watched) -> Iterator[Row]:
    """One row: what comes in, and how long it waits; none where no stream is read."""
    if not has_stream(watched.pipeline):
        return
    stream, objective = stream_of(watched.pipeline), watched.iterator_age_max_seconds
    shards = f"{stream.shard_count} shards of 1,000 records/s and 1 MiB/s each"
    width = shards if stream.is_provisioned else "On demand"
    text = (
        f"{width}; beyond that producers are refused. The iterator age is how long the oldest "
        f"unread record has waited: the objective is {objective:g} s, and past the retention "
        "records are lost unread."
    )
    yield Row(f"Stream {stream.name}", text, (*_taken_in(stream), *_ages(watched)))


def _taken_in(stream: Stream) -> Iterator[Graph]:
    name, shards = stream.name, stream.shard_count
    provisioned, by = stream.is_provisioned, ((Lever.of(LeverKind.SHARD_COUNT, name), shards),)
    refused = stream_metric(name, "WriteProvisionedThroughputExceeded", "Sum")
    yield Graph(
        "Records in",
        "records/s",
        (
            Line(stream_metric(name, "IncomingRecords", "Sum"), "taken in", 1 / 60),
            Line(refused, "refused", 1 / 60),
        ),
        (Limit(f"{shards} x 1,000 records/s", shards * SHARD_RECORDS_PER_SECOND, by),)
        if provisioned
        else (),
    )
    size = stream_metric(name, "IncomingBytes", "Sum")
    yield Graph(
        "Bytes in",
        "MiB/s",
        (Line(size, "taken in", 1 / 60 / SHARD_BYTES_PER_SECOND),),
        (Limit(f"{shards} x 1 MiB/s", shards, by),) if provisioned else (),
    )


def _ages(watched: Watched) -> Iterator[Graph]:
    stream, limits = stream_of(watched.pipeline), watched.thresholds
    objective = watched.iterator_age_max_seconds
    age = stream_metric(stream.name, "GetRecords.IteratorAgeMilliseconds", "Maximum")
    retention = float(stream.retention_hours)
    by = ((Lever.of(LeverKind.RETENTION_HOURS, stream.name), stream.retention_hours),)
    near, lost = limits["iterator-age-near-retention"], limits["iterator-age-at-retention"]
    yield Graph("Iterator age", "s", (Line(age, "age", 0.001),), (Limit("objective", objective),))
    yield Graph(
        "Iterator age against the retention",
        "h",
        (Line(age, "age", 0.001 / 3600),),
        (
            Limit(f"{near * 100:g} % of the retention", near * retention, by),
            Limit("retention: records are lost", lost * retention, by),
        ),
    )
