"""Records are kept longer while they would expire before they are read."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, Samples, a_pipeline, a_stream, newest, signals, with_stream
from tests.flink_builders import JobMinute, a_flink_pipeline, job_signals
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.kinds.kinesis_stream.retention import (
    records_will_expire,
    retention_recommendation,
)
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.recommendation import UNCHANGED

RETENTION = Lever.of(LeverKind.RETENTION_HOURS, "racers")
HOUR = 3600


def aged(*seconds: float | None, hours: int = 24) -> Signals:
    pipeline = with_stream(a_pipeline(), a_stream(retention_hours=hours))
    ages: Samples = [each and each * 1000 for each in seconds]
    return newest(signals(pipeline), iterator_age_milliseconds=ages)


def extended(before: int, after: int) -> History:
    at = NOON - timedelta(hours=3)
    operation = "kinesis:IncreaseStreamRetentionPeriod"
    return History(
        (ChangeRecord("e", "race", RETENTION, operation, before, after, "", at, Outcome.DONE, at),)
    )


@pytest.mark.parametrize(
    ("seconds", "will_expire"),
    [
        ((12 * HOUR - 2, 12 * HOUR, 12 * HOUR), False),
        ((12 * HOUR - 1, 12 * HOUR, 12 * HOUR + 1), True),
        ((12 * HOUR + 9, 12 * HOUR + 6, 12 * HOUR + 4), True),
        ((12 * HOUR + 9, 12 * HOUR + 6, 12 * HOUR + 3), False),
        ((None, None, None), False),
        ((1, 1, 1), False),
    ],
    ids=["half of the retention", "more", "falls slowly", "falls", "unknown", "well"],
)
def test_more_than_half_of_the_retention_is_a_danger_unless_it_falls(
    seconds: tuple[float | None, ...], will_expire: bool
) -> None:
    assert records_will_expire(aged(*seconds)) is will_expire


def test_an_age_within_the_objective_is_no_danger() -> None:
    patient = replace(aged(*[15 * HOUR] * 3), iterator_age_max_seconds=15 * HOUR)
    assert not records_will_expire(patient)
    assert records_will_expire(replace(patient, iterator_age_max_seconds=15 * HOUR - 1))


def test_of_a_topic_nothing_is_kept() -> None:
    old = [JobMinute(behind_seconds=None, lag_records=1e9)] * 3
    seen = job_signals(a_flink_pipeline(topic=True), *old)
    assert seen.age_seconds
    assert not records_will_expire(seen)


@pytest.mark.parametrize(("hours", "wanted"), [(24, 48), (100, 200), (4380, 8760), (5000, 8760)])
def test_the_retention_is_doubled_up_to_aws_limit(hours: int, wanted: int) -> None:
    age = hours * HOUR / 2
    seen = aged(age + 60, age + 120, age + 180, hours=hours)
    found = retention_recommendation(seen, History(()))
    assert (found.lever, found.current, found.wanted) == (RETENTION, hours, wanted)
    numbers = dict(found.because.numbers)
    assert (numbers["age_hours"], numbers["retention_hours"]) == ((age + 180) / HOUR, hours)
    assert numbers["seconds_per_minute"] == 60


@pytest.mark.parametrize(
    ("seconds", "is_over"),
    [
        ((4319, 4319, 4319), True),
        ((4319, 4321, 4319), False),
        ((None, 4319, 4319), True),
        ((None, None, 4319), False),
        ((None, None, None), False),
    ],
    ids=["a twentieth", "once more", "late", "one minute", "unknown"],
)
def test_it_goes_back_once_the_age_is_far_below_what_the_retention_was(
    seconds: tuple[float | None, ...], is_over: bool
) -> None:
    """A twentieth of 24 hours are 4,320 s."""
    seen = aged(4000, 4000, *seconds, hours=48)
    found = retention_recommendation(seen, extended(24, 48))
    assert found.wanted == (24 if is_over else 48)
    assert (found.because is UNCHANGED) is not is_over
    numbers = dict(found.because.numbers)
    assert numbers == ({"age_name": "iterator age", "age_seconds": 4319} if is_over else {})


@pytest.mark.parametrize(("seconds", "wanted"), [(17_999, 100), (18_000, 200)])
def test_it_goes_back_below_a_twentieth_and_not_at_one(seconds: float, wanted: int) -> None:
    """Of 100 hours."""
    seen = aged(*[seconds] * 3, hours=200)
    assert retention_recommendation(seen, extended(100, 200)).wanted == wanted


def test_what_tidegate_has_not_extended_stays() -> None:
    found = retention_recommendation(aged(1, 1, 1, hours=48), History(()))
    assert (found.current, found.wanted, found.because) == (48, 48, UNCHANGED)
