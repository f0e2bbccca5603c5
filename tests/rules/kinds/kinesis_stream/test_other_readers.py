"""A late reader that no file names is told as that, and no earlier than two minutes show it."""

from dataclasses import replace

import pytest

from tests.builders import NOON, Minute, Samples, a_pipeline, newest, signals, stream_metric
from tidegate.rules.cause import Cause, Diagnosis
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.kinesis_stream.other_readers import other_reader_behind
from tidegate.rules.kinds.signal_series import series_from
from tidegate.rules.kinds.signals import Signals

AGE = stream_metric("racers", "GetRecords.IteratorAgeMilliseconds", "Maximum")
READS = stream_metric("racers", "GetRecords.Records", "Sum")


def read_by_another(ages: Samples, own: Samples) -> Signals:
    """Twice what comes in is read; the stream's ages and the function's in the newest minutes."""
    seen = newest(signals(a_pipeline(), Minute()), "scorer", iterator_age_milliseconds=own)
    windows = dict(seen.series.windows)
    age, read = windows[AGE], windows[READS]
    windows[AGE] = replace(age, samples=(*age.samples[: -len(ages)], *ages))
    windows[READS] = replace(read, samples=tuple(2 * (each or 0) for each in read.samples))
    return replace(seen, series=series_from(seen.pipeline, windows, NOON))


def found(seen: Signals) -> list[Diagnosis]:
    return list(other_reader_behind(seen))


def test_it_is_told_with_both_ages_and_no_lever_is_moved_for_it() -> None:
    seen = read_by_another([90_000.0] * 4, [300.0] * 20)
    (only,) = found(seen)
    assert (only.cause, only.where, only.cured_by) == (Cause.OTHER_READER_BEHIND, "racers", ())
    assert "racers is 90 s behind, and the pipeline's own readers are at most 0 s" in only.because
    assert only.holds_raises is False
    assert [each.cause for each in diagnose(seen)] == [Cause.OTHER_READER_BEHIND]


@pytest.mark.parametrize(
    ("ages", "own"),
    [
        ([90_000.0], [300.0] * 20),
        ([65_000.0, None, None], [300.0] * 20),
        ([61_000.0] * 4, [16_000.0] * 20),
        ([90_000.0] * 4, [90_000.0] * 20),
        ([90_000.0] * 4, [None] * 20),
    ],
    ids=["one odd minute", "not told lately", "hardly later than ours", "ours is late", "silent"],
)
def test_it_is_not_told(ages: Samples, own: Samples) -> None:
    assert found(read_by_another(ages, own)) == []


def test_up_to_the_objective_nobody_is_late() -> None:
    seen = read_by_another([90_000.0] * 4, [300.0] * 20)
    assert found(replace(seen, iterator_age_max_seconds=90)) == []
    assert found(replace(seen, iterator_age_max_seconds=89.99)) != []


def test_without_the_windows_that_were_read_nothing_is_said() -> None:
    seen = read_by_another([90_000.0] * 4, [300.0] * 20)
    assert found(replace(seen, series=replace(seen.series, windows={}))) == []


def test_two_minutes_show_it_and_the_newest_of_them_is_told() -> None:
    (only,) = found(read_by_another([900.0, 90_000.0, 80_000.0], [300.0] * 20))
    assert dict(only.evidence[0].numbers) == {
        "name": "racers", "age_seconds": 80, "own_seconds": 0.3,
    }  # fmt: skip


SOONER = read_by_another([61_000.0] * 4, [2_000.0] * 20)
"""Not apart by a minute yet, so that reads don't tell whose the age is; the function is in time."""


def test_it_is_told_sooner_where_each_reader_shows_by_itself_that_it_keeps_up() -> None:
    (only,) = found(SOONER)
    assert "racers is 61 s behind, and the pipeline's own readers are at most 2 s" in only.because
    assert "each reader in the pipeline file shows by its own metrics" in only.because
    assert only in diagnose(SOONER)


@pytest.mark.parametrize(
    "seen",
    [
        newest(SOONER, "scorer", errors=[1.0]),
        newest(SOONER, "scorer", throttles=[1.0]),
        newest(SOONER, "scorer", iterator_age_milliseconds=[None]),
        newest(SOONER, iterator_age_milliseconds=[150_000, 110_000, 61_000]),
        replace(SOONER, changed_at=NOON),
    ],
    ids=["a batch is retried", "one is throttled", "it is silent", "the age falls", "just changed"],
)
def test_it_is_not_told_sooner(seen: Signals) -> None:
    assert found(seen) == []
