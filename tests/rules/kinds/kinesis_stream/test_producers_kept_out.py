"""Few records come in because the producers' calls fail: they are not quiet."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, Samples, a_pipeline, newest, signals, stream_metric
from tidegate.rules.cause import Cause
from tidegate.rules.kinds.kinesis_stream.producers import producers
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Metric, Window

OF = stream_metric("racers", "IncomingRecords", "Sum")
FIVE_MINUTES = Metric(OF.namespace, OF.name, OF.dimensions, OF.statistic, 300)
FAILING, QUIET = Cause.PRODUCERS_FAILING, Cause.PRODUCERS_QUIET


def coming(*rates: float, **more: Samples) -> Signals:
    """So many records/s in the newest minutes; 100 before them, and on three days."""
    records = [rate * 60 for rate in rates]
    samples = (100.0 * 300,) * 3 * 288
    history = Window(FIVE_MINUTES, NOON - timedelta(minutes=5 * len(samples)), samples)
    seen = newest(signals(a_pipeline()), incoming_records=records, **more)
    return replace(seen, load_history=history)


@pytest.mark.parametrize("calls", ["put_record_success", "put_records_success"])
@pytest.mark.parametrize(
    ("rate", "success", "expected"),
    [
        (30, [0.3, 0.3], FAILING),
        (15, [0.3, 0.3], FAILING),
        (14, [0.3, 0.3], QUIET),
        (0, [0, 0], FAILING),
        (0, [0.01, 0.01], QUIET),
        (30, [1, 0.3], QUIET),
        (30, [None, 0.3], QUIET),
        (30, [1, 1], QUIET),
    ],
    ids=["as many are tried as usual", "half of it is tried", "fewer", "no call succeeds", "some "
         "do", "one minute", "one known", "none fail"],
)  # fmt: skip
def test_by_the_share_that_succeeds_as_much_is_tried_as_is_usual(
    calls: str, rate: float, success: Samples, expected: Cause
) -> None:
    (told,) = producers(coming(rate, rate, **{calls: success}))
    assert told.cause is expected


def test_what_comes_in_is_told_beside_the_calls_that_fail() -> None:
    (told,) = producers(coming(30, 30, put_records_success=[0.3, 0.3]))
    assert told.because == (
        "only 30% of the calls that put records succeed, for 2 min, and the stream did not refuse "
        "them: it is not full; racers: 30 records/s where 100 are usual at this time (by 3 other "
        "days), since 11:58"
    )


def test_of_a_full_stream_the_refused_calls_are_none_that_fail() -> None:
    seen = coming(10, 10, put_records_success=[0.2, 0.2], write_throttles=[2340, 2340])
    (told,) = producers(seen)
    assert told.cause is QUIET


@pytest.mark.parametrize(
    ("success", "expected", "words"),
    [(0.0, FAILING, "only 0% of the calls"), (None, QUIET, "no metric tells of calls")],
    ids=["calls fail", "nobody calls"],
)
def test_of_producers_that_have_stopped_the_calls_since_tell(
    success: float | None, expected: Cause, words: str
) -> None:
    """The last minute that all layers have told is before the stop; those calls succeeded."""
    seen = coming(100, 100, put_records_success=[1, 1, 1])
    source = seen.series.source
    assert source.put_records_success is not None
    ends: tuple[tuple[Window, float | None], ...] = (
        (source.incoming_records, None), (source.read_records, 0),
        (source.iterator_age_milliseconds, 0), (source.put_records_success, success),
    )  # fmt: skip
    later = {
        window.metric: replace(window, samples=(*window.samples, *[end] * 3))
        for window, end in ends
    }
    windows = {**seen.series.windows, **later}
    (told,) = producers(replace(seen, series=replace(seen.series, windows=windows)))
    assert told.cause is expected
    assert words in told.because
