"""Producers against the load's own history, up to the edges."""

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
DAY = 288


def known(of: Signals, *days: float) -> Signals:
    """With so many records/s on the days before this one."""
    samples = [rate * 300 for rate in days for _ in range(DAY)] + [100.0 * 300] * 12
    start = NOON - timedelta(minutes=5 * len(samples))
    return replace(of, load_history=Window(FIVE_MINUTES, start, tuple(samples)))


def coming(*rates: float | None, **more: Samples) -> Signals:
    """So many records/s in the newest minutes, 100 before them and for three days."""
    samples = [None if rate is None else rate * 60 for rate in rates]
    return known(newest(signals(a_pipeline()), incoming_records=samples, **more), 100, 100, 100)


def causes(of: Signals) -> list[Cause]:
    return [each.cause for each in producers(of)]


QUIET, SURGING = [Cause.PRODUCERS_QUIET], [Cause.PRODUCERS_SURGING]


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (coming(49.99, 49.99), QUIET),
        (coming(50, 49), []),
        (coming(49, 50), []),
        (coming(0, 0), QUIET),
        (coming(301, 301), SURGING),
        (coming(300, 301), []),
        (coming(301, 300), []),
        (coming(100, 100), []),
    ],
    ids=["half", "one minute", "no more", "nothing", "three times", "one minute of it",
         "no more of it", "as usual"],
)  # fmt: skip
def test_two_minutes_far_from_the_usual_are_told(of: Signals, expected: list[Cause]) -> None:
    assert causes(of) == expected


@pytest.mark.parametrize(
    ("read", "ages", "expected"),
    [((0, 0), (0, 0), QUIET), ((None, None), (1, 1), QUIET), ((6, 0), (1, 1), []),
     ((0, 0), (None, None), [])],
    ids=["read in vain", "not counted", "something is read", "nobody reads"],
)  # fmt: skip
def test_silence_of_a_stream_that_is_read_in_vain_is_no_record(
    read: Samples, ages: Samples, expected: list[Cause]
) -> None:
    seen = coming(None, None, read_records=read, iterator_age_milliseconds=ages)
    assert causes(seen) == expected


@pytest.mark.parametrize(
    ("days", "rate", "expected"),
    [
        ((100.0, 100.0), 0, QUIET),
        ((100.0,), 0, []),
        ((0.0, 0.0), 0, []),
        ((0.83, 0.83), 0, []),
        ((250 / 300, 250 / 300), 0, QUIET),
        ((0.84, 0.84), 0, QUIET),
        ((0.2, 0.2), 0.83, []),
        ((0.2, 0.2), 0.84, SURGING),
        ((500.0, 100.0, *[100.0] * 7), 400, []),
        ((300.0, 100.0, *[100.0] * 7), 400, SURGING),
        ((400.0, 100.0, *[100.0] * 7), 400, SURGING),
    ],
    ids=["two days", "one day", "silent on other nights", "too few to tell", "just enough", "enough",
         "few more", "enough more", "not the most ever", "the most ever", "as many as ever"],
)  # fmt: skip
def test_what_is_usual_is_told_by_other_days(
    days: tuple[float, ...], rate: float, expected: list[Cause]
) -> None:
    seen = newest(signals(a_pipeline()), incoming_records=[rate * 60] * 2)
    assert causes(known(seen, *days)) == expected


@pytest.mark.parametrize(
    ("hours_ago", "rates", "expected"),
    [
        (45, (400, 400), []),
        (26, (400, 400), []),
        (22, (400, 400), SURGING),
        (26, (600, 400), []),
        (26, (400, 600), SURGING),
    ],
    ids=["two days ago", "a day ago", "on this day", "not any more", "more by now"],
)
def test_the_newest_minute_is_held_against_the_most_of_the_days_before_this_one(
    hours_ago: int, rates: tuple[float, ...], expected: list[Cause]
) -> None:
    """500 records/s came once, at another time of day."""
    seen = coming(*rates)
    assert seen.load_history is not None
    samples = list(seen.load_history.samples)
    samples[-12 * hours_ago] = 500.0 * 300
    once = replace(seen.load_history, samples=tuple(samples))
    assert causes(replace(seen, load_history=once)) == expected


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ((0, 0, 100, 0, 0), []),
        ((0, 0, 100, 0, 0, 0), QUIET),
        ((*[0] * 20, 100, *[0] * 9), []),
        ((*[0] * 20, 100, *[0] * 10), QUIET),
        ((0, 0, 0, 100, 0, 0, 100, 0, 0, 0), []),
        ((0, 0, 0, 100, 0, 0, 100, 0, 0, 0, 0), QUIET),
    ],
    ids=["as long as before", "longer", "a long lull before", "longer than a period",
         "as long as the longest", "longer than that"],
)  # fmt: skip
def test_producers_that_bring_what_they_have_once_in_a_while_are_not_quiet(
    rates: tuple[float, ...], expected: list[Cause]
) -> None:
    assert causes(coming(*rates)) == expected


def test_a_surge_is_told_and_still_scaled_for() -> None:
    (told,) = producers(coming(400, 400))
    assert "400 records/s where 100 are usual" in told.because
    assert "capacity follows them" in (told.advice or "")
    assert not told.holds_raises


