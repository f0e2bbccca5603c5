"""How many readers share the reads of a stream."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, Minute, a_pipeline, signals
from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.kinds.readers import reads_without, shared_readers
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
        pytest.param((60,) * 4, (90,) * 4, (1,) * 4, 1, 2, id="half a reader more counts"),
        pytest.param((60,) * 4, (89,) * 4, (1,) * 4, 1, 1, id="less than half does not"),
        pytest.param((60, 60), (60, 180), (1, 15), 1, 2, id="well up to its limit"),
        pytest.param((60, 60), (60, 180), (1, 15.001), 1, 1, id="a backlog from there on"),
    ],
)
def test_each_reader_gets_what_comes_in(
    came: tuple[float, ...], read: tuple[float, ...], ages: tuple[float, ...], least: int,
    readers: int,
) -> None:  # fmt: skip
    assert told(came, read, ages, least=least)[-1] == readers


def told(
    came: tuple[float, ...], read: tuple[float, ...], ages: tuple[float | None, ...], least: int = 1
) -> tuple[int, ...]:
    stream = replace(
        signals(a_pipeline(), Minute()).series.source,
        incoming_records=window(*came),
        read_records=window(*read),
        iterator_age_milliseconds=window(*(age and age * 1000 for age in ages)),
    )
    return shared_readers(stream, least, 15)


@pytest.mark.parametrize(
    ("drained", "readers"),
    [((), (2, 2)), ((None, 1), (2, 2, 2, 2)), ((99,), (2, 2, 2))],
    ids=["from the first minute on", "a minute that tells nothing", "a backlog before"],
)
def test_minutes_that_tell_nothing_are_as_those_around_them(
    drained: tuple[float | None, ...], readers: tuple[int, ...]
) -> None:
    ages = (*drained, 1.0, 1.0)
    assert told((60,) * len(ages), (120,) * len(ages), ages) == readers


@pytest.mark.parametrize(("minutes", "readers"), [(7, 1), (8, 2), (15, 2)])
def test_the_newest_quarter_of_an_hour_tells(minutes: int, readers: int) -> None:
    """A second reader that came so many minutes ago, after an hour of one."""
    read = (60.0,) * 60 + (120.0,) * minutes
    count = len(read)
    assert told((60,) * count, read, (1,) * count)[-1] == readers


def test_what_others_read_is_what_came_in_for_each_of_them() -> None:
    stream = replace(
        signals(a_pipeline(), Minute()).series.source,
        incoming_records=window(60, 60, 60, None, 60),
        read_records=window(90, 150, 100, 80, None),
    )
    assert reads_without((0, 2, 2, 1, 1), stream).samples == (90, 30, None, 80, None)
