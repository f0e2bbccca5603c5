"""Minutes in which nothing came in."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, Minute, a_pipeline, signals
from tidegate.rules.kinds.kinesis_stream.idle import arrivals_told
from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.kinds.source import SourceSeries
from tidegate.rules.window import Window


def window(sample: float | None) -> Window:
    metric = stream_metric("racers", "IncomingRecords", "Sum")
    return Window(metric, NOON - timedelta(minutes=1), (sample,))


def stream(came: float | None, read: float | None, age: float | None) -> SourceSeries:
    return replace(
        signals(a_pipeline(), Minute()).series.source,
        incoming_records=window(came),
        read_records=window(read),
        iterator_age_milliseconds=window(age),
    )


@pytest.mark.parametrize(
    ("came", "read", "age", "told"),
    [
        (60.0, 60.0, 0.0, 60.0),
        (0.0, 0.0, 0.0, 0.0),
        (None, 0.0, 0.0, 0.0),
        (None, 5.0, 0.0, None),
        (None, 0.0, 900.0, None),
        (None, None, None, None),
    ],
)
def test_what_readers_find_empty_got_nothing(
    came: float | None, read: float | None, age: float | None, told: float | None
) -> None:
    assert arrivals_told(stream(came, read, age)).samples == (told,)
