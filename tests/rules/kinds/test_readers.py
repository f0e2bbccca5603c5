"""How many readers share the reads of a stream."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, Minute, a_pipeline, signals
from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.kinds.readers import shared_readers
from tidegate.rules.window import Window

METRIC = stream_metric("racers", "IncomingRecords", "Sum")


def window(*samples: float | None) -> Window:
    return Window(METRIC, NOON - timedelta(minutes=len(samples)), samples)


@pytest.mark.parametrize(
    ("came", "read", "ages", "least", "readers"),
    [
        pytest.param((60,) * 4, (60,) * 4, (1,) * 4, 1, 1, id="the file's"),
        pytest.param((60,) * 4, (120,) * 4, (1,) * 4, 1, 2, id="one more"),
        pytest.param((60,) * 4, (240,) * 4, (1,) * 4, 2, 4, id="two more than two"),
        pytest.param((60,) * 4, (60,) * 4, (1,) * 4, 2, 2, id="one of two stands still"),
        pytest.param((60,) * 4, (120, 120, 180, 180), (1, 1, 99, 99), 1, 2, id="a drain"),
        pytest.param((60, 0, 60, 0), (0, 60, 0, 60), (1,) * 4, 1, 1, id="a minute later"),
        pytest.param((None,) * 4, (None,) * 4, (None,) * 4, 1, 1, id="silence"),
    ],
)
def test_each_reader_gets_what_comes_in(
    came: tuple[float, ...], read: tuple[float, ...], ages: tuple[float, ...], least: int,
    readers: int,
) -> None:  # fmt: skip
    stream = replace(
        signals(a_pipeline(), Minute()).series.source,
        incoming_records=window(*came),
        read_records=window(*read),
        iterator_age_milliseconds=window(*(age and age * 1000 for age in ages)),
    )
    assert shared_readers(stream, least, 15)[-1] == readers