def test_records_that_the_stream_refuses_are_brought() -> None:
    assert causes(coming(10, 10, write_throttles=[40 * 60] * 2)) == []
    (quiet,) = producers(coming(10, 10, write_throttles=[39 * 60] * 2))
    assert "the stream refused 4,680 records in 3 min" in quiet.because


@pytest.mark.parametrize(("refused", "expected"), [(49.99, QUIET), (50, [])])
def test_a_stream_may_refuse_all_that_is_brought(refused: float, expected: list[Cause]) -> None:
    in_vain: dict[str, Samples] = {"read_records": [0] * 2, "iterator_age_milliseconds": [0] * 2}
    assert causes(coming(None, None, write_throttles=[refused * 60] * 2, **in_vain)) == expected


def test_rate_usual_rate_and_beginning_are_said() -> None:
    (told,) = producers(coming(9, 2, 4))
    assert told.where == "racers"
    assert told.because == (
        "racers: 3 records/s where 100 are usual at this time (by 3 other days), since 11:57; "
        "no metric tells of calls that put records"
    )
    assert told.advice is not None
    assert not told.holds_raises


@pytest.mark.parametrize(
    ("success", "words"),
    [([1.0, 1.0], "100% of the calls that put records succeed: it is the producers"),
     ([1.0, 0.99], "99% of the calls that put records succeed: it is the producers"),
     ([1.0, 0.98], "only 98% of the calls that put records succeed")],
    ids=["all", "nearly all in one minute", "fewer in one minute"],
)  # fmt: skip
@pytest.mark.parametrize("calls", ["put_record_success", "put_records_success"])
def test_whether_puts_succeed_tells_producers_from_the_stream(
    calls: str, success: Samples, words: str
) -> None:
    (told,) = producers(coming(3, 3, **{calls: success}))
    assert words in told.because


FAILING = [Cause.PRODUCERS_FAILING]


@pytest.mark.parametrize("calls", ["put_record_success", "put_records_success"])
@pytest.mark.parametrize(
    ("success", "refused", "expected"),
    [
        ([0.98] * 3, [0] * 3, FAILING),
        ([0.3] * 3, [None] * 3, FAILING),
        ([0.99] * 3, [0] * 3, []),
        ([1, 0.3, 0.3], [0] * 3, []),
        ([None, 0.3, 0.3], [0] * 3, []),
        ([0.5] * 3, [6000] * 3, []),
        ([0.5] * 3, [2001] * 3, []),
        ([0.5] * 3, [1999] * 3, FAILING),
    ],
    ids=["few fail", "most fail", "none to speak of", "two minutes", "two known", "all refused",
         "half of it refused", "less than half of it refused"],
)  # fmt: skip
def test_calls_that_fail_though_the_stream_is_not_full_are_told_at_the_usual_load(
    calls: str, success: Samples, refused: Samples, expected: list[Cause]
) -> None:
    seen = coming(100, 100, 100, write_throttles=refused, **{calls: success})
    assert causes(seen) == expected
    assert causes(replace(seen, load_history=None)) == expected


def test_of_calls_that_fail_the_worse_share_is_told_and_what_it_is_not() -> None:
    seen = coming(100, put_record_success=[0.9, 0.8, 0.7], put_records_success=[0.9, 0.95, 0.95])
    (told,) = producers(seen)
    assert "only 70% of the calls that put records succeed, for 3 min" in told.because
    assert "more shards don't help" in (told.advice or "")
    assert (told.where, told.cured_by, told.holds_raises) == ("racers", (), False)


def test_a_load_that_goes_away_is_told_once_with_its_puts() -> None:
    assert causes(coming(3, 3, put_records_success=[0.3] * 3)) == QUIET


def test_without_a_history_nothing_is_unusual() -> None:
    assert causes(replace(coming(0, 0), load_history=None)) == []
    assert causes(coming(*[None] * 8, iterator_age_milliseconds=[None] * 8)) == []


@pytest.mark.parametrize(
    ("minutes", "came", "read", "age", "expected"),
    [
        (3, None, None, 0, QUIET),
        (2, None, None, 0, []),
        (2, None, 0, 0, QUIET),
        (1, None, 0, 0, []),
        (3, None, None, 1, []),
        (3, None, 6, 0, []),
        (3, 6, 0, 0, []),
    ],
    ids=["longer than metrics are late", "they may be late", "read in vain", "a minute", "not at the "
         "end", "something is read", "something comes"],
)  # fmt: skip
def test_a_stop_is_told_before_all_that_stops_with_it_is_waited_for(
    minutes: int, came: float | None, read: float | None, age: float, expected: list[Cause]
) -> None:
    """The last minute that all have told is minutes ago; the readers go on asking."""
    seen = coming(100, 100)
    source = seen.series.source

    def then(window: Window, sample: float | None) -> Window:
        return replace(window, samples=(*window.samples, *[sample] * minutes))

    later = {
        window.metric: then(window, sample)
        for window, sample in (
            (source.incoming_records, came),
            (source.read_records, read),
            (source.iterator_age_milliseconds, age),
        )
    }
    windows = {**seen.series.windows, **later}
    found = list(producers(replace(seen, series=replace(seen.series, windows=windows))))
    assert [each.cause for each in found] == expected
    assert all(": 0 records/s where 100 are usual" in each.because for each in found)
