"""The age of a pipeline's own readers beside that of the stream."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, a_pipeline, signals
from tidegate.rules.kinds.ages import age_of_readers, others_behind
from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.kinds.source import SourceSeries
from tidegate.rules.window import Window

METRIC = stream_metric("racers", "IncomingRecords", "Sum")
HOUR = 3_600_000.0


def window(samples: tuple[float | None, ...]) -> Window:
    return Window(METRIC, NOON - timedelta(minutes=len(samples)), samples)


def source(
    ages: tuple[float | None, ...], came: tuple[float | None, ...], read: tuple[float | None, ...]
) -> SourceSeries:
    return replace(
        signals(a_pipeline()).series.source,
        iterator_age_milliseconds=window(ages),
        incoming_records=window(came),
        read_records=window(read),
    )


def age(stream: SourceSeries, *own: tuple[float | None, ...], readers: int = 1) -> object:
    return age_of_readers(stream, [window(each) for each in own], readers).samples


def test_without_an_age_of_its_own_readers_a_pipeline_has_that_of_the_stream() -> None:
    stream = source((HOUR, None), (60, 60), (600, 600))
    assert age(stream) == (HOUR, None)
    assert age(stream, (None, None)) == (HOUR, None)


def test_a_function_that_hands_old_records_on_is_late_though_the_stream_is_read_at_its_tip() -> (
    None
):
    """Lambda does not poll a shard whose batch it retries."""
    stream = source((0, 0, None), (60, 60, 60), (60, 60, 60))
    assert age(stream, (HOUR, 2 * HOUR, 3 * HOUR)) == (HOUR, 2 * HOUR, 3 * HOUR)
    assert age(stream, (500, None, 7), (9, 8, None), readers=2) == (500, 8, 7)


def test_where_more_is_read_than_by_its_readers_at_the_tip_the_age_is_another_readers() -> None:
    stream = source((HOUR,) * 5, (60,) * 5, (120,) * 5)
    assert others_behind(stream, [window((500,) * 5)], 1) == [False, False, False, True, True]
    assert age(stream, (500, 501, 502, 503, 504)) == (HOUR, HOUR, HOUR, 503, 504)


def test_what_waited_for_a_batch_and_is_read_at_once_is_no_other_readers() -> None:
    for burst in ((600, 60), (300, 300), (60, 600)):
        stream = source((HOUR,) * 9, (60,) * 9, (60, 60, *burst, *[60] * 5))
        assert not any(others_behind(stream, [window((500,) * 9)], 1))


def test_of_each_reader_a_minutes_records_may_have_come_in_the_minute_before() -> None:
    stream = source((HOUR,) * 5, (60,) * 5, (240,) * 5)
    assert others_behind(stream, [window((500,) * 5)] * 2, 2) == [False, False, False, True, True]


def test_what_a_reader_catches_up_on_is_no_other_readers_once_it_is_at_the_tip() -> None:
    stream = source((HOUR,) * 9, (60,) * 9, (300,) * 5 + (60,) * 4)
    assert not any(others_behind(stream, [window((HOUR,) * 5 + (500,) * 4)], 1))


@pytest.mark.parametrize(
    ("stream", "own", "readers"),
    [
        pytest.param(source((HOUR,) * 9, (60,) * 9, (60,) * 9), [(9,) * 9], 1, id="read by it"),
        pytest.param(source((HOUR,) * 9, (60,) * 9, (66,) * 9), [(9,) * 9], 1, id="hardly more"),
        pytest.param(
            source((HOUR,) * 9, (60,) * 9, (120,) * 9), [(9,) * 9, (9,) * 9], 2, id="by both"
        ),
        pytest.param(
            source((HOUR,) * 9, (60,) * 9, (240,) * 9), [(9,) * 9], 2, id="one tells no age"
        ),
        pytest.param(
            source((HOUR,) * 9, (60,) * 9, (240,) * 9), [(60_001,) * 9], 1, id="late as well"
        ),
        pytest.param(
            source((60_500,) * 9, (60,) * 9, (240,) * 9), [(500,) * 9], 1, id="within a minute"
        ),
        pytest.param(
            source((HOUR,) * 9, (60,) * 9, (240,) * 9), [(9,) * 8 + (None,)], 1, id="silent"
        ),
        pytest.param(source((None,) * 9, (60,) * 9, (240,) * 9), [(9,) * 9], 1, id="no age"),
        pytest.param(source((HOUR,) * 9, (None,) * 9, (240,) * 9), [(9,) * 9], 1, id="arrivals"),
        pytest.param(source((HOUR,) * 9, (60,) * 9, (None,) * 9), [(9,) * 9], 1, id="no reads"),
    ],
)
def test_otherwise_the_newest_age_may_be_the_pipelines_own(
    stream: SourceSeries, own: list[tuple[float | None, ...]], readers: int
) -> None:
    assert others_behind(stream, [window(each) for each in own], readers)[-1] is False


def test_who_else_reads_is_told_by_the_newest_quarter_of_an_hour() -> None:
    gone = source((HOUR,) * 40, (60,) * 40, (180,) * 20 + (60,) * 20)
    behind = others_behind(gone, [window((9,) * 40)], 1)
    assert behind.index(True) == 2
    assert behind.index(False, 2) == 20 + 15 - 1 - 2
