"""How many readers share the reads of a stream."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, Minute, a_pipeline, signals
from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.kinds.readers import reads_of_named, shared_readers
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


def of_named(
    read: tuple[float | None, ...],
    ages: tuple[float | None, ...],
    came: tuple[float | None, ...] = (60, 60, 60),
    *,
    readers: int = 3,
    named: int = 1,
) -> float | None:
    """Of the newest minute."""
    stream = replace(
        signals(a_pipeline(), Minute()).series.source,
        incoming_records=window(*came),
        read_records=window(*read),
        iterator_age_milliseconds=window(*(age and age * 1000 for age in ages)),
    )
    return reads_of_named(stream, [readers] * len(read), named, 15).samples[-1]


def test_where_nothing_waits_all_read_the_same() -> None:
    assert of_named((180, 180, 171), (1, 1, 15)) == 57
    assert of_named((180, 180, 171), (1, 1, None)) == 57
    assert of_named((180, 180, 171), (1, 1, 90), came=(60, 60, None)) == 57
    assert of_named((240, 240, 228), (1, 1, 15), readers=4, named=2) == 114


@pytest.mark.parametrize(
    ("ages", "read", "own"),
    [((30, 60, 90), 150, 30), ((90, 60, 30), 210, 90), ((90, 90, 90), 180, 60)],
    ids=["falls behind", "drains", "keeps its distance"],
)
def test_what_others_leave_is_read_by_a_reader_that_records_wait_for(
    ages: tuple[float, ...], read: float, own: float
) -> None:
    """They read what comes in: an even share would take 50 and 70 for what are 30 and 90."""
    assert of_named((None, None, read), ages) == own


def test_a_reader_alone_reads_all_of_it() -> None:
    assert of_named((60, 60, 20), (30, 60, 100), readers=1) == 20
    assert of_named((60, 60, 20), (30, 60, 100), readers=2, named=2) == 20


@pytest.mark.parametrize(
    ("ages", "own"),
    [((30, 60, 80), pytest.approx(40)), ((80, 80, 80), 60), ((80, 60, 30), None), ((None, None, 80), None),
     ((30, 60, 120), None)],
    ids=["by its age", "that stays", "that falls", "that is new", "stands still"],
)  # fmt: skip
def test_where_others_are_behind_as_well_a_reader_reads_what_its_age_shows(
    ages: tuple[float | None, ...], own: float | None
) -> None:
    """All three read 40 of 60: the others leave nothing of 120."""
    assert of_named((120, 120, 120), ages) == own


def test_a_reader_comes_forward_by_what_came_in_when_its_oldest_did() -> None:
    assert of_named((90, 90, 90), (20, 40, 70), came=(30, 60, 60)) == 15
    assert of_named((90, 90, 90), (20, 40, 70), came=(60, 30, 60)) == 15
    assert of_named((90, 90, 90), (20, 25, 55), came=(30, 60, 60)) == 30


def test_a_reader_reads_no_more_than_is_read() -> None:
    assert of_named((10, 10, 10), (30, 40, 50), readers=2) == 10
