"""Bounds of a stream's levers, each with the reason that it has."""

from dataclasses import replace

from tests.builders import a_pipeline, with_stream
from tests.scaling.kinds.evidence import evidence
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.window import Metric
from tidegate.scaling.kinds.kinesis_stream.proposal import (
    seen_lateness,
    seen_metrics,
    stream_ranges,
)
from tidegate.scaling.model.proposal import Lateness, Proposed, Range


def metric(name: str, statistic: str = "Sum") -> Metric:
    return stream_metric("racers", name, statistic)


RECORDS, SIZE = metric("IncomingRecords"), metric("IncomingBytes")
REFUSED = metric("WriteProvisionedThroughputExceeded")
AGE = metric("GetRecords.IteratorAgeMilliseconds", "Maximum")


def shards(pipeline: Pipeline, **refused: float) -> Range:
    rates: dict[Metric, tuple[float, ...]] = {
        RECORDS: (900.0, 900.0, 5000.0),
        SIZE: (1.0, 1.0, 2.0**20),
    }
    if refused:
        rates[REFUSED] = (refused["refused"],)
    found, _ = stream_ranges(evidence(pipeline, rates))
    return found


def test_shards_go_from_the_usual_need_to_twice_that_of_the_peak_and_say_why() -> None:
    found = shards(a_pipeline(shards=4))
    assert found.min == Proposed(2, "half of the time 900 records/s or fewer")
    assert found.max == Proposed(
        14,
        "twice the 7 that the peak of 5,000 records/s, 1.00 MiB/s needs at 80% use; "
        "153.30 USD a month",
    )


def test_refused_records_are_told_since_more_was_offered() -> None:
    assert (
        "1,500 records were refused: more was offered"
        in shards(a_pipeline(), refused=5.0).max.because
    )


def test_the_retention_may_go_up_to_a_week_at_the_price_of_its_shards() -> None:
    *_, found = stream_ranges(evidence(a_pipeline(shards=2), {}))
    assert (found.current, found.min.value, found.max.value) == (24, 24, 168)
    assert found.max.because.endswith("; 29.20 USD a month")


def test_a_longer_retention_stays() -> None:
    pipeline = a_pipeline()
    longer = with_stream(pipeline, replace(stream_of(pipeline), retention_hours=500))
    *_, found = stream_ranges(evidence(longer, {}))
    assert (found.min.value, found.max.value) == (500, 500)


def test_lateness_is_the_iterator_age_in_seconds() -> None:
    assert seen_lateness(evidence(a_pipeline(), {AGE: (1500.0, 60_000.0)})) == Lateness((1.5, 60.0))


def test_every_metric_that_is_read_is_asked_for_at_five_minutes() -> None:
    found = list(seen_metrics(a_pipeline()))
    assert {each.period_seconds for each in found} == {300}
    names = {each.name for each in found}
    assert names >= {each.name for each in (RECORDS, SIZE, REFUSED, AGE)}
